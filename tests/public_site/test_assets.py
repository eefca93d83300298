"""Style sheet and pictures: an allow-list, kept for long, out of which nothing climbs."""

import re

import pytest

from public_site.assets import FOLDER, address_of, assets
from registry.errors import Broken
from tests.public_site.reading import Site


def test_a_file_is_served_under_its_hash_and_may_be_kept(site: Site) -> None:
    for name, asset in assets().items():
        answer = site.get(address_of(name))
        assert answer.status_code == 200
        assert answer.content == asset.content
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "site.css",
        "..%2Fapp.py",
        "%2e%2e/app.py",
        "../../pyproject.toml",
        "icons/red.svg",
        "site.000000000000.css",
    ],
)
def test_nothing_but_the_listed_files_is_served(site: Site, name: str) -> None:
    assert site.get(f"/static/{name}").status_code == 404


def test_the_style_sheet_loads_only_pictures_of_ours() -> None:
    sheet = assets()["site.css"].content.decode()
    loaded = re.findall(r"url\(\"([^\"]*)\"\)", sheet)
    assert loaded
    assert set(loaded) <= {asset.address for asset in assets().values()}
    assert "@import" not in sheet
    assert "@font-face" not in sheet


def test_no_style_is_written_for_a_class_that_no_template_has() -> None:
    sheet = assets()["site.css"].content.decode()
    sheet = re.sub(r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"", "", sheet, flags=re.DOTALL)
    styled = set(re.findall(r"\.([a-z][a-z-]*)", sheet))
    templates = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.glob("**/*.html"))
    icons = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.glob("static/icons/*.svg"))
    written = set(re.findall(r"[a-z][a-z-]*", " ".join(re.findall(r"class=\"([^\"]*)\"", templates + icons))))
    colours = {"red", "black", "board", "card"}
    assert styled - written - colours == set()


def test_an_asset_that_is_not_served_stops_the_page() -> None:
    with pytest.raises(Broken, match=r"missing\.css"):
        address_of("missing.css")
