"""Demonstration units: designated and cancelled — by an officer's key."""

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.acts import record
from api.answers import Recorded, recorded
from api.describing import act
from api.edge import Edge
from api.paths import same_id
from registry.demonstration import commands
from registry.demonstration.commands import CancelDesignation, Designate


class Designations(Controller):
    """Demonstration units of honest metrology (诚信计量示范单位)."""

    path = "/api/v1/designations"
    tags = ("designations",)

    @post("/", **act(), summary="Designate a demonstration unit")
    def designate(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[Designate]
    ) -> Response[Recorded]:
        """Record a designation; the same one again is `unchanged`."""
        return record(
            edge, request, data, lambda work: recorded(commands.designate_unit(work, data), request)
        )

    @post("/{designation_id:str}/cancellation", **act(), summary="Cancel a designation")
    def cancel(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        designation_id: FromPath[str],
        data: JSONBody[CancelDesignation],
    ) -> Response[Recorded]:
        """Record that a designation was cancelled, from a day on."""
        same_id(designation_id, data.designation_id, "designation_id")
        return record(
            edge, request, data, lambda work: recorded(commands.cancel_designation(work, data), request)
        )
