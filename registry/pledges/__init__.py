"""Pledges (自我承诺) to measure honestly."""
