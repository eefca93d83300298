"""How long to leave alone what failed: longer each time, so that a full disk is not asked twice a second."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(seconds=60)


class Patience:
    """Remembers what failed, how often, and when to try it again; a process begins with none."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, datetime]] = {}

    def ready(self, what: str, now: datetime) -> bool:
        """Say whether a thing may be tried: it never failed, or long enough ago."""
        return what not in self._failures or self._failures[what][1] <= now

    def failed(self, what: str, now: datetime) -> None:
        """Leave a thing alone for twice as long as before, up to a minute."""
        times = self._failures.get(what, (0, now))[0]
        wait = min(FIRST * 2 ** min(times, 10), LONGEST)
        self._failures[what] = (times + 1, now + wait)

    def done(self, what: str) -> None:
        """Forget that a thing ever failed."""
        self._failures.pop(what, None)
