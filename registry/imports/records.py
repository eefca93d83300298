"""Importing other published records: lists of demonstration units, pledge activities, aggregates.

Only a list of named units says something of a merchant. All else is an aggregate: its values become
statistics, and where it names a station or a producer in passing, that part is left out, because a
spot check is not a decision about anybody.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, col, select

from registry.audit.work import Work
from registry.calendar import PartialDate
from registry.commands import Outcome
from registry.demonstration.commands import Designate, designate_units
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import Malformed, Refusal, RuleRefused
from registry.imports.faults import RowError
from registry.imports.party import Party, classify, names_a_party
from registry.imports.published import PublishedFact, Record, cleaned, published_fact, record_published
from registry.imports.raw import RawRow
from registry.imports.report import ImportReport
from registry.pledges.commands import FilePledge, file_pledges
from registry.pledges.tables import Pledge
from registry.regions import find_place
from registry.shapes import misfit
from registry.statistics.commands import RecordStatistic, record_statistics

SOURCE = "records"
PLEDGE_UNITS = "demonstration_pledge_units"
AGGREGATES = frozenset(
    {
        "demonstration_unit_count",
        "pledge_activity",
        "red_black_board",
        "yellow_card",
        "notice",
        "enforcement_summary",
    }
)
_LEVELS = {"国家级": "nation", "省级": "province", "市级": "city", "县级": "county", "区级": "county"}


class PublishedRecord(BaseModel):
    """A record as the file has it; `content` differs by kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str = Field(min_length=1, max_length=64)
    kind: str
    authority: str = Field(min_length=1)
    region: str | None
    date: str | None
    content: dict[str, Any]
    source_title: str | None
    source_year: str | None


@dataclass
class Taken:
    """What one row states, before it is recorded."""

    raw: RawRow
    designations: list[PublishedFact] = field(default_factory=list)
    pledges: list[PublishedFact] = field(default_factory=list)
    statistics: list[RecordStatistic] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def error(self, refusal: Refusal) -> RowError:
        """Return a refusal of this row."""
        return RowError(self.raw.number, refusal.field, str(self.raw.cells.get("record_id", "")), refusal)


class Records:
    """The rows of a file of records."""

    at_once = 1_000
    known: Collection[str] = ()

    def check(self, headings: Sequence[str]) -> None:
        """Records are JSON lines, which have no headings."""

    def take(self, work: Work, rows: Sequence[RawRow], report: ImportReport) -> None:
        """Record the designations, pledges and statistics of a batch."""
        taken = []
        for raw in rows:
            one = Taken(raw)
            try:
                _read(work, one, report)
            except ValidationError as invalid:
                report.refused.extend(
                    one.error(misfit(fault["type"], fault.get("ctx", {}), ".".join(map(str, fault["loc"]))))
                    for fault in invalid.errors()
                )
            except Refusal as refusal:
                report.refused.append(one.error(refusal))
            else:
                taken.append(one)
        _record_facts(work, taken, report)
        _record_statistics(work, taken, report)
        for one in taken:
            report.tally(one.outcomes)
            report.refused.extend(one.error(o.refusal) for o in one.outcomes if o.refusal is not None)
            told = {warning.code: warning for o in one.outcomes for warning in o.warnings}
            report.warnings.extend(one.error(warning) for warning in told.values())


def _read(work: Work, taken: Taken, report: ImportReport) -> None:
    if taken.raw.refusal is not None:
        raise taken.raw.refusal
    record = PublishedRecord.model_validate(cleaned(taken.raw.cells))
    if record.kind == "demonstration_unit_list":
        work.require("officer", _place(record), "region")
        taken.designations = list(_designations(record, taken, report))
        if "provincial_award" in record.content:
            shortened = len(record.content["provincial_award"])
            report.warnings.append(taken.error(Malformed("record.short_names_left_out", count=shortened)))
        return
    if record.kind == "pledge_text":
        raise RuleRefused("record.pledge_text", field="kind")
    if record.kind not in AGGREGATES and not record.kind.startswith("spot_check_"):
        raise Malformed("record.kind_unknown", field="kind", kind=record.kind)
    if record.kind == "pledge_activity" and PLEDGE_UNITS in record.content:
        taken.pledges = list(_pledges(record, taken, report))
    region = _region(record)
    work.require("officer", region or "", "region")
    leaves, left_out = _figures(record.content)
    taken.statistics = [_statistic(record, region, path, value) for path, value in leaves]
    if left_out and not taken.pledges:
        report.warnings.append(taken.error(Malformed("record.names_left_out", count=left_out)))
    if not (taken.statistics or taken.pledges):
        raise RuleRefused("record.no_figures", field="content")


