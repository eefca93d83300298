"""Something that a person is to do, as the first page of the desk names it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Awaiting:
    """Something that the person is to do.

    Attributes:
        title: What it is about, in its own words.
        act: What is to be done; its words are `desk.act.<act>`.
        address: Page on which it is done.
        due_on: Last day, if there is one.
    """

    title: str
    act: str
    address: str
    due_on: date | None = None


A_GLANCE = 20  # of one sort that the first page shows; the work lists hold them all


@dataclass(frozen=True)
class Waiting:
    """A work list, and how much in it waits for somebody of the person's roles.

    Attributes:
        name: Its words are `desk.nav.<name>`.
        address: Page of the list.
        total: How many wait; more than this person may take, where he had a part in one.
    """

    name: str
    address: str
    total: int
