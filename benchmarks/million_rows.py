"""The files of a large registry: businesses, two pledges and three violations for each, made by one pass.

Every tenth business has been punished often and lately, so that its records may be shown; all others twice
and long ago. The days count back from `today`, so that the same share is shown whenever it is run.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from benchmarks.merchants import Merchant, merchants

KINDS = ("businesses", "pledges", "violations")
MATTERS = ("honest_metrology", "retail_weighing")
OFTEN = 10  # every tenth business
LATELY, LONG_AGO = 12, 2  # violations of those, and of the others: three for each in all
CONDUCTS = ("short_weight", "instrument_overdue", "instrument_unverified")
LATEST, SPAN = 20, 180  # days back of those that may be shown
PAST, PAST_SPAN = 1_200, 600  # of those whose three years of publicity are over
FINE_YUAN = 800
WHO = ("uscc", "name", "region", "market", "stall")
PLEDGES = (*WHO, "matter", "pledged_on", "valid_through")
VIOLATIONS = (
    *("decision_no", "authority", "authority_region", *WHO),
    *("conduct_code", "decided_on", "published_on", "fine_yuan", "penalties", "procedure", "summary"),
)
HEADINGS = {"businesses": Merchant._fields, "pledges": PLEDGES, "violations": VIOLATIONS}


def write_files(folder: Path, count: int, today: date) -> dict[str, int]:
    """Write a CSV of each kind and return their numbers of rows."""
    rows = dict.fromkeys(KINDS, 0)
    with ExitStack() as files:
        writers = {}
        for kind in KINDS:
            file = files.enter_context((folder / f"{kind}.csv").open("w", encoding="utf-8", newline=""))
            writers[kind] = csv.writer(file)
            writers[kind].writerow(HEADINGS[kind])
        for number, merchant in enumerate(merchants(count)):
            made = {
                "businesses": [merchant],
                "pledges": list(_pledges(merchant, number, today)),
                "violations": list(_violations(merchant, number, today)),
            }
            for kind, some in made.items():
                writers[kind].writerows(some)
                rows[kind] += len(some)
    return rows


def write_more(path: Path, count: int, changed: int, today: date) -> int:
    """Write one new violation for each of so many businesses, spread evenly over all; return how many."""
    step, written = max(count // changed, 1), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(VIOLATIONS)
        for number, merchant in enumerate(merchants(count)):
            if number % step == 0 and written < changed:
                decided = today - timedelta(days=1 + number % 20)
                writer.writerow(_violation(merchant, f"新{number}", decided, "net_content_shortage"))
                written += 1
    return written


def _who(merchant: Merchant) -> tuple[str, ...]:
    """Return how rows name a business: by its code, else by its stall."""
    return merchant.uscc, merchant.name, merchant.region, merchant.market, merchant.stall


def _pledges(merchant: Merchant, number: int, today: date) -> Iterator[tuple[str, ...]]:
    for at, matter in enumerate(MATTERS):
        made = today - timedelta(days=10 + (number * 7 + at * 400) % 1_500)
        yield *_who(merchant), matter, made.isoformat(), (made + timedelta(days=1_095)).isoformat()


def _violations(merchant: Merchant, number: int, today: date) -> Iterator[tuple[str, ...]]:
    lately = number % OFTEN == 0
    for at in range(LATELY if lately else LONG_AGO):
        back = LATEST + (number + at * 13) % SPAN if lately else PAST + (number + at * 90) % PAST_SPAN
        conduct = CONDUCTS[at % len(CONDUCTS)]
        yield _violation(merchant, f"{number}-{at}", today - timedelta(days=back), conduct)


def _violation(merchant: Merchant, mark: str, decided: date, conduct: str) -> tuple[str, ...]:
    return (
        f"市监处罚〔{decided.year}〕{mark}号",
        "市场监督管理局",
        merchant.region,
        *_who(merchant),
        conduct,
        decided.isoformat(),
        decided.isoformat(),
        str(FINE_YUAN),
        "larger_fine",
        "ordinary",
        "使用的电子秤称量结果少于标示",
    )
