"""Sealed whistle-blower reports: what is written here, only the person it was sealed to can read."""
