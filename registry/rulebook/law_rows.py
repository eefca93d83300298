"""Rows of violations, penalties, publicity, lists, deadlines and measures."""

from string import Formatter
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from registry.rulebook.model import Fen, Months, Row

PenaltyKind = Literal[
    "warning",
    "criticism",
    "fine",
    "small_fine",
    "larger_fine",
    "huge_fine",
    "confiscation",
    "suspension",
    "restriction",
    "closure",
    "downgrade",
    "revocation",
    "occupational_ban",
]
SeverityClass = Literal["slight", "general", "serious"]
Procedure = Literal["summary", "ordinary"]
Colour = Literal["red", "black", "board", "card", "pointer"]
OfficeLevel = Literal["nation", "province", "city", "county"]


class ViolationType(Row):
    """A kind of violation (违法行为类型) that a law names."""

    table: ClassVar[str] = "violation_types"

    layer: Literal["metrology", "consumer", "market"]
    name_zh: str
    name_en: str


class Conduct(Row):
    """What was done, in the words of a case, and the violations that it is; the first one scores.

    Attributes:
        violation_types: Codes; none where the conduct is no violation that this registry scores.
    """

    table: ClassVar[str] = "conducts"

    name_zh: str
    name_en: str
    violation_types: tuple[str, ...]


class SummaryProcedure(Row):
    """What may be decided on the spot (简易程序); anything beyond was decided by ordinary procedure.

    Attributes:
        kinds: Kinds of penalty that may be imposed so.
        person_fine_max_fen: Largest fine on a natural person.
        organisation_fine_max_fen: Largest fine on an organisation.
    """

    table: ClassVar[str] = "summary_procedures"

    kinds: tuple[PenaltyKind, ...]
    person_fine_max_fen: Fen
    organisation_fine_max_fen: Fen


class Severity(Row):
    """Which penalties make a decision slight, general or serious (轻微、一般、严重).

    Attributes:
        kinds: Kinds of penalty it speaks of; none: it speaks of the decision as a whole.
        procedure: Only decisions of this procedure; None: any.
        fine_from_fen: Only fines from this amount on, where a jurisdiction sets one.
        fine_below_fen: Only fines below this amount.
        severity: None with the tag `unknown`: the law has classes but the test was not found.
    """

    table: ClassVar[str] = "severities"
    figures: ClassVar[tuple[str, ...]] = ("severity",)

    kinds: tuple[PenaltyKind, ...] = ()
    procedure: Procedure | None = None
    fine_from_fen: Fen | None = None
    fine_below_fen: Fen | None = None
    severity: SeverityClass | None = None


class PublicityPeriod(Row):
    """How long a decision may be shown (公示期), in one regime of law.

    The row that fits is the first of: its procedure, its kinds of penalty, its severity class, the
    rest.

    Attributes:
        regime_of_law: Rows of one regime stand or fall together, e.g. `order45`, `ndrc36`.
        severity: Only decisions of this class.
        only_kinds: Only decisions with no other kinds of penalty than these.
        procedure: Only decisions of this procedure.
        shown: False where such decisions are not published, or normally not.
        max_months: Longest period; the shortest before a repair is a row of `RepairCondition`.
        counts_from: Event from which the period counts.
        stops_automatically: True where the longest period ends by itself.
    """

    table: ClassVar[str] = "publicity_periods"
    lacking: ClassVar[tuple[str, ...]] = ("max_months", "counts_from")

    regime_of_law: str
    severity: SeverityClass | None = None
    only_kinds: tuple[PenaltyKind, ...] = ()
    procedure: Procedure | None = None
    shown: bool
    max_months: Months | None = None
    counts_from: Literal["publication", "decision"] | None = None
    stops_automatically: bool

    @model_validator(mode="after")
    def _complete_or_unknown(self) -> Self:
        if self.shown and self.tag != "unknown" and (self.max_months is None or self.counts_from is None):
            raise ValueError("max_months and counts_from are missing: give them, or the tag unknown")
        return self


