"""The two procedures as tables that can be read aloud, and the pure rules about an entry."""

SHOWN_STATES = ("published", "listed")
