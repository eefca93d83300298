"""What is committed names no package registry, and every table is known to the metadata."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, committed_files

# Written in pieces, or this file would name what it forbids.
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "py" + "pi.tuna", "registry.np" + "mjs", "/py" + "pi/")
OPTIONS = ("index" + "-url", "find" + "-links", "UV_IN" + "DEX", "PIP_IN" + "DEX", "--trusted" + "-host")
NAMED = re.compile("|".join(map(re.escape, HOSTS + OPTIONS)).encode(), re.IGNORECASE)


def registries_named(path: Path, content: bytes) -> Iterator[str]:
    for found in NAMED.finditer(content):
        yield f"{path}: {found.group().decode()}"
    if path.suffix == ".lock" and b"://" in content:
        yield f"{path}: an address"


def test_no_committed_file_names_a_package_registry() -> None:
    files = list(committed_files())
    assert ROOT / "requirements/run.lock" in files
    problems = [found for path in files for found in registries_named(path, path.read_bytes())]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "see https://" + HOSTS[0] + "/simple"),
        ("a.toml", OPTIONS[0] + " = 1"),
        ("b.lock", "x @ https://example.org/x.whl"),
    ],
)
def test_a_named_package_registry_is_reported(name: str, content: str) -> None:
    assert len(list(registries_named(Path(name), content.encode()))) == 1


@pytest.mark.parametrize("lock", ["run", "test"])
def test_each_locked_requirement_is_pinned_and_hashed(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    wanting = [e for e in entries if not re.match(r"[\w.\[\],-]+==\S+( ;.*)? \\\n +--hash=sha256:", e)]
    assert len(entries) > 50
    assert wanting == []


def test_every_slice_but_the_sealed_reports_gives_its_tables_to_the_metadata() -> None:
    tree = ast.parse((ROOT / "registry/tables.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    written = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "registry").glob("*/tables.py")
    }
    assert imported == written - {"registry.reports.tables"}  # they have a database of their own
