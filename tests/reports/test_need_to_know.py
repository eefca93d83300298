"""Who opens what is decided by keys: each person, report and compartment is tried with real ones."""

from itertools import product

import pytest
from sqlmodel import select

from registry.reports import holders
from registry.reports.envelope import COMPARTMENTS, compartment_key, epoch_context
from registry.reports.sealing import Unopened, unseal
from registry.reports.tables import CompartmentKey, EpochKey, EpochShare, Report
from registry.reports.thread import place_of
from tests.reports.office import Office
from tests.reports.site import OFFICE, PHRASE
from tests.reports.test_disclosure import disclosure_of
from tests.reports.test_handling import assigned, one

READ, HELD = ("content", "thread"), ("identity", "originals")
WITHOUT = ("admin", "auditor")  # they have keys like everybody, and nobody gave them a share
Opened = set[tuple[str, str, str]]


def kept(office: Office) -> dict[str, str]:
    """Let there be a report that just came, one that has a team, and one whose identity is disclosed."""
    for name in WITHOUT:
        with office.site.vault() as vault:
            row = holders.make_key(vault, name, OFFICE, PHRASE.format(name))
            office.site.secrets[name] = holders.prove(vault, row, PHRASE.format(name))
            office.site.rows[name] = row
    reports = {"new": one(office)[0], "handled": assigned(office, "li", "newcomer")[0]}
    reports["disclosed"] = assigned(office, "wang", "newcomer")[0]
    disclosure_of(office, reports["disclosed"])
    return reports


def granted() -> Opened:
    """Return who was given what."""
    readers = {"new": ("li", "wang"), "handled": ("li", "newcomer"), "disclosed": ("wang", "newcomer")}
    read = {(name, which, part) for which, names in readers.items() for name in names for part in READ}
    held = set(product(("zhao", "qian"), readers, HELD))
    return read | held | {("wang", "disclosed", "identity")}


def opened(office: Office, reports: dict[str, str]) -> Opened:
    """Return who opens what by the product's own ways."""
    return {
        (name, which, part)
        for name, which, part in product(office.site.rows, reports, COMPARTMENTS)
        if office.opens(name, reports[which], part)
    }


def opened_by_hand(office: Office) -> list[tuple[str, str]]:
    """Try every key on every sealed key in the database, for its holder and as if it had been sealed to it.

    Returns:
        The fingerprint of each key that opened something, and whose it was.
    """
    found = []
    with office.site.vault() as vault:
        keys = [(row.fingerprint, office.site.secrets[name]) for name, row in office.site.rows.items()]
        tries = []
        for row in vault.session.exec(select(CompartmentKey)):
            place = place_of(vault, vault.session.get_one(Report, row.report_id))
            tries.append((row.holder, lambda secret, holder, row=row, place=place: compartment_key(
                secret, holder, place, row.compartment, row.sealed_key)))  # fmt: skip
        for share in vault.session.exec(select(EpochShare)):
            epoch = vault.session.get_one(EpochKey, share.epoch)
            tries.append((share.holder, lambda secret, holder, share=share, epoch=epoch: unseal(
                secret, share.sealed_seed,
                epoch_context(vault.site, OFFICE, epoch.purpose, epoch.fingerprint, holder))))  # fmt: skip
        for (holder, attempt), (fingerprint, secret) in product(tries, keys):
            for said in {holder, fingerprint}:
                try:
                    attempt(secret, said)
                    found.append((fingerprint, holder))
                except Unopened:
                    continue
    return found


def test_of_every_person_report_and_compartment_just_what_was_granted_opens(office: Office) -> None:
    reports = kept(office)
    assert opened(office, reports) == granted()
    assert not {name for name, _, _ in granted()} & set(WITHOUT)


def test_who_owns_the_database_and_somebodys_key_opens_what_was_sealed_to_that_key_alone(
    office: Office,
) -> None:
    kept(office)
    found = opened_by_hand(office)
    assert len(found) > len(granted()) // 2
    assert [one for one in found if one[0] != one[1]] == []


def test_a_build_that_seals_identities_to_the_readers_is_seen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.reports.envelope.CUSTODY", ("originals",))
    report_id, _ = one(office)
    assert office.opens("li", report_id, "identity")
