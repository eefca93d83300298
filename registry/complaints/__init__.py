"""Complaints of consumers (投诉): handled by deadline, never scored, never shown before a decision."""
