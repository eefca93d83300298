"""Every answer is one that the document promises: schemathesis reads the document and asks by it.

First what lies at the edges of every schema, valid and not: some 7,000 requests, always the same. Then
requests drawn at random, a few in the ordinary run and more than 20,000 in the long one.
"""

import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from api.app import served
from api.describing import FILES
from api.document import document
from tests.api.asking import Asked, asked_of
from tests.api.building import built
from tests.api.drawing import USUAL
from tests.api.realm import Realm, Someone
from tests.api.test_rights_matrix import NAMED, due, meant
from tests.rights.expectation import Expected, by_key

SERVED = served(built())
log = logging.getLogger(__name__)


async def asked_in_process(scope: Any, receive: Any, send: Any) -> None:
    """Answer requests alone: schemathesis never ends what it starts, and the application is others' too."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    await SERVED(scope, receive, send)


DOCUMENT = schemathesis.openapi.from_dict(document(built()))
DOCUMENT.app = asked_in_process
DOCUMENT.config.generation.update(allow_x00=False)  # no text may hold it, whatever its schema
OPERATIONS = [
    pytest.param(one, id=one.label) for one in (found.ok() for found in DOCUMENT.get_all_operations())
]
WRITTEN = [
    pytest.param(right, one, id=f"{one.method} {one.path} {one.state}")
    for right in by_key()
    for one in asked_of(right)
    if not one.offices  # which nobody of the realm acts for
]
MODES = list(GenerationMode)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.positive_data_acceptance,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.allow_header_conformance,
]
# what is of the right shape may be refused by a rule (422), and for who asks, but is never malformed (400)
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "410", "422"]
DOCUMENT.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
# who may not, and what there is not, is said before a header is missed
DOCUMENT.config.checks.missing_required_header.expected_statuses = ["400", "401", "403", "404"]


@schemathesis.serializer(*FILES)
def in_a_file(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send what is drawn for a file as its bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Asking:
    """Asks one operation after the other, each time as another of those who may and may not."""

    def __init__(self, realm: Realm, operation: APIOperation, *excluded: Any) -> None:
        realm.renew()
        self.excluded = excluded
        self.known = {**USUAL, **realm.ids}
        self.by = itertools.cycle(who_asks(realm, operation))
        self.seen: Counter[int] = Counter()

    def ask(self, case: schemathesis.Case) -> None:
        """Send a request and hold the answer to the document."""
        if case.meta is not None and case.meta.generation.mode.is_positive:
            self.name_things(case, self.known if self.seen.total() % 3 != 2 else {})
        self.hold(case, next(self.by))

    def hold(self, case: schemathesis.Case, by: Someone) -> int:
        """Send a request for somebody, hold the answer to the document and return its status."""
        headers = {"Authorization": by.authorization} if by.authorization else {}
        answer = case.call(headers=headers, timeout=600)  # a machine may be busy
        self.seen[answer.status_code] += 1
        more = {"headers": headers, "transport_kwargs": {"headers": headers}}
        case.validate_response(answer, checks=CHECKS, excluded_checks=self.excluded, **more)
        return answer.status_code

    @staticmethod
    def name_things(case: schemathesis.Case, known: Mapping[str, str]) -> None:
        """Let a request that is of the right shape name what there is, so that it reaches further."""
        if case.query.get("region") == "0":  # schemathesis 4.32 takes it for a text of the pattern
            case.query["region"] = ""
        for part, others in ((case.path_parameters, ()), (case.query, ("region",)), (case.body, ("step",))):
            if isinstance(part, dict):
                part.update({name: known[name] for name in part.keys() & known.keys() - set(others)})

    def parts(self, asked: Asked) -> dict[str, Any]:
        """Return the parts of a request that is written down, with the things that it names."""
        ids: dict[str, str] = dict(self.known)
        parts: dict[str, Any] = {
            "path_parameters": {
                name: ids.get(asked.names.get(name, name), "none") for name in NAMED.findall(asked.path)
            },
            "query": dict(parse_qsl(asked.query.removeprefix("?"))),
        }
        if asked.method == "POST":
            parts["headers"] = {"Idempotency-Key": f"written-{self.seen.total()}"}
        if asked.body is not None:
            parts |= {"body": meant(asked.body, ids), "media_type": "application/json"}
        return parts


def who_asks(realm: Realm, operation: APIOperation) -> Iterator[Someone]:
    """Yield who asks: of each role that may, the one of the whole country, one who may not, and nobody."""
    roles = built().state.rights[(operation.method.upper(), operation.path)].roles or ()
    people = {one.name: one for one in realm.people}
    for role in roles:
        yield from [people[f"{role}-nation"]] * 3
    yield people["nobody"]
    yield people["officer-elsewhere"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_lies_at_the_edges_of_a_schema_is_answered_as_the_document_says(
    realm: Realm, operation: APIOperation
) -> None:
    asking = Asking(realm, operation)
    cases = DOCUMENT.iter_coverage_cases(
        operation, generation_modes=MODES, generation_config=DOCUMENT.config.generation
    )
    for case in cases:
        asking.ask(case)
    assert asking.seen.total() >= 5


@pytest.mark.parametrize(("right", "asked"), WRITTEN)
def test_what_is_asked_rightly_is_answered_as_the_document_says(
    realm: Realm, right: Expected, asked: Asked
) -> None:
    operation = DOCUMENT[right.path][right.method]
    asking = Asking(realm, operation)
    people = [one for one in realm.people if due(right, asked, one) == asked.answers][:2]
    for by in people:
        assert asking.hold(operation.Case(**asking.parts(asked)), by) in (asked.answers, 200, 202, 409)
        realm.renew()
    assert people


@pytest.mark.parametrize(
    "examples", [pytest.param(6, id="ordinary"), pytest.param(180, id="many", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_drawn_from_the_document_is_answered_as_it_says(
    realm: Realm, operation: APIOperation, examples: int
) -> None:
    # a text may hold no hidden character, which no schema says
    asking = Asking(realm, operation, checks.positive_data_acceptance)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(operation.as_strategy(generation_mode=mode) for mode in MODES))
    def drawn(case: schemathesis.Case) -> None:
        asking.ask(case)

    drawn()
    log.info("%s: %d requests, %s", operation.label, asking.seen.total(), dict(sorted(asking.seen.items())))
