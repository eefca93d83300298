"""Fresh keys for a lot of reports at once: opened, encrypted and sealed anew, read and written together.

What costs is the number of statements, and of keys that are put together from their bytes: so a lot is read
by one statement of each kind and written by one, and an epoch is opened once.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, func, or_, select

from registry.errors import Forbidden
from registry.reports.bodies import Sealing, opened
from registry.reports.envelope import KEY_LENGTH, REPORTER, Place, compartment_key, item_key
from registry.reports.epochs import epoch_secret
from registry.reports.holders import public_of
from registry.reports.opening import Recipient, Unlocked
from registry.reports.readiness import public_of_epoch, recovery_key
from registry.reports.sealing import PublicKey, SecretKey, seal, suite_of
from registry.reports.tables import EpochKey, HolderKey, RecoveryKey, Report, metadata
from registry.reports.vault import Vault

PIECE = 1 << 20  # bytes in a row, as at the intake
TOGETHER = 16 << 20  # bytes of sealed streams in memory at once; an item that is larger goes alone
NAMES = {"intake": ("content", "thread"), "custody": ("identity", "originals")}
KEYS, PIECES = metadata.tables["compartment_key"], metadata.tables["body_piece"]
LATER = {"intake": "copies-", "custody": "originals-"}

Part = tuple[str, Any]
"""A report, by its identifier, and one of its compartments."""
Wraps = Mapping[Part, Sequence[Row[Any]]]
"""The sealed keys of each part."""


@dataclass(frozen=True, repr=False)
class Rekeying:
    """Reports of one office that get fresh keys, in one transaction.

    Attributes:
        vault: Open for writing.
        epoch: In use; it follows the older ones of its purpose.
        by: Who does it.
    """

    vault: Vault
    epoch: EpochKey
    by: Unlocked
    _opened: dict[str, SecretKey | None] = field(default_factory=dict)
    _followers: dict[str, Recipient | None] = field(default_factory=dict)

    def openable(self, reports: Sequence[Report]) -> list[Report]:
        """Return those of the reports of which the actor opens every compartment of the purpose."""
        wraps = self._wraps(reports)
        closed = {part[0] for part, rows in wraps.items() if self._mine(rows) is None}
        names = NAMES[self.epoch.purpose]
        return [
            one for one in reports if one.id not in closed and all((one.id, name) in wraps for name in names)
        ]

    def rekey(self, reports: Sequence[Report]) -> None:
        """Give reports fresh keys, sealed to everybody who may open them now.

        Raises:
            Forbidden: The actor cannot open one of them.
            Unopened: What is kept was altered or moved.
        """
        wraps = self._wraps(reports)
        places = {one.id: Place(self.vault.site, one.office_code, one.id) for one in reports}
        old = {part: self._old_key(places[part[0]], part, rows) for part, rows in wraps.items()}
        fresh = {part: secrets.token_bytes(KEY_LENGTH) for part in wraps}
        for where in self._lots(list(places)):
            self._encrypt_anew(where, places, old, fresh)
        reporters = {one.id: PublicKey(suite_of(one.reply_suite), one.reply_key) for one in reports}
        sealed = [
            row
            for part, rows in wraps.items()
            for row in self._sealed_anew(places[part[0]], part, rows, fresh[part], reporters[part[0]])
        ]
        self._replace(KEYS, self._of(KEYS, list(places)), sealed)

    def _of(self, table: Table, ids: Sequence[str]) -> ColumnElement[bool]:
        """Return which rows of reports belong to the compartments of the purpose."""
        purpose, name = self.epoch.purpose, table.c.compartment
        named = or_(name.in_(NAMES[purpose]), name.startswith(LATER[purpose]))
        return and_(table.c.report_id.in_(ids), named)

    def _wraps(self, reports: Sequence[Report]) -> Wraps:
        found: dict[Part, list[Row[Any]]] = {}
        query = select(KEYS).where(self._of(KEYS, [one.id for one in reports]))
        for row in self.vault.session.connection().execute(query):
            found.setdefault((row.report_id, row.compartment), []).append(row)
        return found

    def _mine(self, rows: Sequence[Row[Any]]) -> Row[Any] | None:
        """Return the sealed key of a part that the actor opens: their own, or that of an epoch of theirs."""
        own = [one for one in rows if one.holder == self.by.holder.fingerprint]
        good = [one for one in own if one.valid_through is None or one.valid_through >= self.vault.today]
        shared = (one for one in rows if self._epoch(one.holder) is not None)
        return next(iter(good), None) or next(shared, None)

    def _epoch(self, holder: str) -> SecretKey | None:
        """Return the secret of an epoch of which the actor has a share; None of anything else."""
        if holder not in self._opened:
            self._opened[holder] = self._shared(self.vault.session.get(EpochKey, holder))
        return self._opened[holder]

    def _shared(self, epoch: EpochKey | None) -> SecretKey | None:
        if epoch is None:
            return None
        try:
            return epoch_secret(self.vault, epoch, self.by.holder, self.by.secret)
        except Forbidden:
            return None

    def _old_key(self, place: Place, part: Part, rows: Sequence[Row[Any]]) -> bytes:
        row = self._mine(rows)
        if row is None:
            raise Forbidden("report.no_share")
        return compartment_key(
            self._epoch(row.holder) or self.by.secret, row.holder, place, part[1], row.sealed_key
        )

    def _lots(self, ids: Sequence[str]) -> Iterator[ColumnElement[bool]]:
        """Yield which rows hold the streams of reports, in lots that memory has room for."""
        keys = (PIECES.c.report_id, PIECES.c.compartment, PIECES.c.item)
        sizes = select(*keys, func.sum(func.length(PIECES.c.piece)).label("size"))
        sizes = sizes.where(self._of(PIECES, ids)).group_by(*keys).order_by(*keys)
        found = self.vault.session.connection().execute(sizes).all()
        lot, room = list[str](), TOGETHER
        for report_id, group in groupby(found, lambda one: one.report_id):
            streams = list(group)
            size = sum(one.size for one in streams)
            if size > TOGETHER:
                for one in streams:
                    yield and_(*(key == said for key, said in zip(keys, one[:-1], strict=True)))
                continue
            if size > room:
                yield self._of(PIECES, lot)
                lot, room = [], TOGETHER
            lot.append(report_id)
            room -= size
        if lot:
            yield self._of(PIECES, lot)

    def _encrypt_anew(
        self,
        where: ColumnElement[bool],
        places: Mapping[str, Place],
        old: Mapping[Part, bytes],
        fresh: Mapping[Part, bytes],
    ) -> None:
        order = (PIECES.c.report_id, PIECES.c.compartment, PIECES.c.item, PIECES.c.seq)
        rows = self.vault.session.connection().execute(select(PIECES).where(where).order_by(*order)).all()
        pieces = []
        for key, kept in groupby(rows, lambda one: (one.report_id, one.compartment, one.item)):
            report_id, compartment, item = key
            part, about = (report_id, compartment), places[report_id].body_context(compartment, item)
            plain = opened(item_key(old[part], item), about, [one.piece for one in kept])
            stream = _stream(Sealing(item_key(fresh[part], item), about), plain)
            named = {"report_id": report_id, "compartment": compartment, "item": item}
            pieces += [{**named, "seq": seq, "piece": piece} for seq, piece in enumerate(_cut(stream))]
        self._replace(PIECES, where, pieces)

    def _sealed_anew(
        self, place: Place, part: Part, rows: Sequence[Row[Any]], key: bytes, reporter: PublicKey
    ) -> Iterator[dict[str, Any]]:
        """Yield a fresh key as it is sealed to each who had the old one and is still here."""
        valid = {}
        for row in rows:
            follower = (REPORTER, reporter) if row.holder == REPORTER else self._follower(row.holder)
            if follower is not None:
                valid[follower] = row.valid_through
        for (holder, public), valid_through in valid.items():
            yield {
                "report_id": part[0],
                "compartment": part[1],
                "holder": holder,
                "sealed_key": seal(public, key, place.key_context(part[1], holder)),
                "valid_through": valid_through,
            }

    def _follower(self, holder: str) -> Recipient | None:
        """Return who stands in a holder's place today: for an old epoch the one in use; None: nobody does."""
        if holder not in self._followers:
            self._followers[holder] = self._found_follower(holder)
        return self._followers[holder]

    def _found_follower(self, holder: str) -> Recipient | None:
        session = self.vault.session
        if session.get(EpochKey, holder) is not None:
            return self.epoch.fingerprint, public_of_epoch(self.epoch)
        if session.get(RecoveryKey, holder) is not None:
            kept = recovery_key(self.vault)
            if kept is None:
                return None
            return kept.fingerprint, PublicKey(suite_of(kept.suite), kept.public_key)
        one = session.get(HolderKey, holder)
        return None if one is None or one.ended_on is not None else (holder, public_of(one))

    def _replace(self, table: Table, where: ColumnElement[bool], rows: Sequence[dict[str, Any]]) -> None:
        connection = self.vault.session.connection()
        connection.execute(table.delete().where(where))
        if rows:
            connection.execute(table.insert(), rows)


def _stream(sealing: Sealing, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield sealing.feed(piece)
    yield sealing.finish()


def _cut(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into rows of a mebibyte, the last one shorter or equal."""
    waiting = bytearray()
    for part in stream:
        waiting += part
        while len(waiting) > PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    yield bytes(waiting)
