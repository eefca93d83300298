"""What a whistle-blower is owed (举报奖励), line by line, each line with its rule (pure, whole fen).

The law of the day on which the case was decided governs: no transitional rule was found. A line that
rests on an unknown figure refuses: nobody is paid, and nobody refused, on a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from registry.errors import RuleRefused
from registry.rulebook import PenaltyKind, Rulebook
from registry.rulebook.periods import Due, due, quoted
from registry.rulebook.reward_rows import Clue, Match, Proof, RewardRule

WHOLE = 10_000  # basis points
Party = Literal["person", "organisation"]
Exclusion = Literal[
    "not_natural_person",
    "official",
    "duty_holder",
    "infringed_party",
    "offender",
    "paid_by_competitor",
]
_CLUES, _PROOFS, _MATCHES = get_args(Clue), get_args(Proof), get_args(Match)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case that a report led to ended with.

    Attributes:
        region: GB/T 2260 of the office that pays.
        decided_on: Day of the decision.
        party: Against whom it was.
        penalties: Kinds of penalty imposed.
        fine_fen: Fine imposed.
        confiscated_fen: Confiscation imposed, by its value.
        crime: True where it was handed over as a crime.
    """

    region: str
    decided_on: date
    party: Party
    penalties: frozenset[PenaltyKind] = frozenset()
    fine_fen: int = 0
    confiscated_fen: int = 0
    crime: bool = False


@dataclass(frozen=True, slots=True)
class Merit:
    """What a report was worth to the case, as an officer graded it.

    Attributes:
        clue: What it told.
        proof: The evidence that came with it.
        match: How far the findings bore it out.
        grave: True where the violation was very major, or a crime.
    """

    clue: Clue
    proof: Proof
    match: Match
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a calculation.

    Attributes:
        what: `major`, `larger`, `base`, `rate`, `floor`, `insider`, `cap`, `share` or `dropped`.
        amount_fen: What stands after this line; of `share`, what one reporter receives; of `dropped`,
            what is left over below a fen.
        rule: Code of the row.
        source: Instrument and article, or the tag.
        factor_bp: What the line multiplied by; None: nothing.
    """

    what: str
    amount_fen: int
    rule: str
    source: str
    factor_bp: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The calculation of a reward (奖励计算单).

    Attributes:
        level: Rank of the level; 1 is the highest.
        total_fen: Reward of the case.
        shares_fen: What each reporter receives, in the order of the shares.
        finance_consent: Why the finance department must agree; empty: it need not.
    """

    level: int
    total_fen: int
    shares_fen: tuple[int, ...]
    finance_consent: tuple[Literal["amount", "insider"], ...]
    lines: tuple[Line, ...]


def level_of(rulebook: Rulebook, region: str, on: date, merit: Merit) -> RewardRule:
    """Return the highest level whose test a report passes.

    Raises:
        RuleRefused: It passes none, or no rule of rewards is in force.
    """
    rows = _rows(rulebook, region, on)
    levels = sorted((row for row in rows.values() if row.part == "level"), key=lambda row: row.rank or 0)
    if not levels:
        raise RuleRefused("reward.no_rule", field="region", region=region, on=on.isoformat())
    for row in levels:
        if _passes(row, merit):
            return row
    raise RuleRefused("reward.no_level", field="merit", source=quoted(levels[-1]))


def refuse_excluded(
    rulebook: Rulebook, region: str, on: date, found: Sequence[Exclusion], *, insider: bool
) -> None:
    """Refuse a reward to whom the rule excludes; an insider is no offender in its sense.

    Raises:
        RuleRefused: One of the grounds found is a ground of the rule.
    """
    rows = _rows(rulebook, region, on)
    for ground in found:
        row = rows.get(f"excluded.{ground}")
        if row is not None and not (ground == "offender" and insider):
            raise RuleRefused("reward.excluded", field="excluded", exclusion=ground, source=quoted(row))


