"""The import contracts of pyproject.toml hold, and each of them fails on a forbidden import."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, ROOT

PLANTED = [
    pytest.param("rooms", "registry/pledges/planted.py", "api", id="registry-over-api"),
    pytest.param("rooms", "search_index/planted.py", "public_site", id="search_index-over-public_site"),
    pytest.param("rooms", "api/planted.py", "jobs", id="api-over-jobs"),
    pytest.param("slices", "registry/log/planted.py", "registry.lists", id="log-over-lists"),
    pytest.param("slices", "registry/pledges/upward.py", "registry.scoring", id="pledges-over-scoring"),
    pytest.param("slices", "registry/unlisted/planted.py", "", id="a-slice-without-a-place"),
    pytest.param("truth", "registry/lists/framework.py", "litestar", id="registry-litestar"),
    pytest.param("truth", "registry/lists/server.py", "meilisearch", id="registry-meilisearch"),
    pytest.param("truth", "registry/lists/engine.py", "tantivy", id="registry-tantivy"),
    pytest.param("truth", "registry/lists/clock.py", "apscheduler", id="registry-apscheduler"),
    pytest.param("truth", "registry/lists/client.py", "httpx", id="registry-httpx"),
    pytest.param("pure", "registry/planted/rules.py", "sqlmodel", id="rules-sqlmodel"),
    pytest.param("pure", "registry/rulebook/planted.py", "sqlmodel", id="rulebook-sqlmodel"),
    pytest.param("sealed", "registry/reports/intake.py", "registry.reports.opening", id="intake-opening"),
    pytest.param("sealed", "api/intake/planted.py", "registry.reports.holders", id="intake-app-holders"),
    pytest.param("sealed", "public_site/reporting/planted.py", "registry.reports.epochs", id="pages-epochs"),
    pytest.param("unproved", "registry/scoring/planted.py", "registry.complaints", id="scoring-complaints"),
    pytest.param("unproved", "registry/publication/planted.py", "registry.reports", id="publication-reports"),
    pytest.param("engines", "api/engine.py", "tantivy", id="api-tantivy"),
    pytest.param("engines", "jobs/engine.py", "meilisearch", id="jobs-meilisearch"),
]


def lint(folder: Path, *options: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo", *options]
    environment = {**os.environ, "COLUMNS": "200"}  # long chains stay on one line
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied_rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms and of the contracts, to plant in."""
    copy = tmp_path_factory.mktemp("planted")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_contracts_hold() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


@pytest.mark.parametrize(("contract", "module", "forbidden"), PLANTED)
def test_a_forbidden_import_is_reported(
    copied_rooms: Path, contract: str, module: str, forbidden: str
) -> None:
    planted = copied_rooms / module
    new_folder = not planted.parent.exists()
    planted.parent.mkdir(exist_ok=True)
    (planted.parent / "__init__.py").touch()
    replaced = planted.read_bytes() if planted.exists() else None
    planted.write_text(f"import {forbidden or 'json'}\n", encoding="utf-8")
    code, said = lint(copied_rooms, "--contract", contract)
    planted.unlink()
    if replaced is not None:  # a module of ours, which other contracts name
        planted.write_bytes(replaced)
    if new_folder:
        shutil.rmtree(planted.parent)
    name = module.removesuffix(".py").replace("/", ".")
    assert code == 1
    assert "1 broken" in said
    assert (f"{name} -> {forbidden}" if forbidden else "not listed as layers") in said
