"""The clock is an argument: only the edge, where a process starts, reads it."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, product_sources

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}
EDGE = "jobs/"


def clock_readings(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in CLOCKS:
                yield f"{source.at(node)}: {name}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"{source.at(node)}: {a.name}" for a in node.names if f"time.{a.name}" in CLOCKS)


def test_nothing_but_the_edge_reads_the_clock() -> None:
    inner = [source for source in product_sources() if not source.path.startswith(EDGE)]
    problems = [reading for source in inner for reading in clock_readings(source)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "datetime.date.today()",
        "field(default_factory=date.today)",
        "from time import time",
    ],
)
def test_a_reading_of_the_clock_is_reported(code: str) -> None:
    assert len(list(clock_readings(Source("registry/planted.py", code)))) == 1
