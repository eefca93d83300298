"""The reporter's pages: without scripts, cookies or anything in an address."""
