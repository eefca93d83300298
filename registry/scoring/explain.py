"""Why a business has its score: every fact with its rule and points, and lines that sum exactly."""

from datetime import date, datetime
from operator import itemgetter
from typing import Any

import duckdb
import pyarrow as pa
from sqlmodel import Session

from registry.businesses.tables import Business
from registry.errors import NotFound, RuleRefused
from registry.rulebook import Rulebook, ScoreDimension, ScorePoint, ScoreScheme
from registry.scoring.answers import (
    Account,
    Adjustment,
    Contribution,
    Explanation,
    Level,
    missing_of,
    rule_of,
    scheme_on,
)
from registry.scoring.engines import duckdb_in_memory, level_sql
from registry.scoring.expression import BUSINESSES, FACTS, Levels
from registry.scoring.facts import businesses_that_score, facts_known
from registry.scoring.grades import why_ungraded
from registry.scoring.params import Law, law_on, params_of
from registry.scoring.parquet import read_table


def explain(
    session: Session, business_id: str, as_of: date, known_at: datetime, rulebook: Rulebook
) -> Explanation:
    """Explain the score of a business on a legal day, as known at an instant.

    Args:
        session: An open transaction.
        business_id: Own identifier.
        as_of: Legal day; what had not begun, had ended or was too old on it is not there.
        known_at: Aware instant; what was recorded later is not there.
        rulebook: The one that was effective at that instant.

    Raises:
        NotFound: There is no such business.
        RuleRefused: It has no score: nobody was known by it then, it names no single party, it was
            merged into another, or no scheme was in force where it was.
    """
    subject = subject_or_refuse(session, business_id, as_of, known_at)
    region = subject["region"][0].as_py()
    law = law_on(rulebook, [region], as_of)
    if not law.schemes:
        raise RuleRefused("score.scheme_absent", region=region, on=as_of.isoformat())
    facts = read_table(session, facts_known(as_of, known_at, [business_id]), FACTS.to_pyarrow())
    return Explanation(
        **dict(account_of(subject, facts, law)),
        business_id=business_id,
        region=region,
        as_of_on=as_of,
        known_at=known_at,
        rulebook_hash=rulebook.hash,
        scheme=scheme_on(law.schemes[0].scheme, as_of),
    )


def account_of(subject: pa.Table, facts: pa.Table, law: Law) -> Account:
    """Return how the score of one business comes about from its facts.

    Args:
        subject: One row of `expression.BUSINESSES`.
        facts: Rows of `expression.FACTS`, all of that business.
        law: What scores in its region on the day.
    """
    with duckdb_in_memory({"facts": facts, "businesses": subject, **params_of(law)}) as connection:
        contributions, kinds, dimensions, (score,) = (
            _rows(connection, level_sql(level, dimensions_capped=law.dimensions_capped))
            for level in Levels._fields
        )
    rules, counted = law.schemes[0], [law.points[row["rule"]][1] for row in contributions]
    ungraded = score["grade"] is None
    return Account(
        base_points=rules.scheme.base_points,
        contributions=_contributions(contributions, law),
        adjustments=_adjustments(kinds, dimensions, score, law),
        points=score["points"],
        grade=score["grade"],
        ungraded_because=why_ungraded(rules, counted) if ungraded else None,
        missing=tuple(missing_of(rules, counted)) if ungraded else (),
    )


def subject_or_refuse(session: Session, business_id: str, as_of: date, known_at: datetime) -> pa.Table:
    """Return the one row of `expression.BUSINESSES`; only an identifier on record goes further.

    Raises:
        NotFound: There is no such business.
        RuleRefused: It has no score, see `explain`.
    """
    if session.get(Business, business_id) is None:
        raise NotFound("business.unknown", business_id=business_id)
    scores = businesses_that_score(as_of, known_at, [business_id])
    subject = read_table(session, scores, BUSINESSES.to_pyarrow())
    if subject.num_rows == 0:
        raise RuleRefused("score.not_a_subject", business_id=business_id)
    return subject


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _contributions(rows: list[dict[str, Any]], law: Law) -> tuple[Contribution, ...]:
    ordered = sorted(rows, key=lambda row: (row["counts_from"], row["kind"], row["fact_id"]))
    return tuple(_contribution(row, law) for row in ordered)


def _contribution(row: dict[str, Any], law: Law) -> Contribution:
    scheme, point = law.points[row["rule"]]
    known = law.schemes[scheme].is_known(point)
    return Contribution(
        fact_id=row["fact_id"],
        kind=row["kind"],
        counts_from=row["counts_from"],
        quantity=row["quantity"],
        weight_bp=law.schemes[scheme].weight_of(point),
        unit_points=row["unit_points"] if known else None,
        points=row["points"] if known else None,
        direct_grade=point.direct_grade,
        rule=rule_of(point),
    )


def _adjustments(
    kinds: list[dict[str, Any]], dimensions: list[dict[str, Any]], score: dict[str, Any], law: Law
) -> tuple[Adjustment, ...]:
    capped: list[tuple[Level, ScorePoint | ScoreDimension | ScoreScheme | None, dict[str, Any]]] = [
        *(("kind", law.caps[row["cap"]].point, row) for row in sorted(kinds, key=itemgetter("cap"))),
        *(
            ("dimension", law.dimensions[row["dimension"]][1], row)
            for row in sorted(dimensions, key=itemgetter("dimension"))
        ),
        ("scheme", law.schemes[0].scheme, score),
    ]
    return tuple(
        Adjustment(
            level=level,
            code=rule.code,
            name_zh=rule.name_zh,
            name_en=rule.name_en,
            source=rule.source,
            tag=rule.tag,
            points=row["points"] - row["raw"],
        )
        for level, rule, row in capped
        if rule is not None and row["points"] != row["raw"]
    )
