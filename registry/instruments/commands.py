"""Registering instruments, changing and retiring them: the only writer of their rows.

An instrument is the same one again when its maker and factory number say so, whoever names it. Said
again with other content it is refused, never overwritten; held by another business it is refused
until a change passes it on.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import col, select

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.businesses.keeping import require_keeper
from registry.businesses.rules import name_key
from registry.commands import Outcome
from registry.dated import refuse_ahead
from registry.errors import Conflict, Malformed, NotFound, Refusal, RuleRefused
from registry.identifiers import new_id
from registry.instruments import queries, verifying
from registry.instruments.forms import ChangeInstrument, RegisterInstrument, RetireInstrument
from registry.instruments.tables import Instrument
from registry.rulebook import InstrumentKind
from registry.store.bulk import insert_rows
from registry.store.versions import one_writer, succeed, unmoved

STATED = ("kind", "maker", "model", "serial_no", "capacity", "accuracy_class", "place")
FOLDED = ("maker", "serial_no")


def register_instrument(work: Work, command: RegisterInstrument) -> Outcome:
    """Register one instrument.

    Raises:
        NotFound: There is no such business or kind of instrument.
        Malformed: Its day lies ahead.
        Conflict: It is on record with other content, or with another business.
        Forbidden: The actor keeps no register there.
    """
    return register_instruments(work, [command])[0].raised()


def register_instruments(work: Work, commands: Sequence[RegisterInstrument]) -> list[Outcome]:
    """Register many instruments in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.

    Raises:
        Forbidden: The actor keeps no register of one of the businesses.
    """
    one_writer(work.session, "instruments")
    batch = _Batch(work, commands)
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def change_instrument(work: Work, command: ChangeInstrument) -> Outcome:
    """Record a change of an instrument, or that another business uses it now.

    Where kind or region change, the last days that the rulebook counted are counted anew.

    Raises:
        NotFound: There is no such instrument, business or kind.
        Conflict: The version is stale, or maker and number are another's.
        Malformed: A day lies ahead, or before the one from which the present record holds.
        RuleRefused: The instrument is out of use.
        Forbidden: The actor keeps no register of one of the businesses.
    """
    one_writer(work.session, "instruments")
    current = _current(work, command.instrument_id, command.expected_version)
    if current.retired_on is not None:
        raise RuleRefused("instrument.retired", field="instrument_id", day=current.retired_on.isoformat())
    day = command.held_from_on
    if day > work.today:
        raise Malformed("day.ahead", field="held_from_on", day=day.isoformat())
    if current.held_from_on is not None and day < current.held_from_on:
        start = current.held_from_on.isoformat()
        raise Malformed("instrument.moved_back", field="held_from_on", day=day.isoformat(), start=start)
    batch = _Batch(work, [command.what])
    bearer_id = batch.checked(command.what)
    said = _columns(command.what)
    known = batch.known(bearer_id, command.what, apart_from=current.instrument_id)
    if known is not None:
        raise _duplicate(command.what, known)
    if bearer_id == current.business_id and all(getattr(current, name) == said[name] for name in said):
        return Outcome("unchanged", current.instrument_id)
    concerned = [current.business_id, bearer_id]
    following = succeed(work.session, current, work.now, **said, business_id=bearer_id, held_from_on=day)
    verifying.count_anew(work, queries.verifications_of(work.session, following.instrument_id))
    _record(work, following, "instrument.changed", concerned)
    return Outcome("changed", following.instrument_id, warnings=_warnings(command.what))


def retire_instrument(work: Work, command: RetireInstrument) -> Outcome:
    """Record that an instrument is out of use from a legal day on.

    Raises:
        NotFound: There is no such instrument.
        Conflict: The version is stale.
        RuleRefused: It is out of use already.
        Malformed: The day lies ahead.
        Forbidden: The actor keeps no register there.
    """
    current = _current(work, command.instrument_id, command.expected_version)
    day = command.retired_on
    if current.retired_on is not None:
        raise RuleRefused("instrument.retired", field="instrument_id", day=current.retired_on.isoformat())
    if day > work.today:
        raise Malformed("day.ahead", field="retired_on", day=day.isoformat())
    following = succeed(
        work.session, current, work.now, retired_on=day, retired_reason=command.reason, held_to_on=day
    )
    _record(work, following, "instrument.retired", [following.business_id])
    return Outcome("changed", following.instrument_id)


def carry_over(
    work: Work, former_id: str, survivor_id: str, only: Collection[str] | None = None
) -> list[str]:
    """Write the instruments of a merged record anew on the survivor; return which went over.

    Their verifications go with them. One that the survivor has too, by factory number and without a
    maker, stays where it is: it counts once.

    Args:
        work: The act that merges, or undoes it.
        former_id: Who has them.
        survivor_id: Who shall have them.
        only: Exactly these, as when they go back; None: all that the survivor has not.
    """
    one_writer(work.session, "instruments")
    nameless = {
        row.serial_key for row in queries.instruments_of(work.session, survivor_id) if row.maker is None
    }
    moved = []
    for row in queries.instruments_of(work.session, former_id):
        stays = row.maker is None and row.serial_key in nameless
        if not stays if only is None else row.instrument_id in only:
            moved.append(row.instrument_id)
            succeed(work.session, row, work.now, business_id=survivor_id)
    return moved


def _current(work: Work, instrument_id: str, expected_version: int) -> Instrument:
    statement = (
        select(Instrument)
        .where(Instrument.instrument_id == instrument_id)
        .where(col(Instrument.superseded_at).is_(None))
        .with_for_update()
    )
    current = unmoved(lambda: work.session.exec(statement).one_or_none(), expected_version)
    if current is None:
        raise NotFound("instrument.unknown", instrument_id=instrument_id)
    require_keeper(work, Bearers(work.session, [current.business_id]).of(current.business_id))
    return current


def _record(work: Work, one: Instrument, act: str, concerned: Sequence[str]) -> None:
    retired = one.retired_on.isoformat() if one.retired_on is not None else None
    work.record(
        act,
        Subject("instrument", one.instrument_id),
        concerns=dict.fromkeys(concerned),
        version=one.version,
        business_id=one.business_id,
        retired_on=retired,
        reason=one.retired_reason,
    )


def _columns(command: RegisterInstrument) -> dict[str, object]:
    """Return what a command says of an instrument, by column."""
    return {
        **{name: getattr(command, name) for name in STATED},
        "maker_key": None if command.maker is None else name_key(command.maker),
        "serial_key": name_key(command.serial_no),
        "in_use_on": command.in_use_on.earliest(),
        "in_use_precision": command.in_use_on.precision.value,
    }


def _contradicted(command: RegisterInstrument, known: Instrument) -> str | None:
    """Return the first field in which a command says otherwise than the record; a blank says nothing."""
    for name in STATED:
        said, held = getattr(command, name), getattr(known, name)
        if name in FOLDED and said is not None and held is not None:
            said, held = name_key(said), name_key(held)
        if said is not None and said != held:
            return name
    given = command.in_use_on
    held_day = (known.in_use_on, known.in_use_precision)
    if given.value is not None and (given.earliest(), given.precision.value) != held_day:
        return "in_use_on"
    return None


def _duplicate(command: RegisterInstrument, known: Instrument, field: str = "serial_no") -> Conflict:
    return Conflict("instrument.duplicate", field=field, serial_no=command.serial_no, id=known.instrument_id)


def _warnings(command: RegisterInstrument) -> tuple[Refusal, ...]:
    return (RuleRefused("instrument.maker_missing", field="maker"),) if command.maker is None else ()


class _Batch:
    """What a batch of instruments will write, gathered row by row."""

    def __init__(self, work: Work, commands: Sequence[RegisterInstrument]) -> None:
        self.work = work
        self.bearers = Bearers(work.session, {command.business_id for command in commands})
        for bearer in self.bearers.all:
            require_keeper(work, bearer, "business_id")
        self.kinds = {row.code for row in work.rulebook.rows(InstrumentKind)}
        self.by_serial: dict[str, list[Instrument]] = defaultdict(list)
        for row in queries.with_serials(work.session, {name_key(one.serial_no) for one in commands}):
            self.by_serial[row.serial_key].append(row)
        self.rows: list[dict[str, Any]] = []

    def checked(self, command: RegisterInstrument) -> str:
        """Return who bears an instrument whose statement can be taken."""
        bearer_id = self.bearers.of(command.business_id).id
        refuse_ahead(command.in_use_on, "in_use_on", self.work.today)
        if command.kind not in self.kinds:
            raise NotFound("instrument.kind_unknown", field="kind", value=command.kind)
        return bearer_id

    def known(
        self, bearer_id: str, command: RegisterInstrument, apart_from: str | None = None
    ) -> Instrument | None:
        """Return the instrument on record that a statement is about.

        Raises:
            Conflict: It is with another business, or several of this one bear the number.
        """
        same_number = [
            row for row in self.by_serial[name_key(command.serial_no)] if row.instrument_id != apart_from
        ]
        ours = [row for row in same_number if self.bearers.survivor(row.business_id) == bearer_id]
        if command.maker is None:
            if len(ours) > 1:
                count, serial_no = len(ours), command.serial_no
                raise Conflict("instrument.maker_needed", field="maker", count=count, serial_no=serial_no)
            return ours[0] if ours else None
        maker_key = name_key(command.maker)
        named = next((row for row in same_number if row.maker_key == maker_key), None)
        if named is not None and named not in ours:
            raise Conflict(
                "instrument.held_elsewhere",
                field="serial_no",
                maker=command.maker,
                serial_no=command.serial_no,
            )
        return named or next((row for row in ours if row.maker_key is None), None)

    def take(self, command: RegisterInstrument) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            bearer_id = self.checked(command)
            known = self.known(bearer_id, command)
            if known is not None and (field := _contradicted(command, known)) is not None:
                raise _duplicate(command, known, field)
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        if known is not None:
            return Outcome("unchanged", known.instrument_id)
        return Outcome("created", self._create(bearer_id, command), warnings=_warnings(command))

    def _create(self, bearer_id: str, command: RegisterInstrument) -> str:
        row: dict[str, Any] = {
            "instrument_id": new_id(),
            "version": 1,
            "held_from_on": command.in_use_on.exact(),
            "held_to_on": None,
            "recorded_at": self.work.now,
            "superseded_at": None,
            "business_id": bearer_id,
            **_columns(command),
            "retired_on": None,
            "retired_reason": None,
        }
        self.rows.append(row)
        made = Instrument(**row)
        self.by_serial[made.serial_key].append(made)
        return made.instrument_id

    def write(self, commands: Sequence[RegisterInstrument]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.rows:
            return
        insert_rows(self.work.session, Instrument, self.rows)
        many = len(self.rows) > 1
        self.work.record(
            "instruments.registered" if many else "instrument.registered",
            Subject("batch" if many else "instrument", self.rows[0]["instrument_id"]),
            concerns=dict.fromkeys(row["business_id"] for row in self.rows),
            rows=len(commands),
            written=len(self.rows),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )
