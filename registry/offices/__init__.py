"""Offices: who supervises where, under which names in time."""
