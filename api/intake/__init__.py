"""The intake: an application of its own that takes sealed reports and leads reporters back to them.

It holds public keys only. Nothing that it imports could open a report; a contract of the build says so.
"""
