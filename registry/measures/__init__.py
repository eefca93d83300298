"""Incentives and sanctions: what a listing attaches, and what departments made of it."""
