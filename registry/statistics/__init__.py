"""Published aggregates with their source; never facts about a merchant."""
