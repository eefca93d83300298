"""Copies of a whole installation, encrypted to keys that are kept elsewhere, and the way back from one.

archive.py    a stream of named parts inside an age file, with a digest of each at its end
databases.py  one consistent state of a database into parts, and out of them
making.py     what belongs into a copy, in which order
restoring.py  an empty place filled from a copy, and what must hold before it may be used
"""
