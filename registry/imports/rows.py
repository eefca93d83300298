"""Taking batches of rows of businesses and of facts: values to commands, outcomes to the report."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from registry.audit.work import Work
from registry.authorities import authority_region
from registry.businesses.bearers import Bearer, Bearers
from registry.businesses.commands import RegisterBusiness, register_businesses
from registry.businesses.keeping import require_keeper
from registry.commands import Command, Outcome
from registry.demonstration.commands import Designate, designate_units
from registry.errors import Malformed, Refusal
from registry.imports.columns import COLUMNS
from registry.imports.faults import RowError
from registry.imports.finding import Finder, Require, by_officer, permitted
from registry.imports.party import hides_part
from registry.imports.raw import RawRow
from registry.imports.report import ImportReport
from registry.imports.sheet import ReadRow, Sheet
from registry.imports.values import fold
from registry.instruments.commands import register_instruments
from registry.instruments.finding import NumberedInstruments
from registry.instruments.forms import RecordVerification, RegisterInstrument
from registry.instruments.keeping import require_verifier
from registry.instruments.verifying import record_verifications
from registry.pledges.commands import FilePledge, file_pledges
from registry.rulebook import Conduct, InstrumentKind
from registry.shapes import misfit
from registry.store.bulk import roomy
from registry.violations.commands import record_violations
from registry.violations.forms import RecordViolation

C = TypeVar("C", bound=Command)
WHO = frozenset({"uscc", "name", "region", "market", "stall", "authority_region"})
"""What says whom and where a row means; the command takes it in another form."""


class Importer(Protocol):
    """What takes the batches of one file, in order.

    Attributes:
        at_once: Rows of a batch: more of them touch each page of an index less often, fewer keep
            other writers waiting for less long.
        known: Headings of the kind, folded; none for a kind that is read as JSON lines alone.
    """

    at_once: int

    @property
    def known(self) -> Collection[str]:
        """Return the headings of the kind, folded."""

    def check(self, headings: Sequence[str]) -> None:
        """Refuse a CSV file by its headings."""

    def take(self, work: Work, rows: Sequence[RawRow], report: ImportReport) -> None:
        """Take one batch into the transaction of `work`, and tell the report what became of it."""


class Businesses:
    """Rows of businesses; what one file says twice of a business must be the same."""

    at_once = 20_000

    def __init__(self) -> None:
        self._sheet = Sheet(COLUMNS["businesses"])
        self._settled: set[str] = set()

    @property
    def known(self) -> Collection[str]:
        """Return the headings of the kind, folded."""
        return self._sheet.known

    def check(self, headings: Sequence[str]) -> None:
        """Refuse a CSV file by its headings."""
        self._sheet.match(headings)

    def take(self, work: Work, rows: Sequence[RawRow], report: ImportReport) -> None:
        """Register the businesses of a batch."""
        roomy(work.session)
        read = [row for row in read_rows(self._sheet, rows, report) if _is_whole(row, report)]
        shaped = shape(RegisterBusiness, [(row, row.values) for row in read], report)
        outcomes = register_businesses(work, [command for _row, command in shaped], self._settled)
        settle("business", [row for row, _command in shaped], outcomes, report)


Fill = Callable[[Mapping[str, Any], Bearer], Mapping[str, Any]]
"""From the values of a row, and the business that bears its fact, to the values of a command."""


@dataclass(frozen=True)
class FactKind:
    """A kind of fact: its command, how many are recorded, and how the rows of a batch fill commands."""

    sort: str
    command: type[Command]
    record: Callable[[Work, Sequence[Any]], list[Outcome]]
    filler: Callable[[Work, Sequence[Mapping[str, Any]]], Fill]
    require: Require = by_officer


class Facts:
    """Rows of facts about businesses on record."""

    at_once = 5_000

    def __init__(self, kind: str) -> None:
        self._sheet = Sheet(COLUMNS[kind])
        self._kind = FACT_KINDS[kind]

    @property
    def known(self) -> Collection[str]:
        """Return the headings of the kind, folded."""
        return self._sheet.known

    def check(self, headings: Sequence[str]) -> None:
        """Refuse a CSV file by its headings."""
        self._sheet.match(headings)

    def take(self, work: Work, rows: Sequence[RawRow], report: ImportReport) -> None:
        """Record the facts of a batch about the businesses that its rows name."""
        roomy(work.session)
        borne = _borne(work, read_rows(self._sheet, rows, report), report, self._kind.require)
        fill = self._kind.filler(work, [row.values for row, _bearer in borne])
        filled = []
        for row, bearer in borne:
            try:
                filled.append((row, fill(row.values, bearer)))
            except Refusal as refusal:
                report.refused.append(row.error(refusal))
        shaped = shape(self._kind.command, filled, report)
        outcomes = self._kind.record(work, [command for _row, command in shaped])
        settle(self._kind.sort, [row for row, _command in shaped], outcomes, report)


def _as_stated(_work: Work, _rows: Sequence[Mapping[str, Any]]) -> Fill:
    return _stated


def _stated(values: Mapping[str, Any], bearer: Bearer) -> Mapping[str, Any]:
    return {"business_id": bearer.id, **{name: said for name, said in values.items() if name not in WHO}}


def _decided_where_and_what(work: Work, _rows: Sequence[Mapping[str, Any]]) -> Fill:
    """Fill in the region of the decision, and the conduct by its code where the row has its name."""
    words = {
        fold(name): row.code for row in work.rulebook.rows(Conduct) for name in (row.name_zh, row.name_en)
    }

    def fill(values: Mapping[str, Any], bearer: Bearer) -> Mapping[str, Any]:
        said = values["conduct_code"]
        named = values.get("authority_region") or authority_region(values["authority"], bearer.region)
        work.require("officer", named, "authority")
        return {**_stated(values, bearer), "region": named, "conduct_code": words.get(fold(said), said)}

    return fill


def _kind_by_word(work: Work, _rows: Sequence[Mapping[str, Any]]) -> Fill:
    """Fill in the kind of instrument by its code where the row has one of its names."""
    words = {
        fold(name): row.code
        for row in work.rulebook.rows(InstrumentKind)
        for name in (row.name_zh, row.name_en, *row.also_zh)
    }

    def fill(values: Mapping[str, Any], bearer: Bearer) -> Mapping[str, Any]:
        return {**_stated(values, bearer), "kind": words.get(fold(values["kind"]), values["kind"])}

    return fill


def _instrument_by_number(work: Work, rows: Sequence[Mapping[str, Any]]) -> Fill:
    """Fill in the instrument of the business that bears the factory number of a row."""
    numbered = NumberedInstruments(work.session, (row["serial_no"] for row in rows))

    def fill(values: Mapping[str, Any], bearer: Bearer) -> Mapping[str, Any]:
        found = numbered.find(bearer.id, values["serial_no"], values.get("maker"))
        named = {*WHO, "serial_no", "maker"}
        return {"instrument_id": found, **{name: said for name, said in values.items() if name not in named}}

    return fill


FACT_KINDS: Mapping[str, FactKind] = {
    "pledges": FactKind("pledge", FilePledge, file_pledges, _as_stated, require_keeper),
    "designations": FactKind("designation", Designate, designate_units, _as_stated),
    "instruments": FactKind(
        "instrument", RegisterInstrument, register_instruments, _kind_by_word, require_keeper
    ),
    "verifications": FactKind(
        "verification", RecordVerification, record_verifications, _instrument_by_number, require_verifier
    ),
    "violations": FactKind("violation", RecordViolation, record_violations, _decided_where_and_what),
}


def read_rows(sheet: Sheet, rows: Sequence[RawRow], report: ImportReport) -> list[ReadRow]:
    """Return the rows whose every cell could be read; the others go to the report."""
    good = []
    for raw in rows:
        read = sheet.read(raw)
        if isinstance(read, ReadRow):
            good.append(read)
        else:
            report.refused.extend(read)
    return good


def shape(
    command: type[C], filled: Sequence[tuple[ReadRow, Mapping[str, Any]]], report: ImportReport
) -> list[tuple[ReadRow, C]]:
    """Return rows with their commands, validated at once; what does not fit goes to the report."""
    adapter = _adapter(command)
    left = list(filled)
    while True:
        try:
            made = adapter.validate_python([values for _row, values in left])
        except ValidationError as invalid:
            bad: dict[int, list[RowError]] = {}
            for fault in invalid.errors():
                index, *where = fault["loc"]
                refusal = misfit(fault["type"], fault.get("ctx", {}), str(where[0]) if where else None)
                bad.setdefault(int(index), []).append(left[int(index)][0].error(refusal))
            report.refused.extend(error for errors in bad.values() for error in errors)
            left = [pair for index, pair in enumerate(left) if index not in bad]
            continue
        return [(row, one) for (row, _values), one in zip(left, made, strict=True)]


_ADAPTERS: dict[type[Command], TypeAdapter[Any]] = {}


def _adapter(command: type[C]) -> TypeAdapter[list[C]]:
    if command not in _ADAPTERS:
        _ADAPTERS[command] = TypeAdapter(list[command])  # type: ignore[valid-type]  # made at run time
    return _ADAPTERS[command]


def settle(sort: str, rows: Sequence[ReadRow], outcomes: Sequence[Outcome], report: ImportReport) -> None:
    """Tell the report what became of rows that made one thing each."""
    for row, outcome in zip(rows, outcomes, strict=True):
        report.tally([outcome])
        report.facts[sort] += outcome.what in ("created", "changed")
        if outcome.refusal is not None:
            report.refused.append(row.error(outcome.refusal))
        report.warnings.extend(map(row.error, outcome.warnings))


def _borne(
    work: Work, read: list[ReadRow], report: ImportReport, require: Require
) -> list[tuple[ReadRow, Bearer]]:
    """Return rows with the business that bears their fact, where it is one that the actor may record of."""
    finder = Finder(work.session, (row.values for row in read))
    found: list[tuple[ReadRow, str]] = []
    for row in read:
        try:
            found.append((row, finder.find(row.values)))
        except Refusal as refusal:
            report.refused.append(row.error(refusal))
    bearers = Bearers(work.session, {business_id for _row, business_id in found})
    borne = []
    for row, business_id in found:
        bearer = permitted(work, bearers, business_id, require)
        if isinstance(bearer, Bearer):
            borne.append((row, bearer))
        else:
            report.refused.append(row.error(bearer))
    return borne


def _is_whole(row: ReadRow, report: ImportReport) -> bool:
    """Refuse a name that hides part of itself: without a code nobody can say who is meant."""
    if "uscc" in row.values or not hides_part(row.values["name"]):
        return True
    report.refused.append(row.error(Malformed("import.name_masked", field="name", name=row.values["name"])))
    return False


IMPORTERS: Mapping[str, Callable[[], Importer]] = {
    "businesses": Businesses,
    **{kind: partial(Facts, kind) for kind in FACT_KINDS},
}
