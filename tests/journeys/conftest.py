"""The demonstration's town, filled once as of today, and copied for each test that changes it."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from jobs import process
from jobs.demo.filling import fill
from registry.calendar import legal_day
from registry.settings import read_settings


class Filled(NamedTuple):
    """A filled folder and the keys of its accounts."""

    folder: Path
    keys: Mapping[str, str]


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The demonstration's town around today; to be copied, never served."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    folder.mkdir()
    settings = read_settings(data_dir=folder, database_url="", demonstration=True)
    return Filled(folder, fill(settings, legal_day(process.clock())).tokens)


@pytest.fixture
def filled(filled_once: Filled, tmp_path: Path) -> Filled:
    """A copy of the filled town."""
    folder = tmp_path / "data"
    shutil.copytree(filled_once.folder, folder)
    return Filled(folder, filled_once.keys)
