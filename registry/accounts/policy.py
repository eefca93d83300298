"""Figures of security that no law sets; each says why it is as it is."""

from datetime import timedelta

# ASVS 5.0 7.3: a desk in an open office is left alone for longer than a coffee only by mistake
IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=8)  # a working day; nobody stays signed in overnight
UNLOCKED = timedelta(minutes=15)  # a key that opens reports is locked again like the desk itself
MOST_SESSIONS = 3  # the desk, the counter, a telephone; a fourth ends the oldest
# an instant of being seen is written at most once in this time: reading a page is no act
SEEN_EVERY = timedelta(minutes=1)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128  # Argon2id reads it all; a longer one only costs time
FEWEST_CHARACTERS = 5  # different ones

FREE_TRIES = 5  # people mistype
LONGEST_WAIT = timedelta(minutes=15)  # the owner without a second factor waits no longer than this
FORGET_FAILURES = timedelta(hours=24)

# one password tried on many names counts on none of them: so many failures of the whole site at once, then
# one each while; a right second factor is never held up by them
SITE_FAILURES = 200
SITE_EACH = timedelta(seconds=3)

INVITED = timedelta(hours=72)  # over a weekend
CODE_DRIFT = 1  # time steps of 30 s that a device's clock may be off, each way

MOST_SIGN_UPS = 2000  # waiting at once: a flood of them fills neither disk nor desk
SIGN_UP_KEPT = timedelta(days=90)  # name and contact of who asked; the act itself stays in the audit log
