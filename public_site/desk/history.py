"""Every fact on record of a business by day: what, by which source and paper, and what it lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from public_site.names import Names
from public_site.render import Written
from registry.audit.work import Work
from registry.demonstration.queries import designations_of
from registry.gaps import warnings_of
from registry.instruments.queries import instruments_of, verifications_of
from registry.lists.queries import all_entries_of, proposals_within
from registry.pledges.queries import pledges_of
from registry.repair.queries import matters_of
from registry.texts import say
from registry.violations.queries import violations_of

INSTRUMENTS = 100  # of one business on its page; the rest stands in the register of instruments
CASES = 100


@dataclass(frozen=True)
class Event:
    """A fact on record.

    Attributes:
        id: Own identifier of the fact.
        sort: pledge, designation, violation, verification, proposal, entry, objection or repair.
        on: Its day as precisely as it is known; None: not known.
        title: What it is, in words.
        notes: What else is said of it, in words.
        source: Where it is from.
        documents: Papers on file.
        lacks: What it lacks and what it cannot do, in words.
        address: Page on which it is gone on with; empty: none.
        about: Own identifier of the fact that an objection or an application is about.
    """

    id: str
    sort: str
    on: date | None
    precision: str
    title: str
    notes: tuple[str, ...] = ()
    source: str = ""
    documents: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    address: str = ""
    about: str = ""


@dataclass(frozen=True)
class Teller:
    """What tells the facts of one business."""

    work: Work
    business_id: str
    region: str
    names: Names

    def events(self) -> list[Event]:
        """Return every fact on record, the newest first, undated ones last."""
        told = [
            *self._pledges(),
            *self._designations(),
            *self._violations(),
            *self._verifications(),
            *self._lists(),
            *self._matters(),
        ]
        return sorted(told, key=lambda one: (one.on or date.min, one.id), reverse=True)

    def _lacks(self, incomplete: str | None) -> tuple[str, ...]:
        codes = incomplete.split(",") if incomplete else ()
        return tuple(say(warning, self.names.t.language) for warning in warnings_of(codes))

    def _notes(self, **said: date | int | str | None) -> tuple[str, ...]:
        t, written = self.names.t, Written(self.names.t)
        return tuple(
            t(
                f"desk.history.{name}",
                it=written.day(value)
                if isinstance(value, date)
                else written.money(value)
                if isinstance(value, int)
                else value,
            )
            for name, value in said.items()
            if value is not None and value != ""
        )

    def _pledges(self) -> Iterator[Event]:
        for row in pledges_of(self.work.session, self.business_id):
            yield Event(
                row.pledge_id,
                "pledge",
                row.pledged_on,
                row.pledged_precision,
                self.names.t.term("matter", row.matter),
                self._notes(valid=row.valid_through, broken=row.broken_on, withdrawn=row.withdrawn_on),
                row.source_key or row.receiving_office,
                (row.document_id,) if row.document_id else (),
                self._lacks(row.incomplete),
            )

    def _designations(self) -> Iterator[Event]:
        t = self.names.t
        for row in designations_of(self.work.session, self.business_id):
            yield Event(
                row.designation_id,
                "designation",
                row.designated_on,
                row.designated_precision,
                row.title or t("business.unit_of_level", level=t.term("level", row.level)),
                self._notes(valid=row.valid_through, cancelled=row.cancelled_on),
                row.authority,
                (),
                self._lacks(row.incomplete),
            )

    def _violations(self) -> Iterator[Event]:
        t = self.names.t
        for violation, decision in violations_of(self.work.session, self.business_id):
            source = decision.source or {}
            document = source.get("document_id")
            yield Event(
                violation.violation_id,
                "violation",
                decision.decided_on,
                decision.decided_precision,
                self.names.ground(violation.conduct_code, decision.region),
                (
                    *self._notes(
                        number=decision.decision_no,
                        fine=decision.fine_fen,
                        confiscated=decision.confiscated_fen,
                        repaired=violation.repaired_on,
                        objected=violation.objected_on,
                        shown=violation.publish_until,
                    ),
                    *((t(f"standing.{decision.standing}"),) if decision.standing != "in_force" else ()),
                ),
                t("write.comma").join(filter(None, (decision.authority, source.get("title")))),
                (str(document),) if document else (),
                self._lacks(violation.incomplete),
                f"/desk/violations/correction?violation={violation.violation_id}",
            )

    def _verifications(self) -> Iterator[Event]:
        t = self.names.t
        for instrument in instruments_of(self.work.session, self.business_id)[:INSTRUMENTS]:
            kind = self.names.instrument(instrument.kind, self.region)
            for row in verifications_of(self.work.session, instrument.instrument_id):
                yield Event(
                    row.verification_id,
                    "verification",
                    row.verified_on,
                    "day",
                    t(
                        "desk.history.verified",
                        kind=kind,
                        serial_no=instrument.serial_no,
                        result=t.term("instrument.result", row.result),
                    ),
                    self._notes(
                        certificate=row.certificate_no, valid=row.valid_through, annulled=row.annulled_on
                    ),
                    row.body,
                    (row.document_id,) if row.document_id else (),
                    self._lacks(row.incomplete),
                )

    def _lists(self) -> Iterator[Event]:
        t, session = self.names.t, self.work.session
        for case in proposals_within(session, ("",), business_id=self.business_id, limit=CASES):
            yield Event(
                case.id,
                "proposal",
                case.recorded_at.date(),
                "day",
                self.names.regimes((case.regime,), case.region),
                (t.term("state", case.state), *self._notes(due=case.next_deadline_on, closed=case.closed_on)),
                address=f"/desk/cases/{case.id}",
            )
        for entry in all_entries_of(session, self.business_id):
            yield Event(
                entry.entry_id,
                "entry",
                entry.listed_on,
                "day",
                self.names.regimes((entry.regime,), entry.region),
                (
                    self.names.ground(entry.ground, entry.region),
                    *self._notes(
                        shown=entry.publish_until, ended=entry.withdrawn_on, objected=entry.objected_on
                    ),
                ),
                entry.basis or "",
                address=f"/desk/cases/{entry.proposal_id}" if entry.proposal_id else "",
            )

    def _matters(self) -> Iterator[Event]:
        t = self.names.t
        repairs, objections = matters_of(self.work.session, self.business_id)
        for repair in repairs:
            yield Event(
                repair.id,
                "repair",
                repair.received_on,
                "day",
                t("desk.history.repair"),
                (t.term("state", repair.state), *self._notes(closed=repair.closed_on)),
                documents=tuple(repair.papers.values()),
                address=f"/desk/repairs/{repair.id}",
                about=repair.subject_id,
            )
        for objection in objections:
            yield Event(
                objection.id,
                "objection",
                objection.filed_on,
                "day",
                t("desk.history.objection"),
                (t.term("state", objection.state), *self._notes(closed=objection.closed_on)),
                documents=tuple(objection.papers),
                address=f"/desk/objections/{objection.id}",
                about=objection.subject_id,
            )
