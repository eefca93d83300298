"""Handling a report: triage, merging, assignment, questions, referral, a case from it, the end.

Each verb prepares rows in a transaction of the reports and tells what the audit log is to hold: which
report, never what it says. What officers write about a report is sealed like the report itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import col, select

from registry.audit.work import Actor, Subject, Work
from registry.commands import Command
from registry.errors import RuleRefused
from registry.identifiers import new_id
from registry.reports import opening, thread
from registry.reports.lifecycle import key_in_office, refuse_without_role
from registry.reports.notes import Note, write_note
from registry.reports.opening import Unlocked
from registry.reports.policy import HOLDERS_NEEDED
from registry.reports.rules import Act, Outcome, next_state
from registry.reports.tables import CompartmentKey, HolderKey, Report
from registry.reports.vault import Vault
from registry.reports.witness import HANDLER, Told, report_of
from registry.texts import word

Words = Annotated[str, Field(min_length=2, max_length=4000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]


class Step(Command):
    """An act on a report as it was last seen."""

    version: int = Field(ge=1)


class Noted(Step):
    """A step with a note that only who opens the report reads."""

    note: Words


class Merge(Step):
    """The report tells of the same matter as another one, which counts for both."""

    into: str = Field(max_length=64)


class Assign(Step):
    """A team takes the report over, and nobody else opens it any more."""

    team: tuple[str, ...] = Field(min_length=1, max_length=20, description="Fingerprints of their keys.")


class Write(Step):
    """A message for the reporter."""

    text: Words


class OpenCase(Step):
    """A case of the office follows from the report."""

    case_no: Line


class Close(Step):
    """The end, in words that the reporter reads."""

    outcome: Outcome
    text: Words


def triage(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Noted) -> Told:
    """Take a report up: it is a clue that can be followed.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "triage")
    note_down(vault, report, by, said(vault, actor, "triage", command.note))
    return told(report, "report.triaged")


def merge(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Merge) -> Told:
    """Let a report of the same matter count with another; its reporter is answered with the other's.

    Raises:
        NotFound: One of the two is not there.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now, or the other one does not count itself.
        Forbidden: The actor cannot open both.
    """
    report = moved(vault, actor, report_id, command, "merge")
    into = report_of(vault, actor, command.into)
    if into.id == report.id or into.merged_into is not None or into.closed_on is not None:
        raise RuleRefused("report.merge_into", field="into")
    if merged_with(vault, report):
        raise RuleRefused("report.merge_many", field="into")
    _refuse_unopened(vault, into, by)
    note_down(vault, report, by, said(vault, actor, "merge", into.id))
    team = team_of(vault, into)
    if team:
        opening.assign(vault, report, by.holder, by.secret, team)
    report.merged_into = into.id
    return told(report, "report.merged", into=into.id)


def assign(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Assign) -> Told:
    """Seal a report, and those that count with it, to a team alone.

    Raises:
        NotFound: There is no such report, or no such key.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now, the team is smaller than two, or one in it has not the role.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "assign")
    team = [key_in_office(vault, actor, one) for one in command.team]
    people = sorted({one.person_id for one in team})
    if len(people) < HOLDERS_NEEDED:
        raise RuleRefused("report.team_few", field="team", needed=HOLDERS_NEEDED)
    for one in (report, *merged_with(vault, report)):
        opening.assign(vault, one, by.holder, by.secret, team)

    def within(work: Work) -> None:
        refuse_without_role(work, actor.office_code, "intake", people)

    return told(report, "report.assigned", within=within, team=[one.fingerprint for one in team])


def ask(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Write) -> Told:
    """Write to the reporter, who reads it on the next visit; one that is closed may be asked about still.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It counts with another one.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "ask")
    write_to_reporter(vault, report, by, command.text)
    return told(report, "report.answered")


def extend(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Noted) -> Told:
    """Take the longer period for verifying, once, with a reason.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now, or was done before.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "extend")
    if report.extended_on is not None:
        raise RuleRefused("report.extended")
    report.extended_on = vault.today
    note_down(vault, report, by, said(vault, actor, "extend", command.note))
    return told(report, "report.extended")


def open_case(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: OpenCase) -> Told:
    """Begin a case: the registry is told a random number, and only a sealed note says of which report.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "file")
    clue_id = new_id()
    note_down(vault, report, by, said(vault, actor, "file", f"{command.case_no} · {clue_id}"))

    def within(work: Work) -> None:
        work.record("clue.opened", Subject("clue", clue_id))

    return told(report, "report.filed", within=within)


def close(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Close) -> Told:
    """End the handling; the reporter, and those whose reports count with it, read the outcome.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now.
        Forbidden: The actor cannot open it.
    """
    report = moved(vault, actor, report_id, command, "close")
    outcome = f"办理结果：{word('report_outcome', command.outcome, 'zh')}。{command.text}"
    for one in (report, *merged_with(vault, report)):
        write_to_reporter(vault, one, by, outcome)
        one.closed_on = vault.today
        vault.session.add(one)
    note_down(vault, report, by, said(vault, actor, "close", command.outcome))
    return told(report, "report.closed")


def merged_with(vault: Vault, report: Report) -> Sequence[Report]:
    """Return the reports that count with one."""
    return vault.session.exec(select(Report).where(col(Report.merged_into) == report.id)).all()


def team_of(vault: Vault, report: Report) -> list[HolderKey]:
    """Return the keys of the team that a report was assigned to; none before."""
    query = (
        select(HolderKey)
        .join(CompartmentKey, col(CompartmentKey.holder) == col(HolderKey.fingerprint))
        .where(col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment) == "content")
        .where(col(HolderKey.ended_on).is_(None))
        .order_by(col(HolderKey.fingerprint))
    )
    return list(vault.session.exec(query))


def moved(vault: Vault, actor: Actor, report_id: str, command: Step, act: Act) -> Report:
    """Return a report in the state that follows an act, still to be committed."""
    report = report_of(vault, actor, report_id, command.version)
    report.state = next_state(report.state, act)
    report.version += 1
    vault.session.add(report)
    return report


def _refuse_unopened(vault: Vault, report: Report, by: Unlocked) -> None:
    opening.key_for(vault, report, "content", by.holder, by.secret)


def write_to_reporter(vault: Vault, report: Report, by: Unlocked, text: str) -> None:
    """Write a message in the thread, which the reporter reads on the next visit."""
    key = opening.key_for(vault, report, "thread", by.holder, by.secret)
    thread.write(vault, report, key, "office", text)


def said(vault: Vault, actor: Actor, act: Act, text: str) -> Note:
    """Return what an officer notes about an act."""
    return Note(act, vault.today, actor.person_id, text)


def note_down(vault: Vault, report: Report, by: Unlocked, note: Note) -> None:
    """Seal a note with what the report says."""
    key = opening.key_for(vault, report, "content", by.holder, by.secret)
    write_note(vault, report, key, note)


def told(
    report: Report,
    act: str,
    within: Callable[[Work], Mapping[str, Any] | None] | None = None,
    **detail: object,
) -> Told:
    """Return what the audit log is told of an act on a report."""
    return Told(act, Subject("report", report.id), (HANDLER,), report.office_code, detail, within=within)
