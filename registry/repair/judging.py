"""Judging an application for repair: what of each governing row is unmet, and what follows from it.

A grant needs one row of which everything is met, a refusal that there is none; where a figure of the
law is unknown, neither follows.
"""

from registry.audit.work import Work
from registry.errors import RuleRefused
from registry.lists.tables import ListEntry
from registry.repair import queries, rules
from registry.repair.forms import DecideRepair
from registry.repair.rules import Conditions, Unmet
from registry.repair.tables import Repair
from registry.rulebook import RepairCondition
from registry.rulebook.periods import quoted


def judged(
    work: Work, repair: Repair, command: DecideRepair, found: queries.Found, law: Conditions
) -> list[tuple[RepairCondition, tuple[Unmet, ...]]]:
    """Return each governing row with what of it is not met; what the registry knows goes first.

    Args:
        work: Reads what speaks against the business.
        repair: The application.
        command: With the findings.
        found: What is to be repaired.
        law: What governs the application.

    Raises:
        RuleRefused: Nothing was found of a need that a row names.
    """
    subject = queries.as_subject(found, repair.field)
    business_id = found.business_id if isinstance(found, ListEntry) else found[0].business_id
    against = queries.speaking_against(work.session, business_id, subject.begun_on, found)
    stated = {one.need: one.met for one in command.findings}
    looked_at = {need: met and need not in against for need, met in stated.items()}
    rows = []
    for row in law.rows:
        silent = [need for need in row.needs if need not in stated]
        if silent and row.early:
            raise RuleRefused("repair.finding_missing", field="findings", need=silent[0], rule=row.code)
        rows.append((row, rules.unmet(row, subject, work.today, looked_at, repair.papers)))
    return rows


def settled(
    rows: list[tuple[RepairCondition, tuple[Unmet, ...]]], *, grant: bool, is_open: bool
) -> tuple[RepairCondition, tuple[Unmet, ...]]:
    """Return the row that a decision rests on, and what of it is unmet.

    Raises:
        RuleRefused: A condition of every row is unmet, or none of one row is, or a figure is unknown.
    """
    if not rows:
        raise RuleRefused("repair.law_unknown", field="grant")
    row, lacking = min(rows, key=lambda one: len(one[1]))
    undecided = is_open or any({one.need for one in lacks} == {"figure"} for _, lacks in rows)
    if lacking and undecided:
        raise RuleRefused("repair.figure_unknown", field="grant", rule=row.code, source=quoted(row))
    if grant and lacking:
        raise _unmet(row, lacking)
    if not grant and not lacking:
        raise RuleRefused("repair.refusal_ungrounded", field="grant", rule=row.code, source=quoted(row))
    return row, lacking


def _unmet(row: RepairCondition, lacking: tuple[Unmet, ...]) -> RuleRefused:
    """Return the refusal to grant what conditions speak against, with the day on which the period is over."""
    unmet, source = tuple(one.need for one in lacking), quoted(row)
    until = next((one.until.isoformat() for one in lacking if one.until is not None), None)
    if until is not None:
        return RuleRefused(
            "repair.too_soon", field="grant", unmet=unmet, until=until, rule=row.code, source=source
        )
    return RuleRefused("repair.unmet", field="grant", unmet=unmet, rule=row.code, source=source)


def told(one: Unmet) -> dict[str, str | None]:
    """Return an unmet condition as it is kept with a refusal, in JSON's types."""
    until = one.until.isoformat() if one.until is not None else None
    return {"need": one.need, "rule": one.rule, "source": one.source, "until": until}
