"""Recording verifications and annulling them: the only writer of their rows.

A verification is the same one again when body, certificate number and instrument agree; said again
with other content it is refused. One that was annulled makes room for another of its number, but
said again word for word it stays annulled.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import col, select

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.businesses.rules import name_key
from registry.calendar import PartialDate, Precision
from registry.commands import Outcome
from registry.dated import refuse_end_before
from registry.documents.queries import unknown_documents
from registry.errors import Conflict, Malformed, NotFound, Refusal, RuleRefused
from registry.gaps import warnings_of
from registry.identifiers import new_id
from registry.instruments import queries
from registry.instruments.forms import AnnulVerification, RecordVerification
from registry.instruments.keeping import require_verifier
from registry.instruments.rules import Run, run_of
from registry.instruments.tables import Instrument, Verification
from registry.log.leaves import Effect
from registry.rulebook import InstrumentKind
from registry.store.bulk import insert_rows
from registry.store.versions import one_writer, succeed, unmoved

STATED = ("result", "limitation", "verified_on", "stated_through", "document_id")


def record_verification(work: Work, command: RecordVerification) -> Outcome:
    """Record one verification.

    Raises:
        NotFound: There is no such instrument or document.
        Malformed: A day lies ahead, ends before it begins, or a failure states a last day.
        RuleRefused: The certificate runs longer than its regulation allows, or the instrument was
            out of use.
        Conflict: The certificate is on record with other content.
        Forbidden: The actor records no verification there.
    """
    return record_verifications(work, [command])[0].raised()


def record_verifications(work: Work, commands: Sequence[RecordVerification]) -> list[Outcome]:
    """Record many verifications in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.

    Raises:
        Forbidden: The actor records no verification of one of the businesses.
    """
    one_writer(work.session, "verifications")
    batch = _Batch(work, commands)
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def annul_verification(work: Work, command: AnnulVerification) -> Outcome:
    """Record that a verification is void: from that day the one before it speaks again.

    Raises:
        NotFound: There is no such verification.
        Conflict: The version is stale, or it is annulled already.
        Malformed: The day lies ahead, or before the verification.
        Forbidden: The office does not supervise the region of the business.
    """
    current = _current(work, command)
    day = command.annulled_on
    if current.annulled_on is not None:
        annulled = current.annulled_on.isoformat()
        raise Conflict("verification.annulled", verification_id=command.verification_id, day=annulled)
    if day > work.today:
        raise Malformed("day.ahead", field="annulled_on", day=day.isoformat())
    if day < current.verified_on:
        made = current.verified_on.isoformat()
        raise Malformed("verification.not_made", field="annulled_on", day=day.isoformat(), verified_on=made)
    following = succeed(
        work.session,
        current,
        work.now,
        annulled_on=day,
        annulled_reason=command.reason,
        held_to_on=day,
    )
    said: dict[str, object] = {"annulled_on": day.isoformat(), "reason": command.reason}
    _tell(work, following, "verification.annulled", said)
    return Outcome("changed", following.verification_id)


def count_anew(work: Work, verifications: Iterable[Verification]) -> int:
    """Count last days again that the rulebook counted, under the law as it is known now.

    A jurisdiction may have set an interval since, or the instrument is of another kind or region.

    Returns:
        How many verifications changed.
    """
    rows = list(verifications)
    instruments = queries.instruments_by_id(work.session, {row.instrument_id for row in rows})
    bearers = Bearers(work.session, {one.business_id for one in instruments.values()})
    changed: list[Verification] = []
    for row in rows:
        instrument = instruments[row.instrument_id]
        run = run_of(
            work.rulebook, instrument.kind, bearers.of(instrument.business_id).region, row.verified_on
        )
        ends = _ends(row.result, row.stated_through, run)
        if any(getattr(row, name) != value for name, value in ends.items()):
            changed.append(succeed(work.session, row, work.now, **ends))
    if changed:
        work.record(
            "verifications.counted_anew",
            Subject("batch", changed[0].verification_id),
            concerns=sorted({instruments[row.instrument_id].business_id for row in changed}),
            written=len(changed),
        )
    return len(changed)


def _current(work: Work, command: AnnulVerification) -> Verification:
    statement = (
        select(Verification)
        .where(Verification.verification_id == command.verification_id)
        .where(col(Verification.superseded_at).is_(None))
        .with_for_update()
    )
    current = unmoved(lambda: work.session.exec(statement).one_or_none(), command.expected_version)
    instrument = None if current is None else queries.instrument(work.session, current.instrument_id)
    if current is None or instrument is None:
        raise NotFound("verification.unknown", verification_id=command.verification_id)
    bearer = Bearers(work.session, [instrument.business_id]).of(instrument.business_id)
    work.require("officer", bearer.region)
    return current


def _tell(work: Work, row: Verification, act: str, said: dict[str, object]) -> None:
    instrument = queries.instrument(work.session, row.instrument_id)
    subject = {"verification_id": row.verification_id, "instrument_id": row.instrument_id}
    work.record(
        act,
        Subject("verification", row.verification_id),
        concerns=[] if instrument is None else [instrument.business_id],
        effects=[Effect(act, row.verification_id, {**subject, **said})],
        version=row.version,
        **said,
    )


def _ends(result: str, stated_through: object, run: Run) -> dict[str, Any]:
    """Return until when a verification runs, by column."""
    if result == "unqualified":
        return {"valid_through": None, "possibly_through": None, "incomplete": None}
    if stated_through is not None:
        return {"valid_through": stated_through, "possibly_through": None, "incomplete": None}
    lacks = None if run.through is not None else "interval.unknown"
    return {"valid_through": run.through, "possibly_through": run.possibly, "incomplete": lacks}


class _Batch:
    """What a batch of verifications will write, gathered row by row."""

    def __init__(self, work: Work, commands: Sequence[RecordVerification]) -> None:
        self.work = work
        self.instruments = queries.instruments_by_id(
            work.session, {command.instrument_id for command in commands}
        )
        self.bearers = Bearers(work.session, {one.business_id for one in self.instruments.values()})
        for bearer in self.bearers.all:
            require_verifier(work, bearer, "instrument_id")
        self.missing_documents = unknown_documents(
            work.session, {command.document_id for command in commands if command.document_id}
        )
        self.by_certificate: dict[tuple[str, str], list[Verification]] = defaultdict(list)
        asked = {name_key(command.certificate_no) for command in commands}
        for row in queries.with_certificates(work.session, asked):
            self.by_certificate[row.certificate_key, row.body_key].append(row)
        self.rows: list[dict[str, Any]] = []
        self.effects: list[Effect] = []

    def take(self, command: RecordVerification) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            instrument = self._instrument(command)
            self._check(command)
            same = self.by_certificate[name_key(command.certificate_no), name_key(command.body)]
            known = _said_before(command, same)
            run = self._run(command, instrument)
            warnings = [] if known else [*_elsewhere(command, same), *_longer(command, run)]
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        if known is not None:
            return Outcome("unchanged", known.verification_id)
        row = self._create(command, run)
        lacks = warnings_of([row["incomplete"]] if row["incomplete"] else [])
        return Outcome("created", row["verification_id"], warnings=(*warnings, *lacks))

    def _instrument(self, command: RecordVerification) -> Instrument:
        instrument = self.instruments.get(command.instrument_id)
        if instrument is None:
            raise NotFound("instrument.unknown", field="instrument_id", instrument_id=command.instrument_id)
        retired_on = instrument.retired_on
        if retired_on is not None and command.verified_on >= retired_on:
            raise RuleRefused("instrument.retired", field="verified_on", day=retired_on.isoformat())
        return instrument

    def _check(self, command: RecordVerification) -> None:
        day = command.verified_on
        if day > self.work.today:
            raise Malformed("day.ahead", field="verified_on", day=day.isoformat())
        if command.valid_through is not None and command.result == "unqualified":
            raise Malformed("verification.no_term", field="valid_through")
        refuse_end_before(PartialDate(day, Precision.DAY), command.valid_through)
        if command.document_id in self.missing_documents:
            raise NotFound("document.unknown", field="document_id", document_id=command.document_id)

    def _run(self, command: RecordVerification, instrument: Instrument) -> Run:
        """Return how long the verification runs by law, and refuse more than a sourced rule allows."""
        region = self.bearers.of(instrument.business_id).region
        run = run_of(self.work.rulebook, instrument.kind, region, command.verified_on)
        stated = command.valid_through
        if run.binding and stated is not None and run.longest is not None and stated > run.longest:
            row = self.work.rulebook.in_force(InstrumentKind, region, command.verified_on)[instrument.kind]
            raise RuleRefused(
                "verification.beyond_interval",
                field="valid_through",
                valid_through=stated.isoformat(),
                rule=row.regulation or row.name_zh,
                longest=run.longest.isoformat(),
            )
        return run

    def _create(self, command: RecordVerification, run: Run) -> dict[str, Any]:
        row: dict[str, Any] = {
            "verification_id": new_id(),
            "version": 1,
            "held_from_on": command.verified_on,
            "held_to_on": None,
            "recorded_at": self.work.now,
            "superseded_at": None,
            **command.model_dump(exclude={"valid_through"}),
            "certificate_key": name_key(command.certificate_no),
            "body_key": name_key(command.body),
            "stated_through": command.valid_through,
            **_ends(command.result, command.valid_through, run),
            "annulled_on": None,
            "annulled_reason": None,
        }
        self.rows.append(row)
        self.by_certificate[row["certificate_key"], row["body_key"]].append(Verification(**row))
        through = row["valid_through"]
        content = {
            "verification_id": row["verification_id"],
            "instrument_id": command.instrument_id,
            "result": command.result,
            "verified_on": command.verified_on.isoformat(),
            "valid_through": through.isoformat() if through is not None else None,
        }
        self.effects.append(Effect("verification.recorded", row["verification_id"], content))
        return row

    def write(self, commands: Sequence[RecordVerification]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.rows:
            return
        insert_rows(self.work.session, Verification, self.rows)
        many = len(self.rows) > 1
        concerned = (self.instruments[row["instrument_id"]].business_id for row in self.rows)
        self.work.record(
            "verifications.recorded" if many else "verification.recorded",
            Subject("batch" if many else "verification", str(self.rows[0]["verification_id"])),
            concerns=dict.fromkeys(concerned),
            effects=self.effects,
            rows=len(commands),
            written=len(self.rows),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )


def _said_before(command: RecordVerification, same: Iterable[Verification]) -> Verification | None:
    """Return the verification on record that says the same.

    Raises:
        Conflict: One that stands says otherwise.
    """
    said = (
        command.result,
        command.limitation,
        command.verified_on,
        command.valid_through,
        command.document_id,
    )
    of_it = [row for row in same if row.instrument_id == command.instrument_id]
    known = next((row for row in of_it if tuple(getattr(row, name) for name in STATED) == said), None)
    standing = next((row for row in of_it if row.annulled_on is None), None)
    if known is None and standing is not None:
        raise Conflict(
            "verification.duplicate",
            field="certificate_no",
            certificate_no=command.certificate_no,
            id=standing.verification_id,
        )
    return known


def _elsewhere(command: RecordVerification, same: Iterable[Verification]) -> Iterable[Refusal]:
    if any(row.instrument_id != command.instrument_id and row.annulled_on is None for row in same):
        yield RuleRefused(
            "verification.elsewhere", field="certificate_no", certificate_no=command.certificate_no
        )


def _longer(command: RecordVerification, run: Run) -> Iterable[Refusal]:
    stated = command.valid_through
    if stated is not None and run.longest is not None and stated > run.longest:
        yield RuleRefused(
            "verification.longer",
            field="valid_through",
            valid_through=stated.isoformat(),
            longest=run.longest.isoformat(),
        )
