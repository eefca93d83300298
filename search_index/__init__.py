"""Full-text search of businesses, built only from what the public may see.

`protocol` says what an index does; `embedded` does it in process. The database decides what is
shown: `search` drops a hit that the database no longer shows.
"""
