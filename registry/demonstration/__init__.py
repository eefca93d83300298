"""Demonstration units (诚信计量示范单位): designated, renewed, cancelled."""
