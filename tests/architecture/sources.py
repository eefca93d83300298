"""The project's own source files, read once for the tests of its architecture."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("registry", "search_index", "api", "public_site", "jobs")
MIGRATIONS = ("registry/store/migrations/", "registry/reports/versions/")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root of the project, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    def at(self, node: ast.AST) -> str:
        """Say where a node stands."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def product_sources() -> Iterator[Source]:
    """Yield the files of the five rooms; migrations, which are history, are left out."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(MIGRATIONS):
                yield Source(path, file.read_text(encoding="utf-8"))


def committed_files() -> Iterator[Path]:
    """Yield every file that is, or is about to be, committed."""
    listed = subprocess.run(
        ["/usr/bin/env", "git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name