RepairNeed = Literal[
    "corrected",
    "duties_performed",
    "harm_removed",
    "no_restriction",
    "no_same_penalty",
    "no_heavier_penalty",
    "not_listed",
    "other_conditions",
]
RepairPaper = Literal["application", "pledge", "performance", "identity"]
PenaltyField = Literal["metrology", "food", "drug", "special_equipment"]


class RepairCondition(Row):
    """When the credit of a penalty record or of a list entry may be repaired (信用修复条件).

    Of the rows of one regime of law the first that fits governs: by kinds of penalty, by field, by
    severity class, the rest.

    Attributes:
        applies_to: A penalty record, or an entry of a list.
        regime_of_law: Rows of one regime stand or fall together, e.g. `samr2021`, `ndrc36`.
        regimes: For entries: the lists that it speaks of.
        severity: Only decisions of this class.
        any_kinds: Only decisions with one of these kinds of penalty.
        fields: Only penalties in these fields.
        early: False where the record stays until the end of its period.
        min_months: Shortest period before repair.
        counts_from: Event from which that period counts.
        needs: What must be found beside the period.
        papers: What the applicant must hand in.
        ends_with_records: For entries: True where an entry ends when all its records are repaired;
            False: it is shown to officers as due for removal.
    """

    table: ClassVar[str] = "repair_conditions"
    lacking: ClassVar[tuple[str, ...]] = ("min_months", "counts_from")

    applies_to: Literal["penalty", "entry"]
    regime_of_law: str
    regimes: tuple[str, ...] = ()
    severity: SeverityClass | None = None
    any_kinds: tuple[PenaltyKind, ...] = ()
    fields: tuple[PenaltyField, ...] = ()
    early: bool = True
    min_months: Months | None = None
    counts_from: Literal["publication", "decision", "listing"] | None = None
    needs: tuple[RepairNeed, ...] = ()
    papers: tuple[RepairPaper, ...] = ()
    ends_with_records: bool = False

    @model_validator(mode="after")
    def _complete_or_unknown(self) -> Self:
        missing = self.min_months is None or self.counts_from is None
        if self.early and missing and self.tag != "unknown":
            raise ValueError("min_months and counts_from are missing: give them, or the tag unknown")
        if (self.applies_to == "entry") != bool(self.regimes):
            raise ValueError("regimes: conditions of entries name their lists, those of penalties none")
        return self


class Choice(Row):
    """A setting where the law leaves a choice, e.g. which of two rules prevails."""

    table: ClassVar[str] = "choices"

    value: str


class ListRegime(Row):
    """A list (名单) as the law founds it; without a legal basis it is only a board (信息公示板).

    Attributes:
        colour: `red` and `black` lists are ours; a `pointer` repeats that another authority listed;
            a `card` is a market organiser's warning, shown with the market.
        level: Level whose list it is.
        sectors: Sectors it covers; None: all.
        decided_by: Levels whose offices may decide an entry.
        consent_required: True where the level above must consent.
        grounds: Violation types that lead onto a black list or board; facts for a red one.
        min_severity: Least class of the decision; None: any.
        term_months: How long an entry stays; None: as long as its ground is shown or holds.
        published_on: `daily`, `weekly:1` to `weekly:7`, or `monthly:1` to `monthly:28`.
    """

    table: ClassVar[str] = "list_regimes"

    colour: Colour
    level: OfficeLevel
    name_zh: str
    name_en: str
    sectors: tuple[str, ...] | None = None
    decided_by: tuple[OfficeLevel, ...] = Field(min_length=1)
    consent_required: bool
    natural_persons_named: bool
    grounds: tuple[str, ...]
    min_severity: SeverityClass | None = None
    measures: tuple[str, ...] = ()
    term_months: Months | None = None
    published_on: str = Field(pattern=r"^(daily|weekly:[1-7]|monthly:([1-9]|1[0-9]|2[0-8]))$")

    @model_validator(mode="after")
    def _lists_rest_on_law(self) -> Self:
        if self.source is None and self.colour != "board":
            raise ValueError("colour: a red or black list needs a legal basis as its source")
        if self.measures and (self.source is None or self.colour not in ("red", "black")):
            raise ValueError("measures: only a list with a legal basis may attach measures")
        return self


