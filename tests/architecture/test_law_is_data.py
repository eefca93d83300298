"""No deadline, amount or period of law stands in Python: the rulebook holds them, dated and sourced."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, product_sources

LAWFUL_NAME = re.compile(r".+_(days|weeks|months|years|fen|yuan|bp|points)$", re.IGNORECASE)
SMALLEST = 10  # one digit counts things; two digits are a figure that somebody decided
UNITS = {  # arithmetic and display, which no law sets
    "registry/rulebook/score_rows.py": {"WHOLE_BP"},  # ten thousand basis points are the whole
    "registry/scoring/commands.py": {"TEN_POINTS"},  # the width of a bar in the histogram
}
NO_LAW = (
    "jobs/demo/",  # the demonstration town: its amounts and days are invented facts, not law
    "registry/accounts/policy.py",  # figures of security, and how long a request for an account is kept: ours
    "registry/reports/policy.py",  # how long a key may go untried: our own caution, which no law sets
)


def law_like(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for name, value in _named_values(node):
            unit = name in UNITS.get(source.path, ())
            if LAWFUL_NAME.match(name) and _figure(value) >= SMALLEST and not unit:
                yield f"{source.at(node)}: {name} is {_figure(value)}"
        if isinstance(node, ast.Call) and _last_name(node.func) == "timedelta":
            first = [("days", value) for value in node.args[:1]]
            for name, value in first + [(k.arg or "", k.value) for k in node.keywords]:
                # one day is the step from a day to the next, which no law sets
                if name in ("days", "weeks") and (_figure(value) > 1 or name == "weeks"):
                    yield f"{source.at(node)}: timedelta of {_figure(value)} {name}"


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each name that the node gives a value to, or compares with one."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((_last_name(target), value) for target in targets)
        case ast.AnnAssign(target=target, value=value):
            yield _last_name(target), value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.arguments():
            positional = [*node.posonlyargs, *node.args]
            defaults = [None] * (len(positional) - len(node.defaults)) + node.defaults
            for argument, default in zip(
                positional + node.kwonlyargs, defaults + node.kw_defaults, strict=True
            ):
                yield argument.arg, default
        case ast.Compare(left=left, comparators=comparators):
            names = [_last_name(side) for side in (left, *comparators)]
            for value in (left, *comparators):
                yield from ((name, value) for name in names)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _figure(value: ast.expr | None) -> int:
    if isinstance(value, ast.Call) and _last_name(value.func) == "Field":
        given = [k.value for k in value.keywords if k.arg == "default"] + value.args
        return _figure(given[0]) if given else 0
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return abs(int(value.value))
    return 0


def test_no_figure_of_law_stands_in_python() -> None:
    sources = [source for source in product_sources() if not source.path.startswith(NO_LAW)]
    problems = [problem for source in sources for problem in law_like(source)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    "code",
    [
        "timedelta(days=90)",
        "timedelta(15)",
        "datetime.timedelta(weeks=2)",
        "HEARING_DAYS = 5_0",
        "fine_fen: int = 100_00",
        "rule.term_months = 36",
        "def publish(least_days=20): ...",
        "def publish(*, base_points=100): ...",
        "publish(term_days=1095)",
        "late = open_days > 60",
        "reward_yuan: int = Field(default=600)",
    ],
)
def test_a_figure_of_law_in_python_is_reported(code: str) -> None:
    assert len(list(law_like(Source("registry/planted.py", code)))) == 1


@pytest.mark.parametrize(
    "code", ["timedelta(days=1)", "timedelta(days=n)", "cases = 90", "fine_fen = fine * 100"]
)
def test_arithmetic_without_a_figure_of_law_is_no_concern(code: str) -> None:
    assert list(law_like(Source("registry/planted.py", code))) == []