def _designations(record: PublishedRecord, taken: Taken, report: ImportReport) -> Iterator[PublishedFact]:
    title = _text(record.content.get("title"))
    for party, unit in _units(record.content.get("units"), taken, report):
        said = _text(unit.get("level")) or _sole_level(title)
        stated = {
            "level": _LEVELS.get(said or "", "unknown"),
            "category": _text(unit.get("category")),
            "title": title,
            "authority": record.authority,
            "designated_on": PartialDate.parse(record.date),
            "source_key": f"{SOURCE}:{record.record_id}:{party.name}",
        }
        yield published_fact(Designate, party, _place(record), None, stated)


def _pledges(record: PublishedRecord, taken: Taken, report: ImportReport) -> Iterator[PublishedFact]:
    for party, _unit in _units(record.content[PLEDGE_UNITS], taken, report):
        stated = {
            "matter": "honest_metrology",
            "pledged_on": PartialDate.parse(record.date),
            "source_key": f"{SOURCE}:{record.record_id}:{party.name}",
        }
        yield published_fact(FilePledge, party, _place(record), None, stated)


def _units(units: Any, taken: Taken, report: ImportReport) -> Iterator[tuple[Party, Mapping[str, Any]]]:
    """Yield the named units of a list, which are texts or objects with a name."""
    if not isinstance(units, list):
        raise Malformed("record.no_units", field="content")
    for unit in units:
        entry = unit if isinstance(unit, dict) else {"name": unit}
        party = classify(_text(entry.get("name")), None)
        if party.standing != "named":
            report.refused.append(
                taken.error(RuleRefused("record.unit_unnamed", name=str(entry.get("name"))))
            )
            continue
        yield party, entry


def _sole_level(title: str | None) -> str | None:
    """Return the level that a title names, if it names one and no other."""
    named = [word for word in _LEVELS if word in (title or "")]
    return named[0] if len(named) == 1 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _place(record: PublishedRecord) -> str:
    region = _region(record)
    if region is None:
        raise Malformed("record.region_unknown", field="region", region=record.region or "—")
    return region


def _region(record: PublishedRecord) -> str | None:
    """Return the region that holds the place named: itself, or the nearest above a zone or town."""
    found = find_place(record.region) if record.region else None
    return found.region.code if found is not None else None


def _figures(content: Mapping[str, Any]) -> tuple[list[tuple[str, str]], int]:
    """Return path and value of every leaf that names no party, and how many leaves were left out."""
    kept: list[tuple[str, str]] = []
    left_out = 0
    for path, value, named in _leaves(content, "", inside=False):
        if named:
            left_out += 1
        else:
            kept.append((path, value))
    return kept, left_out


def _leaves(value: Any, path: str, *, inside: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield path and text of each leaf, and whether it belongs to what names a party."""
    if isinstance(value, dict):
        inside = inside or (
            path != "" and any(isinstance(v, str) and names_a_party(v) for v in value.values())
        )
        for key, below in value.items():
            here = inside or names_a_party(key)
            yield from _leaves(below, f"{path}.{key}" if path else key, inside=here)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _leaves(below, f"{path}[{index}]", inside=inside)
    elif value is not None and value != "":
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield path, text, inside or names_a_party(text)


def _statistic(record: PublishedRecord, region: str | None, path: str, value: str) -> RecordStatistic:
    return RecordStatistic.model_validate(
        {
            "source_key": f"{SOURCE}:{record.record_id}:{path}",
            "record_kind": record.kind,
            "authority": record.authority,
            "region": region,
            "region_name": record.region,
            "dated_on": PartialDate.parse(record.date),
            "measure": path,
            "value": value,
            "source_title": record.source_title,
            "source_year": record.source_year,
        }
    )


def _record_facts(work: Work, taken: Sequence[Taken], report: ImportReport) -> None:
    sorts: tuple[tuple[str, type[Any], Record], ...] = (
        ("designations", DemonstrationUnit, designate_units),
        ("pledges", Pledge, file_pledges),
    )
    for name, table, record in sorts:
        stated = [(one, fact) for one in taken for fact in getattr(one, name)]
        facts = [fact for _one, fact in stated]
        known = _businesses_on_record(work.session, table, [fact.source_key for fact in facts])
        recorded = record_published(work, facts, known, record)
        report.facts["business"] += recorded.subjects
        for (one, _fact), outcome in zip(stated, recorded.outcomes, strict=True):
            one.outcomes.append(outcome)
            report.facts[name[:-1]] += outcome.what == "created"


def _record_statistics(work: Work, taken: Sequence[Taken], report: ImportReport) -> None:
    stated = [(one, command) for one in taken for command in one.statistics]
    outcomes = record_statistics(work, [command for _one, command in stated])
    for (one, _command), outcome in zip(stated, outcomes, strict=True):
        one.outcomes.append(outcome)
        report.facts["statistic"] += outcome.what == "created"


def _businesses_on_record(session: Session, table: type[Any], source_keys: Sequence[str]) -> dict[str, str]:
    found = session.exec(
        select(table.source_key, table.business_id)
        .where(col(table.source_key).in_(source_keys))
        .where(col(table.superseded_at).is_(None))
    )
    return {key: business_id for key, business_id in found.all() if key is not None}
