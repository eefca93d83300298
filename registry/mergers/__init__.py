"""Two records that belong together: duplicates merged, successions linked, mergers undone."""
