"""Figures of security that no law sets; each says why it is what it is."""

from datetime import timedelta

HOLDERS_NEEDED = 2  # of each purpose: one passphrase that is lost must not lose the reports
PROVED_WITHIN = timedelta(weeks=13)  # a key that nobody tried for a quarter may be lost unnoticed
RECOVERY_PROVED_WITHIN = timedelta(weeks=26)  # paper is looked for twice a year
SHARES, SHARES_NEEDED = 3, 2  # one share may be lost, one thief has nothing
SHORTEST_PASSPHRASE = 16  # characters; or so many words of a list of thousands:
FEWEST_WORDS = 6
CODE_DAYS = 2  # a form that was opened yesterday may be sent today
APPROVALS_NEEDED = 2  # one custodian alone gives nobody away
CHECKS_A_SECOND = 5  # of return codes, from everybody together: guessing stays hopeless, people wait little
MOST_WAITING = 100  # for their turn; more than twenty seconds nobody waits
ANSWERED_EVERY = (
    0.5  # seconds: answers leave at whole beats after a code was stretched, so that none tells by its time
)
VISIT_SECONDS = 15 * 60  # without a word from the reporter
LONGEST_VISIT_SECONDS = 60 * 60
MOST_VISITS = 1_000  # at once; the oldest gives way
MOST_MESSAGES = 200  # of one report
RECEIPTS_AT_ONCE = 16  # leaves of a night come in such lots: their number tells of no small number of reports
