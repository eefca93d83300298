"""Telling how far a long command is: by a bar on the terminal that shows its messages."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from registry.commands import Progress as Tell

AT_ONCE = 1000  # things between two tellings

Thing = TypeVar("Thing")


def bar(name: str, *columns: ProgressColumn) -> Progress:
    """Return a bar among the messages, which leaves the output of the command alone."""
    shown = (TextColumn(name), TextColumn("{task.description}"), BarColumn(), *columns)
    return Progress(*shown, console=Console(stderr=True), disable=not sys.stderr.isatty())


@contextmanager
def counting(name: str) -> Iterator[Tell]:
    """Yield what to call with the name of a step and how many things of it are done."""
    with bar(name, MofNCompleteColumn(), TimeElapsedColumn()) as shown:
        tasks = {}

        def tell(step: str, done: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=None)
            shown.update(tasks[step], completed=done)

        yield tell


def counted(tell: Tell, step: str, things: Iterable[Thing]) -> Iterator[Thing]:
    """Yield things, and tell now and then, and at the end, how many they were."""
    number = 0
    for number, one in enumerate(things, start=1):
        yield one
        if number % AT_ONCE == 0:
            tell(step, number)
    tell(step, number)


@contextmanager
def stepping(name: str) -> Iterator[Callable[[str], None]]:
    """Yield what to call with the name of each step as it begins."""
    with bar(name, MofNCompleteColumn(), TimeElapsedColumn()) as shown:
        task = shown.add_task("", total=None)

        def tell(step: str) -> None:
            shown.update(task, description=step, advance=1)

        yield tell
