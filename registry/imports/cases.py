"""Importing published cases (案例): a decided one becomes a penalty decision, a violation and its party.

A case that is not decided is a suspicion. It is refused with its reason and leaves nothing behind.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Session, col, select

from registry.audit.work import Work
from registry.businesses.rules import Kind, Sector
from registry.calendar import PartialDate
from registry.errors import Malformed, Refusal, RuleRefused
from registry.imports.cells import JsonNumber
from registry.imports.faults import RowError
from registry.imports.party import classify
from registry.imports.published import PublishedFact, cleaned, published_fact, record_published
from registry.imports.raw import RawRow
from registry.imports.report import ImportReport
from registry.imports.values import count, fen
from registry.regions import find_region
from registry.shapes import misfit
from registry.violations.commands import record_violations
from registry.violations.forms import RecordViolation
from registry.violations.tables import PenaltyDecision, Violation

SOURCE = "cases"
# What a published measure says of the kinds of penalty; nothing is guessed from the other words.
_PENALTY_WORDS = {
    "警告": "warning",
    "通报批评": "criticism",
    "罚款": "fine",
    "罚没": "fine",
    "没收": "confiscation",
    "停业整顿": "suspension",
    "停产停业": "suspension",
    "吊销": "revocation",
}
_NUMBERS = frozenset(
    {
        "instrument_count",
        "measured_error",
        "fine_yuan",
        "confiscated_gains_yuan",
        "instruments_confiscated",
        "source_year",
    }
)
_UNDECIDED: Mapping[str, Refusal] = {
    "under_investigation": RuleRefused("case.under_investigation", field="case_status"),
    "outcome_not_in_excerpt": RuleRefused("case.outcome_not_in_excerpt", field="case_status"),
    "transferred_to_police": RuleRefused("case.transferred_to_police", field="case_status"),
    "criminal_judgment": RuleRefused("case.criminal_judgment", field="case_status"),
    "corrective_order": RuleRefused("case.corrective_order", field="case_status"),
    "not_stated": RuleRefused("case.not_stated", field="case_status"),
}


class PublishedCase(BaseModel):
    """A case as the file has it; numbers are text, so that no fraction is lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str = Field(min_length=1, max_length=64)
    authority: str = Field(min_length=1)
    province: str
    city: str | None
    county: str | None
    party_published_name: str | None
    party_kind: Kind | None
    sector: Sector | None
    conduct_zh: str | None
    conduct_code: str
    instrument_kind: str | None
    instrument_count: str | None
    measured_error: str | None
    legal_basis: list[str]
    decision_date: str | None
    found_date: str | None
    fine_yuan: str | None
    confiscated_gains_yuan: str | None
    instruments_confiscated: str | None
    other_measures: list[str]
    trigger: str | None
    repeat_offence: bool | None
    source_title: str | None
    source_body: str | None
    source_year: str | None
    case_status: Literal[
        "decided",
        "under_investigation",
        "outcome_not_in_excerpt",
        "transferred_to_police",
        "criminal_judgment",
        "corrective_order",
        "not_stated",
    ]
    decision_no: str | None

    @field_validator("*", mode="before")
    @classmethod
    def _text_is_text(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, JsonNumber) and info.field_name not in _NUMBERS:
            raise PydanticCustomError("string_type", "a number where text is meant")
        return value

    @property
    def source_key(self) -> str:
        """Return what the case is known by for ever."""
        return f"{SOURCE}:{self.case_id}"


class Cases:
    """The rows of a file of cases."""

    at_once = 1_000
    known: Collection[str] = ()

    def check(self, headings: Sequence[str]) -> None:
        """Cases are JSON lines, which have no headings."""

    def take(self, work: Work, rows: Sequence[RawRow], report: ImportReport) -> None:
        """Record the decided cases of a batch."""
        taken: list[tuple[RawRow, PublishedFact]] = []
        for raw in rows:
            try:
                taken.append((raw, _fact(work, raw)))
            except ValidationError as invalid:
                report.refused.extend(_misfits(raw, invalid))
            except Refusal as refusal:
                report.refused.append(_error(raw, refusal))
        facts = [fact for _raw, fact in taken]
        known = _businesses_on_record(work.session, [fact.source_key for fact in facts])
        recorded = record_published(work, facts, known, record_violations)
        report.facts["business"] += recorded.subjects
        for (raw, _taken), outcome in zip(taken, recorded.outcomes, strict=True):
            report.tally([outcome])
            report.facts["violation"] += outcome.what == "created"
            report.warnings.extend(_error(raw, warning) for warning in outcome.warnings)
            if outcome.refusal is not None:
                report.refused.append(_error(raw, outcome.refusal))


