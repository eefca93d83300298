"""Telling how far a long command is: by a bar on the terminal that shows its messages."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)


def bar(name: str, *columns: ProgressColumn) -> Progress:
    """Return a bar among the messages, which leaves the output of the command alone."""
    shown = (TextColumn(name), TextColumn("{task.description}"), BarColumn(), *columns)
    return Progress(*shown, console=Console(stderr=True), disable=not sys.stderr.isatty())


@contextmanager
def counting(name: str) -> Iterator[Callable[[str, int], None]]:
    """Yield what to call with the name of a step and how many things of it are done."""
    with bar(name, MofNCompleteColumn(), TimeElapsedColumn()) as shown:
        tasks = {}

        def tell(step: str, done: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=None)
            shown.update(tasks[step], completed=done)

        yield tell
