"""What is sealed is bound to what the inventory says: real values open with a context made from it alone."""

from collections.abc import Callable, Iterator, Mapping

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlmodel import SQLModel, select

from registry.audit.work import Actor
from registry.reports import codes, disclosure, epochs, receipts
from registry.reports.bodies import opened
from registry.reports.disclosure import AskDisclosure
from registry.reports.envelope import REPORTER, compartment_key, item_key
from registry.reports.inventory import COLUMNS, Sealed
from registry.reports.opening import Unlocked
from registry.reports.sealing import SecretKey, Unopened, unseal
from registry.reports.stretching import expanded, stretched
from registry.reports.tables import BodyPiece, CompartmentKey, DisclosureRequest, EpochKey, EpochShare, Report
from registry.reports.thread import place_of
from registry.reports.vault import Vault
from tests.reports.sending import sent
from tests.reports.site import HOLDERS, OFFICE, PEPPER, PHRASE, Site

SITE = "xinyang.example"
Opening = tuple[Mapping[str, object], Callable[[bytes], object]]


def context(column: str, values: Mapping[str, object], *, spoilt: int | None = None) -> bytes:
    """Return the bytes that a row of the inventory describes, one of its parts spoilt where asked."""
    table, _, name = column.partition(".")
    row = COLUMNS[table][name]
    assert isinstance(row, Sealed)
    parts = [str(values[part[1:-1]]) if part.startswith("{") else part for part in row.context]
    if spoilt is not None:
        parts[spoilt] += "x"
    return b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in ("v1", *parts))


def _values(row: SQLModel, **others: SQLModel) -> dict[str, object]:
    found = {"site": SITE, **row.model_dump()}
    for table, other in others.items():
        found |= {f"{table}.{name}": value for name, value in other.model_dump().items()}
    return found


def holder_seeds(site: Site, vault: Vault, _reporter: codes.Derived) -> Iterator[Opening]:
    row = site.rows["li"]
    master = stretched(PHRASE.format("li").encode(), row.salt)
    cipher = ChaCha20Poly1305(expanded(master + expanded(PEPPER, "holder/pepper"), "holder/kek"))
    yield _values(row), lambda about: cipher.decrypt(row.sealed_seed[:12], row.sealed_seed[12:], about)


def epoch_seeds(site: Site, vault: Vault, _reporter: codes.Derived) -> Iterator[Opening]:
    by_fingerprint = {site.rows[name].fingerprint: secret for name, secret in site.secrets.items()}
    for share in vault.session.exec(select(EpochShare)):
        secret = by_fingerprint.get(share.holder)
        if secret is not None:
            values = _values(share, epoch_key=vault.session.get_one(EpochKey, share.epoch))
            yield values, lambda about, of=secret, seed=share.sealed_seed: unseal(of, seed, about)


def compartment_keys(site: Site, vault: Vault, reporter: codes.Derived) -> Iterator[Opening]:
    for row in vault.session.exec(select(CompartmentKey)):
        secret = _secret_of(site, vault, row.holder, reporter)
        values = _values(row, report=vault.session.get_one(Report, row.report_id))
        yield values, lambda about, of=secret, key=row.sealed_key: unseal(of, key, about)


def pieces(site: Site, vault: Vault, reporter: codes.Derived) -> Iterator[Opening]:
    for row in vault.session.exec(select(BodyPiece)):
        key = _key(site, vault, row, reporter)
        yield (
            _values(row),
            lambda about, key=key, row=row: b"".join(opened(item_key(key, row.item), about, [row.piece])),
        )


def reasons(site: Site, vault: Vault, _reporter: codes.Derived) -> Iterator[Opening]:
    report = vault.session.exec(select(Report)).one()
    actor = Actor("li", "li", OFFICE, ())
    asked = AskDisclosure(compartment="identity", reason="核实购买日期")
    disclosure.ask(vault, actor, report.id, Unlocked(site.rows["li"], site.secrets["li"]), asked)
    for row in vault.session.exec(select(DisclosureRequest)):
        secret = _secret_of(site, vault, row.custody_epoch, _reporter)
        yield _values(row), lambda about, of=secret, sealed=row.sealed_reason: unseal(of, sealed, about)


def _secret_of(site: Site, vault: Vault, holder: str, reporter: codes.Derived) -> SecretKey:
    if holder == REPORTER:
        return reporter.reply
    epoch = vault.session.get_one(EpochKey, holder)
    name = {purpose: names[0] for purpose, names in HOLDERS.items()}[epoch.purpose]  # type: ignore[index]
    return epochs.epoch_secret(vault, epoch, site.rows[name], site.secrets[name])


def _key(site: Site, vault: Vault, piece: BodyPiece, reporter: codes.Derived) -> bytes:
    query = select(CompartmentKey).where(
        CompartmentKey.report_id == piece.report_id, CompartmentKey.compartment == piece.compartment
    )
    row = vault.session.exec(query).first()
    report = vault.session.get_one(Report, piece.report_id)
    assert row is not None
    secret = _secret_of(site, vault, row.holder, reporter)
    return compartment_key(secret, row.holder, place_of(vault, report), piece.compartment, row.sealed_key)  # type: ignore[arg-type]


def sealed_receipts(site: Site, vault: Vault, reporter: codes.Derived) -> Iterator[Opening]:
    report = vault.session.exec(select(Report)).one()
    row = receipts.give(vault, report, receipts.opening_of(vault, report))
    yield _values(row), lambda about: unseal(reporter.reply, row.sealed_receipt, about)


def proofs(site: Site, vault: Vault, reporter: codes.Derived) -> Iterator[Opening]:
    report = vault.session.exec(select(Report)).one()
    row = disclosure.tell_reporter(vault, report, "identity", receipts.opening_of(vault, report))
    yield _values(row), lambda about: unseal(reporter.reply, row.sealed_proof, about)


OPENINGS = {
    "disclosed.sealed_proof": proofs,
    "receipt.sealed_receipt": sealed_receipts,
    "holder_key.sealed_seed": holder_seeds,
    "epoch_share.sealed_seed": epoch_seeds,
    "compartment_key.sealed_key": compartment_keys,
    "body_piece.piece": pieces,
    "disclosure_request.sealed_reason": reasons,
}


def test_every_sealed_column_is_opened_here() -> None:
    sealed = {
        f"{table}.{name}"
        for table, columns in COLUMNS.items()
        for name, row in columns.items()
        if isinstance(row, Sealed)
    }
    assert sealed == set(OPENINGS)


@pytest.mark.parametrize("column", OPENINGS)
def test_what_is_sealed_opens_with_the_listed_context_and_with_no_part_of_it_changed(
    site: Site, column: str
) -> None:
    with site.vault() as vault:
        _, reporter = sent(vault)
        opened_some = False
        for values, open_with in OPENINGS[column](site, vault, reporter):
            assert open_with(context(column, values)) is not None
            opened_some = True
            for part in range(len(_parts(column))):
                with pytest.raises((Unopened, InvalidTag)):
                    open_with(context(column, values, spoilt=part))
        assert opened_some


def _parts(column: str) -> tuple[str, ...]:
    table, _, name = column.partition(".")
    row = COLUMNS[table][name]
    assert isinstance(row, Sealed)
    return row.context