def _fact(work: Work, raw: RawRow) -> PublishedFact:
    if raw.refusal is not None:
        raise raw.refusal
    case = PublishedCase.model_validate(cleaned(raw.cells))
    if case.case_status != "decided":
        raise _UNDECIDED[case.case_status]
    place = find_region(case.province, case.city, case.county)
    if place is None:
        raise Malformed("case.province_unknown", field="province", province=case.province)
    stated = _decision(case)
    work.require("officer", stated["region"], "province")
    party = classify(case.party_published_name, case.party_kind)
    return published_fact(RecordViolation, party, place.region.code, case.sector, stated)


def _decision(case: PublishedCase) -> dict[str, Any]:
    fine = fen(case.fine_yuan, "fine_yuan") if case.fine_yuan is not None else None
    gains = case.confiscated_gains_yuan
    confiscated = fen(gains, "confiscated_gains_yuan") if gains is not None else None
    return {
        "decision_no": case.decision_no,
        "authority": case.authority,
        "region": _deciding_region(case),
        "decided_on": PartialDate.parse(case.decision_date, "decision_date"),
        "found_on": PartialDate.parse(case.found_date, "found_date"),
        "penalties": _penalties(case),
        "fine_fen": fine,
        "confiscated_fen": confiscated,
        "basis": "；".join(case.legal_basis) or None,
        "summary": case.source_title,
        "conduct_code": case.conduct_code,
        "conduct": case.conduct_zh,
        "instrument_kind": case.instrument_kind,
        "quantity": count(case.instrument_count, "instrument_count") if case.instrument_count else 1,
        "source_key": case.source_key,
        "source": _origin(case),
    }


def _penalties(case: PublishedCase) -> tuple[str, ...]:
    found = {kind for said in case.other_measures for word, kind in _PENALTY_WORDS.items() if word in said}
    if any("罚没" in said for said in case.other_measures) or case.confiscated_gains_yuan is not None:
        found.add("confiscation")
    if case.instruments_confiscated is not None:
        found.add("confiscation")
    if case.fine_yuan is not None:
        found.add("fine")
    return tuple(sorted(found))


def _origin(case: PublishedCase) -> dict[str, Any]:
    """Return where the case was read, and what it says that no column holds."""
    kept = (
        "case_id",
        "source_title",
        "source_body",
        "source_year",
        "trigger",
        "measured_error",
        "instruments_confiscated",
        "other_measures",
        "repeat_offence",
    )
    stated = {name: getattr(case, name) for name in kept}
    return {name: value for name, value in stated.items() if value not in (None, [])}


def _deciding_region(case: PublishedCase) -> str:
    """Return the region of the narrowest place that the authority's own name names."""
    for city, county in ((case.city, case.county), (case.city, None), (None, None)):
        named = county or city or case.province
        bare = named[:-1] if len(named) > 2 else named
        found = find_region(case.province, city, county)
        if found is not None and bare in case.authority:
            return found.region.code
    whole = find_region(case.province, case.city, case.county)
    if whole is None:
        raise Malformed("case.province_unknown", field="province", province=case.province)
    return whole.region.code


def _businesses_on_record(session: Session, source_keys: Sequence[str]) -> dict[str, str]:
    found = session.exec(
        select(PenaltyDecision.source_key, Violation.business_id)
        .join(Violation, col(Violation.decision_id) == col(PenaltyDecision.decision_id))
        .where(col(PenaltyDecision.source_key).in_(source_keys))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .where(col(Violation.superseded_at).is_(None))
    )
    return {key: business_id for key, business_id in found.all() if key is not None}


def _error(raw: RawRow, refusal: Refusal) -> RowError:
    value = raw.cells.get(refusal.field or "")
    return RowError(raw.number, refusal.field, None if value is None else str(value), refusal)


def _misfits(raw: RawRow, invalid: ValidationError) -> list[RowError]:
    return [
        _error(
            raw, misfit(fault["type"], fault.get("ctx", {}), str(fault["loc"][0]) if fault["loc"] else None)
        )
        for fault in invalid.errors()
    ]
