"""Which day and instant the options of `score` name: legal days in Shanghai, and none ahead."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.cli_scoring import moment
from registry.errors import Malformed
from tests import given

NIGHT = datetime(2026, 11, 19, 15, 59, 59, 999_999, tzinfo=UTC)  # the last of 19 November in Shanghai


def test_known_at_a_day_means_all_that_was_known_by_its_end_in_shanghai() -> None:
    yesterday = datetime(2026, 11, 19)  # noqa: DTZ001  # as the command line reads a day
    assert moment(None, yesterday, given.NOW) == (date(2026, 11, 19), NIGHT)
    assert moment(None, yesterday + timedelta(days=1), given.NOW) == (given.TODAY, given.NOW)
    assert moment(None, NIGHT, given.NOW) == (date(2026, 11, 19), NIGHT)


@pytest.mark.parametrize(
    ("as_of", "known_at", "field"),
    [
        pytest.param(given.NOW + timedelta(days=1), None, "as_of", id="a day ahead"),
        pytest.param(None, given.NOW + timedelta(seconds=1), "known_at", id="an instant ahead"),
        pytest.param(None, datetime(2026, 11, 21), "known_at", id="known on a day ahead"),  # noqa: DTZ001  # same
    ],
)
def test_nothing_ahead_is_scored(as_of: datetime | None, known_at: datetime | None, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        moment(as_of, known_at, given.NOW)
    assert refused.value.field == field
