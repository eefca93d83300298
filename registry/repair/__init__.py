"""Taking back by right: repair of credit, and objections to what is on record."""
