"""Writes made-up histories into a database, version by version."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, insert

from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.instruments.tables import Instrument, Verification
from registry.pledges.tables import Pledge
from registry.store.engine import writing
from registry.store.tables import Outbox
from registry.violations.tables import PenaltyDecision, Violation
from tests.scoring.histories import Story, Version

REST: dict[type, dict[str, Any]] = {
    BusinessVersion: {"status": "open"},
    Pledge: {
        "matter": "fuel",
        "pledged_precision": "day",
        "receiving_office": "SAMR",
    },
    DemonstrationUnit: {"level": "city", "authority": "市场监督管理局", "designated_precision": "day"},
    PenaltyDecision: {
        "authority": "市场监督管理局",
        "authority_key": "411502:市场监督管理局",
        "region": "411502",
        "procedure": "ordinary",
        "penalties": ["fine"],
        "held_from_on": None,
    },
    Instrument: {"kind": "price_computing_scale", "held_from_on": None},
    Verification: {"body": "检定所", "body_key": "检定所", "held_from_on": None},
    Violation: {
        "conduct_code": "x",
        "type_codes": [],
        "found_precision": "unknown",
        "held_from_on": None,
    },
}
KEYS = {
    BusinessVersion: "business_id",
    Pledge: "pledge_id",
    DemonstrationUnit: "designation_id",
    PenaltyDecision: "decision_id",
    Instrument: "instrument_id",
    Verification: "verification_id",
    Violation: "violation_id",
}


def rows_of(stories: list[Story]) -> dict[type, list[dict[str, Any]]]:
    """Return the rows of all versions by table."""
    rows: dict[type, list[dict[str, Any]]] = {table: [] for table in KEYS}
    for story in stories:
        rows[BusinessVersion] += _rows(BusinessVersion, story.business_id, story.places, kind=story.kind)
        for decision_id, versions in story.decisions.items():
            rows[PenaltyDecision] += _rows(PenaltyDecision, decision_id, versions)
        for instrument_id, versions in story.instruments.items():
            common = {
                "business_id": story.business_id,
                "serial_no": instrument_id,
                "serial_key": instrument_id,
            }
            rows[Instrument] += _rows(Instrument, instrument_id, versions, **common)
        for table, fact_id, versions in story.facts:
            common = {"business_id": story.business_id}
            if table is Verification:
                common = {"certificate_no": fact_id, "certificate_key": fact_id}
            rows[table] += _rows(table, fact_id, versions, **common)
    return rows


def _rows(table: type, key: str, versions: list[Version], **common: Any) -> Iterator[dict[str, Any]]:
    for number, version in enumerate(versions):
        last = number + 1 == len(versions)
        yield {
            **REST[table],
            **common,
            **version.columns,
            KEYS[table]: key,
            "version": number + 1,
            "recorded_at": version.recorded_at,
            "superseded_at": None if last else versions[number + 1].recorded_at,
        }


def write(engine: Engine, stories: list[Story]) -> None:
    """Write every version of the stories, and tell the scores of each at the instant of its record."""
    businesses = [
        {"id": story.business_id, "standing": story.standing, "recorded_at": story.places[0].recorded_at}
        for story in stories
    ]
    told = [
        {
            "consumer": "score",
            "subject_ids": [story.business_id],
            "subjects": 1,
            "topic": "told",
            "recorded_at": version.recorded_at,
        }
        for story in stories
        for versions in (
            story.places,
            *story.decisions.values(),
            *story.instruments.values(),
            *(fact[2] for fact in story.facts),
        )
        for version in versions
    ]
    with writing(engine) as session:
        session.connection().execute(insert(Business), businesses)
        for table, rows in rows_of(stories).items():
            session.connection().execute(insert(table), rows)
        session.connection().execute(insert(Outbox), told)