def calculate(
    rulebook: Rulebook,
    case: CaseResult,
    merit: Merit,
    *,
    insider_bp: int | None = None,
    shares_bp: Sequence[int] = (WHOLE,),
) -> Sheet:
    """Calculate a reward.

    Args:
        rulebook: The law.
        case: What the case ended with.
        merit: What the report was worth to it.
        insider_bp: What an insider's reward is multiplied by; None: no uplift.
        shares_bp: Shares of several reporters, together the whole.

    Raises:
        RuleRefused: The violation is not major, a figure is unknown, the report passes the test of no
            level, the place knows no such uplift, or the shares are not the whole.
    """
    rows = _rows(rulebook, case.region, case.decided_on)
    level = level_of(rulebook, case.region, case.decided_on, merit)
    if sum(shares_bp) != WHOLE or min(shares_bp, default=0) <= 0:
        raise RuleRefused("reward.shares", field="shares_bp", sum=sum(shares_bp))
    lines = [_major(rows, case, level)]
    lines += _amount(level, case)
    reasons: list[Literal["amount", "insider"]] = []
    if insider_bp is not None:
        lines.append(_uplifted(rows, case, lines[-1].amount_fen, insider_bp))
        reasons.append("insider")
    cap, finance = _figure(rows, "cap"), _figure(rows, "finance")
    if lines[-1].amount_fen > cap[1]:
        lines.append(_line("cap", cap[1], cap[0]))
    total = lines[-1].amount_fen
    if total >= finance[1]:
        lines.append(_line("finance", total, finance[0]))
        reasons.insert(0, "amount")
    shares = tuple(total * share // WHOLE for share in shares_bp)
    lines += _shared(rows, total, shares, shares_bp)
    return Sheet(level.rank or 0, total, shares, tuple(reasons), tuple(lines))


def claim_period(
    rulebook: Rulebook, region: str, told_on: date, calendar: Mapping[date, bool], *, claimed_on: date | None
) -> Due:
    """Return the period within which a reward must be claimed; who misses it waives the reward.

    Source: rulebook `deadlines`, `reward.claim`.
    """
    return due(rulebook, "reward.claim", region, told_on, calendar, met_on=claimed_on)


def telling_period(
    rulebook: Rulebook, region: str, closed_on: date, calendar: Mapping[date, bool], *, told_on: date | None
) -> Due:
    """Return the period within which a reporter must be told of a reward.

    Source: rulebook `deadlines`, `reward.tell`.
    """
    return due(rulebook, "reward.tell", region, closed_on, calendar, met_on=told_on)


def _rows(rulebook: Rulebook, region: str, on: date) -> Mapping[str, RewardRule]:
    return rulebook.in_force(RewardRule, region, on)


def _passes(row: RewardRule, merit: Merit) -> bool:
    """Say whether a report reaches what a level asks for; more than it asks for is enough too."""
    if row.clue is None or row.proof is None or row.match is None:
        return False
    return (
        _CLUES.index(merit.clue) >= _CLUES.index(row.clue)
        and _PROOFS.index(merit.proof) >= _PROOFS.index(row.proof)
        and _MATCHES.index(merit.match) >= _MATCHES.index(row.match)
        and (merit.grave or not row.grave)
    )


def _major(rows: Mapping[str, RewardRule], case: CaseResult, level: RewardRule) -> Line:
    """Return why the violation is major.

    Raises:
        RuleRefused: It is not, or what a larger fine is was not found for the place.
    """
    base = case.fine_fen + case.confiscated_fen
    row = rows.get("major")
    if row is not None and ((case.crime and row.crime) or case.penalties & set(row.kinds)):
        return _line("major", base, row)
    larger = rows.get("larger")
    least = None if larger is None else getattr(larger, f"{case.party}_fen")
    if larger is None or least is None:
        source = quoted(larger or level)
        raise RuleRefused("reward.figure_unknown", field="region", line="larger", source=source)
    if base < least:
        raise RuleRefused("reward.not_major", field="fine_fen", least_fen=least, source=quoted(larger))
    return _line("larger", base, larger)


def _amount(level: RewardRule, case: CaseResult) -> list[Line]:
    """Return base, rate and, where it lifts, the floor.

    Raises:
        RuleRefused: A figure of the level is unknown.
    """
    if level.rate_bp is None or level.floor_fen is None:
        raise RuleRefused("reward.figure_unknown", field="region", line=level.code, source=quoted(level))
    base = case.fine_fen + case.confiscated_fen
    amount = base * level.rate_bp // WHOLE
    lines = [_line("base", base, level), _line("rate", amount, level, level.rate_bp)]
    if amount < level.floor_fen:
        lines.append(_line("floor", level.floor_fen, level))
    return lines


def _uplifted(rows: Mapping[str, RewardRule], case: CaseResult, amount: int, factor_bp: int) -> Line:
    """Return the uplift of an insider.

    Raises:
        RuleRefused: The place knows none, or not so much.
    """
    row = rows.get("insider")
    if row is None or row.factor_bp is None:
        raise RuleRefused("reward.no_uplift", field="insider_bp", region=case.region)
    if not WHOLE < factor_bp <= row.factor_bp:
        raise RuleRefused("reward.uplift", field="insider_bp", most_bp=row.factor_bp, source=quoted(row))
    return _line("insider", amount * factor_bp // WHOLE, row, factor_bp)


def _figure(rows: Mapping[str, RewardRule], code: str) -> tuple[RewardRule, int]:
    """Return a row with its amount.

    Raises:
        RuleRefused: There is none, or its figure is unknown.
    """
    row = rows.get(code)
    if row is None or row.amount_fen is None:
        source = "[unknown]" if row is None else quoted(row)
        raise RuleRefused("reward.figure_unknown", field="region", line=code, source=source)
    return row, row.amount_fen


def _shared(
    rows: Mapping[str, RewardRule], total: int, shares: Sequence[int], shares_bp: Sequence[int]
) -> list[Line]:
    """Return a line for each of several reporters, and what is dropped."""
    row = rows.get("sharing")
    if len(shares) == 1 or row is None:
        return []
    lines = [_line("share", amount, row, part) for amount, part in zip(shares, shares_bp, strict=True)]
    dropped = total - sum(shares)
    return [*lines, _line("dropped", dropped, row)] if dropped else lines


def _line(what: str, amount: int, row: RewardRule, factor_bp: int | None = None) -> Line:
    return Line(what, amount, row.code, quoted(row), factor_bp)
