"""Rewards for whistle-blowers: calculated line by line, decided by two persons, paid to a return code."""
