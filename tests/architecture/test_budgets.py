"""Files and functions stay short enough to be read at one go."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, product_sources

FILE_LINES = 400
FUNCTION_LINES = 40  # blank lines not counted
WHOLE = ("registry/publication/verify.py",)  # given away as one file that needs nothing else of ours


def overlong(source: Source) -> Iterator[str]:
    lines = source.text.splitlines()
    if len(lines) > FILE_LINES and source.path not in WHOLE:
        yield f"{source.path}: {len(lines)} lines"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = sum(bool(line.strip()) for line in lines[node.lineno - 1 : node.end_lineno])
            if length > FUNCTION_LINES:
                yield f"{source.at(node)}: {node.name} has {length} lines"


def test_no_file_and_no_function_is_longer_than_its_budget() -> None:
    problems = [problem for source in product_sources() for problem in overlong(source)]
    assert not problems, "\n".join(problems)


def test_a_long_function_and_a_long_file_are_reported() -> None:
    body = "    call()\n" * FUNCTION_LINES
    source = Source("registry/long.py", f"def verbose():\n{body}" + "x = 1\n" * FILE_LINES)
    assert list(overlong(source)) == [
        "registry/long.py: 441 lines",
        "registry/long.py:1: verbose has 41 lines",
    ]
