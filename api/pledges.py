"""Pledges: filed, broken, withdrawn — by an officer's key."""

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.acts import record
from api.answers import Recorded, recorded
from api.describing import act
from api.edge import Edge
from api.paths import same_id
from registry.pledges import commands
from registry.pledges.commands import BreakPledge, FilePledge, WithdrawPledge


class Pledges(Controller):
    """Pledges to measure honestly (诚信计量自我承诺)."""

    path = "/api/v1/pledges"
    tags = ("pledges",)

    @post("/", **act(), summary="File a pledge")
    def file(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[FilePledge]
    ) -> Response[Recorded]:
        """File a pledge that a business made; the same pledge again is `unchanged`."""
        return record(edge, request, data, lambda work: recorded(commands.file_pledge(work, data), request))

    @post("/{pledge_id:str}/breach", **act(), summary="Record that a pledge was broken")
    def breach(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        pledge_id: FromPath[str],
        data: JSONBody[BreakPledge],
    ) -> Response[Recorded]:
        """Record the breach; the identifier of the path and of the body must agree."""
        same_id(pledge_id, data.pledge_id, "pledge_id")
        return record(edge, request, data, lambda work: recorded(commands.break_pledge(work, data), request))

    @post("/{pledge_id:str}/withdrawal", **act(), summary="Record that a pledge was withdrawn")
    def withdrawal(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        pledge_id: FromPath[str],
        data: JSONBody[WithdrawPledge],
    ) -> Response[Recorded]:
        """Record that the business took the pledge back."""
        same_id(pledge_id, data.pledge_id, "pledge_id")
        return record(
            edge, request, data, lambda work: recorded(commands.withdraw_pledge(work, data), request)
        )
