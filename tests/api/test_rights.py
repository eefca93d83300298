"""The table of rights holds every route; without its row no application starts."""

import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler

from api.app import assemble
from api.rights import public
from api.things import THINGS
from public_site.app import site_routes
from public_site.rights import RIGHTS
from registry.errors import Broken
from tests.api.conftest import built


@get("/planted", sync_to_thread=False)
def planted() -> None:
    """Do nothing."""


def test_an_application_with_a_route_that_has_no_row_does_not_start() -> None:
    with pytest.raises(Broken) as refused:
        assemble(routes=[*site_routes(), planted], rights=RIGHTS)
    assert refused.value.problems == ("no row for GET /planted",)
    assemble(routes=[*site_routes(), planted], rights=[*RIGHTS, public("GET", "/planted")])


def test_a_row_without_a_route_and_a_second_row_are_refused() -> None:
    with pytest.raises(Broken) as refused:
        assemble(routes=site_routes(), rights=[*RIGHTS, RIGHTS[0], public("GET", "/nowhere")])
    assert refused.value.problems == ("no route for GET /nowhere", "two rows for GET /")


def test_whatever_an_address_or_a_body_names_is_known_as_a_thing() -> None:
    unnamed = {"office_code", "regime", "version", "name", "path", "step"}  # of everybody
    for (_, path), right in built().state.rights.items():
        if right.roles and right.place not in ("nation", "own"):  # what is one's own, its verb knows
            named = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
            assert named - unnamed <= set(THINGS), path
    for route in built().routes:
        for handler in route.route_handlers:
            if isinstance(handler, HTTPRouteHandler) and (body := handler.parsed_data_field):
                named = {field for field in body.annotation.model_fields if field.endswith("_id")}
                assert named <= set(THINGS), str(handler)
