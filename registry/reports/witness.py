"""Acts on sealed reports touch two databases: the audit log stands in the registry, the reports stand apart.

No transaction holds both, so the order decides what a crash may leave behind:

- *Reading*: the entry is committed, then something is opened. A crash between leaves an entry of a reading
  that nobody had; never something read without an entry.
- *Acting*: the rows are prepared in a transaction of the reports, the entry is committed while that one is
  still open, then the rows are. A crash between leaves an entry of an act that took no effect; never an
  effect without an entry. What took effect is in `handled`, under the key of its form: the form sent again
  does what was not done, and nothing twice.

The transaction of the registry lies inside that of the reports, never the other way round: two acts that
wait for each other would be the price.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from registry.audit.work import Actor, Subject, Work
from registry.errors import Conflict, Forbidden, NotFound
from registry.log.leaves import Effect
from registry.offices.tables import Office
from registry.reports.envelope import Compartment, in_custody
from registry.reports.tables import Handled, Report
from registry.reports.vault import Vault

HANDLER, CUSTODIAN = "report_handler", "custodian"
EITHER = (HANDLER, CUSTODIAN)


@dataclass(frozen=True)
class Sides:
    """Both databases, for one person.

    Attributes:
        actor: Who acts, as read at the beginning.
        working: Opens a transaction of the registry in which that person acts; it commits at its end.
        vaults: Opens a transaction of the reports; it commits at its end.
        reading: Opens one state of the reports.
    """

    actor: Actor
    working: Callable[[], AbstractContextManager[Work]]
    vaults: Callable[[], AbstractContextManager[Vault]]
    reading: Callable[[], AbstractContextManager[Vault]]


@dataclass(frozen=True)
class Told:
    """What the audit log is told of an act: never what a report says.

    Attributes:
        act: What was done, `subject.verb`.
        subject: What it was done to.
        roles: One of these is asked for, in
        office_code: this office, the actor's own.
        detail: What an auditor must see.
        effects: Leaves of the public log.
        reports: Further reports in whose history the act is to stand.
        within: What else is written or asked for in the registry's transaction; it may return more detail.
    """

    act: str
    subject: Subject
    roles: Sequence[str]
    office_code: str
    detail: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    effects: Sequence[Effect] = ()
    reports: Sequence[str] = ()
    within: Callable[[Work], Mapping[str, Any] | None] | None = None


@dataclass(frozen=True)
class Seen:
    """Proof that a reading stands in the audit log, and nothing opens without it.

    Only `seen` makes one, and `disclosure.opened` for what custodians hold.
    """

    report_id: str
    compartment: Compartment
    person_id: str


def carry_out(sides: Sides, key: str, do: Callable[[Vault], Told]) -> Told | None:
    """Do an act once: the rows are prepared, the entry is committed, then the rows are.

    Args:
        sides: Both databases.
        key: Of the form; the same one acts once.
        do: Prepares the rows, and tells what the audit log is to hold.

    Returns:
        What was told, or None where the same form acted before.

    Raises:
        Forbidden: The actor does not hold the role in the office, or not any more.
        Refusal: As the act does.
    """
    with sides.vaults() as vault:
        done = _claimed(vault, sides.actor, key)
        if done is None:
            return None
        told = do(vault)
        done.act = told.act
        done.report_id = told.subject.id if told.subject.kind == "report" else None
        vault.session.add(done)
        vault.session.add_all(_handled(vault, sides.actor, key, told.act, one) for one in told.reports)
        vault.session.flush()
        with sides.working() as work:
            _tell(work, sides.actor, told)
    return told


def seen(sides: Sides, report: Report, compartment: Compartment) -> Seen:
    """Write into the audit log that somebody reads a compartment, commit it, and return the proof.

    Raises:
        Forbidden: The actor does not hold the role in the report's office, or not any more; or the
            compartment is the custodians', whose opening is a leaf of the log.
    """
    if in_custody(compartment):
        raise Forbidden("report.not_disclosed")
    told = Told(
        "report.read",
        Subject("report", report.id),
        (HANDLER,),
        report.office_code,
        {"compartment": compartment},
    )
    with sides.working() as work:
        _tell(work, sides.actor, told)
    return Seen(report.id, compartment, sides.actor.person_id)


def refuse_unproved(proof: Seen, report: Report, compartment: Compartment, person_id: str) -> None:
    """Refuse to open for somebody what the audit log does not hold.

    Raises:
        Forbidden: The proof is of another report, compartment or person.
    """
    if proof != Seen(report.id, compartment, person_id):
        raise Forbidden("report.unwitnessed")


def report_of(vault: Vault, actor: Actor, report_id: str, version: int | None = None) -> Report:
    """Return a report of the actor's office, as it was last seen.

    Args:
        vault: Read only is enough.
        actor: Who asks.
        report_id: Of the report.
        version: That the actor saw; None: whichever.

    Raises:
        NotFound: There is none, or it is another office's.
        Conflict: Somebody else acted on it meanwhile.
    """
    found = vault.session.get(Report, report_id, with_for_update=version is not None)
    if found is None or found.office_code != actor.office_code:
        raise NotFound("report.unknown")
    if version is not None and found.version != version:
        raise Conflict("report.moved")
    return found


def history(vault: Vault, report_id: str) -> Sequence[Handled]:
    """Return what was done about a report, by day; within a day nothing tells the order."""
    query = select(Handled).where(col(Handled.report_id) == report_id)
    return vault.session.exec(query.order_by(col(Handled.done_on), col(Handled.act))).all()


def _claimed(vault: Vault, actor: Actor, key: str) -> Handled | None:
    """Return the row of an act that is not done yet; on PostgreSQL the same form waits here for itself."""
    row = _handled(vault, actor, key, "")
    if vault.session.get(Handled, row.key) is not None:
        return None
    vault.session.add(row)
    try:
        vault.session.flush()
    except IntegrityError as lost:
        raise Conflict("report.raced") from lost
    return row


def _handled(vault: Vault, actor: Actor, key: str, act: str, report_id: str | None = None) -> Handled:
    """Return the row of an act; of one that concerned many reports each has its own."""
    named = f"{actor.person_id} {key}" if report_id is None else f"{actor.person_id} {key} {report_id}"
    digest = hashlib.sha256(named.encode()).hexdigest()
    return Handled(key=digest, act=act, report_id=report_id, person_id=actor.person_id, done_on=vault.today)


def _tell(work: Work, actor: Actor, told: Told) -> None:
    """Record an act in the registry's transaction, if the actor still may do it."""
    if work.actor != actor or actor.office_code != told.office_code:
        raise Forbidden("report.rights_changed")
    region = work.session.get_one(Office, told.office_code).region
    if not any(actor.may(role, region) for role in told.roles):
        raise Forbidden("grant.missing", role=told.roles[0], region=region)
    more = told.within(work) if told.within is not None else None
    work.record(told.act, told.subject, effects=told.effects, **{**told.detail, **(more or {})})
