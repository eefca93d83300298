"""The page of the transparency log, and the certificates that pages of entries offer."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from registry.log import notes
from registry.publication.verify import read_checkpoint, verify_log
from registry.settings import read_settings
from tests.public_site.reading import Page, Site
from tests.public_site.town import Town


def test_the_page_shows_the_key_its_fingerprint_and_what_was_signed_last(
    town: Town, read: Callable[..., Page]
) -> None:
    signer = notes.load(town.folder, read_settings(data_dir=town.folder).origin)
    public_key = signer.private.public_key().public_bytes_raw()
    words = read("/log").one("main").words
    signed = read_checkpoint((town.folder / "log" / "checkpoint").read_text(), signer.verifier_key)
    assert signer.verifier_key in words
    assert hashlib.sha256(public_key).hexdigest() in words
    assert signed.root.hex() in words
    assert "2026年11月20日" in words


def test_the_page_of_an_entry_and_of_its_removal_offers_a_certificate_that_verifies(
    town: Town, site: Site, read: Callable[..., Page], tmp_path: Path
) -> None:
    key = notes.load(town.folder, read_settings(data_dir=town.folder).origin).verifier_key
    for who, status in (("cheat", 200), ("forgiven", 410)):
        page = read(f"/lists/henan_black/entries/{town.entries[who]}", status)
        offered = [
            one.attributes["href"] for one in page.all("a") if "certificates" in one.attributes["href"]
        ]
        certificate = tmp_path / who
        certificate.write_text(site.get(offered[0]).text)
        assert verify_log(certificate, key) == []