class ListingTest(Row):
    """What a statutory list asks of a decision to list, beside the grounds; its code is the list's.

    Attributes:
        heavier_penalties: Kinds of penalty (较重行政处罚) one of which must have been imposed.
        heavier_fines: Kinds that count only where the decision set the fine as a heavier one.
        weighed: Factors that must each be weighed with reasons.
        consent_choice: Code of the choice that says whether the level above must have consented.
        consent_levels: Levels of the deciding authority for which it must.
    """

    table: ClassVar[str] = "listing_tests"

    heavier_penalties: tuple[PenaltyKind, ...] = Field(min_length=1)
    heavier_fines: tuple[PenaltyKind, ...]
    weighed: tuple[str, ...]
    consent_choice: str
    consent_levels: tuple[OfficeLevel, ...]


class Deadline(Row):
    """A period within which somebody must act (期限).

    Attributes:
        counts_from: The event that opens it, in words.
        excludes: Time that is not counted.
    """

    table: ClassVar[str] = "deadlines"
    figures: ClassVar[tuple[str, ...]] = ("amount",)

    amount: int | None = Field(default=None, ge=1)
    unit: Literal["working_day", "day", "month"]
    counts_from: str
    excludes: tuple[Literal["testing"], ...] = ()


class WithdrawalGround(Row):
    """On what an entry may be taken off its list before its day, by decision (移出情形).

    Attributes:
        ending: How the entry ends.
        colours: Lists on which it is known.
        documents: Kinds of document, one of which who asks for it must hand in.
    """

    table: ClassVar[str] = "withdrawal_grounds"

    ending: Literal["annulled", "corrected", "cancelled"]
    colours: tuple[Colour, ...] = Field(min_length=1)
    documents: tuple[str, ...] = Field(min_length=1)


class DeclineGround(Row):
    """On what an application is not taken up (不予受理情形).

    Attributes:
        matters: What it is a ground for.
        after_completion_asked: True where the applicant must have been told in writing what is missing.
    """

    table: ClassVar[str] = "decline_grounds"

    matters: tuple[Literal["repair", "objection"], ...] = Field(min_length=1)
    after_completion_asked: bool = False


class Measure(Row):
    """An incentive (守信激励) or a sanction (失信惩戒) that a list may attach."""

    table: ClassVar[str] = "measures"

    kind: Literal["incentive", "sanction"]
    name_zh: str
    name_en: str
    scope: str

    @model_validator(mode="after")
    def _rests_on_law(self) -> Self:
        if self.source is None:
            raise ValueError("source: a measure needs the law that founds it")
        return self


class Term(Row):
    """How long a pledge or a designation runs (有效期), or something is kept; None: no rule was found."""

    table: ClassVar[str] = "terms"
    figures: ClassVar[tuple[str, ...]] = ("months",)

    months: Months | None = None


class PaperNumber(Row):
    """How papers of a kind are numbered (文号); its code is the kind of paper.

    Attributes:
        series: Mark of the series (文种代字); kinds with the same mark share one series.
        pattern: The number, with `{office}`, `{series}`, `{year}` and `{serial}` in their places.
    """

    table: ClassVar[str] = "paper_numbers"

    series: str = Field(min_length=1, max_length=8)
    pattern: str

    @model_validator(mode="after")
    def _tells_papers_apart(self) -> Self:
        named = sorted(name for _, name, _, _ in Formatter().parse(self.pattern) if name is not None)
        if named != ["office", "serial", "series", "year"]:
            raise ValueError("pattern: needs {office}, {series}, {year} and {serial}, each once")
        return self
