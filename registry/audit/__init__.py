"""Who did what: the audit log, and Work, which every command receives."""
