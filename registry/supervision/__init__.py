"""Supervision by grade: how many of each are to be inspected."""
