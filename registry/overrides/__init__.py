"""Dated overrides of the rulebook by two persons, and the archive of what took effect."""
