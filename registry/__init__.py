"""The truth of the registry: facts, law as data, pure rules and the commands that write."""
