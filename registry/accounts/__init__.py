"""People, their accounts, grants and keys."""
