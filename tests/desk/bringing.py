"""Bringing a file of rows to a desk: trying it out, carrying it out, and what its page counts."""

import re

import httpx

from jobs.running import Plant
from tests import given
from tests.desk.conftest import Browser, Town, built


def tried(browser: Browser, desk: str, kind: str, content: bytes, step: str = "examination") -> str:
    """Try a file out at a desk, and return the page that tells of it."""
    browser.open(f"{desk}/sheet")
    answer = browser.send(f"{desk}/{step}", {"kind": kind}, files={"file": ("rows.csv", content)})
    assert answer.status_code == 200, answer.text
    browser.last = answer
    return answer.text


def confirmed(browser: Browser, desk: str, kind: str) -> httpx.Response:
    """Ask that the file be carried out which the page tells of that was shown last."""
    assert browser.last is not None
    hidden = dict(re.findall(r'name="(name|digest)" value="([^"]*)"', browser.last.text))
    return browser.send(f"{desk}/import", {"kind": kind, **hidden})


def carried(browser: Browser, desk: str, kind: str) -> str:
    """Carry that file out at once, and return the page that tells of it."""
    answer = confirmed(browser, desk, kind)
    assert answer.status_code == 200, answer.text
    return answer.text


def counts(page: str) -> list[int]:
    """Return the rows read, new, changed, on record already and refused; fewer until a job is done."""
    told = page.split('id="counts"')[1].split("</ul>", maxsplit=1)[0]
    return [int(one) for one in re.findall(r'class="number">(\d+)<', told)]


def progress(town: Town) -> Plant:
    """Return what the job works with, in the town."""
    edge = built().state.edge
    return Plant(town.settings, town.engine, edge.index, lambda: town.clock[0], given.rulebook)
