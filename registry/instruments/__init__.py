"""Measuring instruments in use (在用计量器具) and their verifications (检定)."""
