"""Figures of security about rewards that no law sets; each says why it is what it is."""

PAYMENTS_TRIED_A_DAY = (
    5  # a code of 24 digits is mistyped twice or thrice; whoever guesses words gets nowhere
)
