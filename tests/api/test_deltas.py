"""Deltas over HTTP: listed after the edition at hand, and served as they may be shown now."""

from pathlib import Path

import pytest

from jobs.downloading import download_edition
from registry.errors import Broken
from registry.publication.verify import verify_chain
from tests import given
from tests.api.conftest import Town
from tests.api.conftest import town as town  # noqa: PLC0414  # the fixture
from tests.lists.cases import Case
from tests.publication.histories import BOARD, History

DELTAS = f"/api/v1/lists/{BOARD}/deltas"


def published(town: Town) -> History:
    """Publish a board three times, each time with one record more."""
    history = History(Case(town.plant.engine, town.plant.settings.data_dir))
    for _ in range(3):
        history.act("record", 0)
        history.publish()
    return history


def test_a_reader_brings_a_copy_up_by_the_deltas_that_the_interface_names(town: Town, tmp_path: Path) -> None:
    versions = [folder.parent.name for folder in published(town).folders()]
    told = town.get(DELTAS, params={"region": given.TOWN, "after": versions[0]}).json()
    assert [one["version"] for one in told] == versions[1:]
    assert [one["previous_version"] for one in told] == versions[:-1]
    page = f"http://testserver.local/lists/{BOARD}/editions/{versions[0]}?region={given.TOWN}"
    folders = [download_edition(town.client, page, tmp_path)]
    for one in told:
        folder = tmp_path / one["version"]
        folder.mkdir()
        for address in one["files"]:
            (folder / address.rsplit("/", 1)[1]).write_bytes(town.get(address).content)
        folders.append(folder)
    assert verify_chain(folders, None, None) == []


def test_unknown_versions_and_files_are_typed_problems(town: Town) -> None:
    published(town)
    unknown = town.get(DELTAS, params={"region": given.TOWN, "after": "2020-01-01.1"})
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert unknown.json()["type"].endswith("edition.unknown")
    assert town.get(DELTAS).status_code == 400
    version = town.get(DELTAS, params={"region": given.TOWN}).json()[0]["version"]
    wrong = town.get(f"{DELTAS}/{version}/{given.TOWN}/entries.csv")
    assert wrong.status_code == 404
    assert wrong.json()["type"].endswith("edition.file_unknown")


def test_the_page_of_an_edition_offers_its_delta_and_says_how_to_verify(town: Town) -> None:
    history = published(town)
    version = history.folders()[-1].parent.name
    page = town.get(f"/lists/{BOARD}/editions/{version}", params={"region": given.TOWN}).text
    for name in ("delta.ndjson", "delta-manifest.json", "entries.csv-metadata.json"):
        assert f"/{version}/{given.TOWN}/{name}" in page
    assert "honest-metrology verify" in page


@pytest.mark.parametrize(
    "address",
    ["http://testserver.local/lists/black", "http://testserver.local/lists/x/editions/9.9?region=110000"],
)
def test_what_is_no_edition_cannot_be_downloaded(town: Town, tmp_path: Path, address: str) -> None:
    with pytest.raises(Broken):
        download_edition(town.client, address, tmp_path)
