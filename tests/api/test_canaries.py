"""What is kept for the registry alone is shown to nobody, and what officers need is not shown to the public.

A word that occurs nowhere else is planted in every row of each hidden column of text; of secrets, the
values themselves are looked for. Then everything on record is asked for by every route that reads.
"""

import functools
import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from sqlalchemy import ColumnElement, String, cast, literal, select, update
from sqlmodel import SQLModel

import registry.tables  # noqa: F401  # every table, not only those that a test imports
from api.app import served
from api.rights import Right
from registry.store.engine import reading, writing
from tests.api.asking import asked_of
from tests.api.building import built
from tests.api.realm import Realm

SECRETS = (  # what opens, signs or counts is looked for as it is
    "api_key.secret_digest", "webhook.secret", "log_salt.salt", "published_row.salt",
    "credential.password_hash", "totp_secret.sealed", "invitation.code_digest",
    "idempotency_key.request_digest",
)  # fmt: skip
NOBODYS = (  # no route reads these
    "person.name", "business_version.phone", "alias.value_key", "business_version.name_key",
    "penalty_decision.authority_key", "idempotency_key.body", "outbox.topic", "scheduled_run.outcome",
    "instrument.maker_key", "instrument.serial_key", "verification.body_key", "document.media_type",
)  # fmt: skip
OFFICERS = (  # those who supervise read these; the public does not, nor does another region
    "proposal_step.note", "case_step.note", "objection.objector", "repair.applicant", "repair.reasons",
    "merger.reason", "measure_application.note", "document.title", "webhook.url", "dead_letter.reason",
    "calendar_override.reason", "rulebook_override.reason", "audit_entry.act", "audit_entry.account_name",
    "audit_entry.subject_kind", "pledge.source_key", "penalty_decision.source_key",
    "demonstration_unit.source_key", "pledge.broken_reason", "instrument.retired_reason",
    "complaint.respondent", "complaint.place", "complaint_step.note",
)  # fmt: skip
WRITTEN = (  # the office that handles a complaint reads these; no office above it, and no auditor
    "complaint_content.complainant", "complaint_content.phone", "complaint_content.address",
    "complaint_content.request", "complaint_content.facts",
)  # fmt: skip
SHOWN_HERE = ("objection.objector", "repair.applicant", "merger.reason", "webhook.url")
NAMED = re.compile(r"\{(\w+)\}")


def word(place: str) -> str:
    """Return the canary of a column."""
    return "canary-" + place.replace("_", "-")


def sum_of(*parts: ColumnElement[str]) -> ColumnElement[str]:
    """Return texts joined into one."""
    return functools.reduce(lambda one, other: one.concat(other), parts)


@pytest.fixture(scope="module")
def hidden(realm: Realm) -> Iterator[dict[str, list[str]]]:
    """What must not be shown, by column, with the realm under the application and a client to ask it."""
    realm.renew()
    found = {}
    tables = SQLModel.metadata.tables
    with writing(realm.engine) as session:
        for place in NOBODYS + OFFICERS + WRITTEN:
            table, _, name = place.partition(".")
            of_row = [cast(key, String) for key in tables[table].primary_key]
            value = sum_of(literal(word(place)), *of_row)  # some of them are unique
            session.connection().execute(update(tables[table]).values({name: value}))
            found[place] = [word(place)]
    with reading(realm.engine) as session:
        for place in SECRETS:
            table, _, name = place.partition(".")
            values = session.connection().execute(select(tables[table].columns[name])).scalars()
            found[place] = [
                value.hex() if isinstance(value, bytes) else str(value) for value in values if value
            ]
    with TestClient(served(built()), raise_server_exceptions=False) as client:
        realm.client = client
        yield found


def told(realm: Realm, account: str | None) -> str:
    """Return all that every reading route answers to somebody."""
    by = next((one for one in realm.people if one.name == account), None)
    headers = {"Authorization": str(by.authorization)} if by else {}
    answers = []
    for right in built().state.rights.values():
        for path in addresses(realm, right) if right.method == "GET" else ():
            answers.append(realm.client.get(path, headers=headers).text)
    return "\n".join(answers)


def addresses(realm: Realm, right: Right) -> Iterator[str]:
    """Yield the addresses of a route: of what stands, and of what has ended."""
    ended = {"entry_id": "ended_entry", "proposal_id": "closed_case", "repair_id": "closed_repair"}
    for asked in asked_of(right):
        for names in ({}, ended):
            ids = {**realm.ids, **{name: realm.ids[other] for name, other in names.items()}}
            yield NAMED.sub(lambda found, ids=ids: ids.get(found[1], "x"), asked.path) + asked.query


def shown(text: str, hidden: dict[str, list[str]], *columns: str) -> list[str]:
    """Return the columns of which something stands in a text."""
    return [place for place in columns if any(value in text for value in hidden[place])]


def test_forty_columns_are_hidden() -> None:
    assert len({*SECRETS, *NOBODYS, *OFFICERS}) >= 40


def test_the_public_is_shown_nothing_that_is_hidden(realm: Realm, hidden: dict[str, list[str]]) -> None:
    assert shown(told(realm, None), hidden, *SECRETS, *NOBODYS, *OFFICERS, *WRITTEN) == []


@pytest.mark.parametrize("account", ["officer-own", "approver-own", "auditor-nation", "partner-own"])
def test_nobody_is_shown_what_is_for_the_registry_alone(
    realm: Realm, hidden: dict[str, list[str]], account: str
) -> None:
    text = told(realm, account)
    assert shown(text, hidden, *SECRETS, *NOBODYS) == []
    supervises = account.startswith(("officer", "approver"))
    assert bool(shown(text, hidden, *SHOWN_HERE)) == (account != "partner-own"), "nothing was looked at"
    assert not supervises or set(shown(text, hidden, *SHOWN_HERE)) == set(SHOWN_HERE)


def test_another_region_is_shown_nothing_of_this_one(realm: Realm, hidden: dict[str, list[str]]) -> None:
    assert shown(told(realm, "officer-elsewhere"), hidden, *SECRETS, *NOBODYS, *OFFICERS, *WRITTEN) == []


def test_who_complained_is_shown_to_the_office_that_handles_it_alone(
    realm: Realm, hidden: dict[str, list[str]]
) -> None:
    assert shown(told(realm, "officer-own"), hidden, *WRITTEN) == list(WRITTEN)
    for account in ("officer-above", "approver-nation", "auditor-nation", "auditor-own", "partner-own"):
        assert shown(told(realm, account), hidden, *WRITTEN, "complaint_step.note") == [], account
