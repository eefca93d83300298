"""Webhooks: partner departments are told of public events; signed, retried, replayed from a number."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.supervising import may_read, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.publication import webhooks
from registry.publication.tables import Webhook
from registry.publication.webhooks import EndWebhook, RegisterWebhook, ReplayWebhook


class RegisteredWebhook(Recorded):
    """A webhook as registered."""

    secret: str = Field(description="Its messages are signed with it; it is shown this once.")


class GivenUp(BaseModel):
    """Events that could not be delivered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    from_seq: int
    through_seq: int
    reason: str
    given_up_at: datetime


class WebhookState(BaseModel):
    """A webhook: where it is told, how far it is, and what was given up."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    url: str
    regime: str | None
    region: str
    office_code: str
    cursor: int = Field(description="Number of the last event that was delivered or given up.")
    failures: int = Field(description="Attempts that failed in a row.")
    next_try_at: datetime | None
    ended_on: date | None
    given_up: tuple[GivenUp, ...]


class Webhooks(Controller):
    """Addresses that are told of public events."""

    path = "/api/v1/webhooks"
    tags = ("webhooks",)

    @post("/", **act(), summary="Register an address")
    def register(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RegisterWebhook]
    ) -> Response[RegisteredWebhook]:
        """Register an address that is told of public events of a region, in their order."""
        return record(edge, request, data, lambda work: _registered(work, data))

    @get("/", **supervised(), summary="Webhooks of the own regions")
    def all(self, request: Request[Any, Any, Any], edge: NamedDependency[Edge]) -> tuple[WebhookState, ...]:
        """Return the webhooks of the bearer's regions, ended ones too."""

        def read(work: Work) -> tuple[WebhookState, ...]:
            found = webhooks.webhooks_within(work.session, regions_read(work))
            return tuple(_state(work, one) for one in found)

        return consult(edge, request, read)

    @get("/{webhook_id:str}", **supervised(404), summary="A webhook")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], webhook_id: FromPath[str]
    ) -> WebhookState:
        """Return how far a webhook is, and what could not be delivered to it."""

        def read(work: Work) -> WebhookState:
            found = work.session.get(Webhook, webhook_id)
            if found is None or not may_read(work, found.region):
                raise NotFound("webhook.unknown", field="webhook_id", webhook_id=webhook_id)
            return _state(work, found)

        return consult(edge, request, read)

    @post("/{webhook_id:str}/replay", **act(), summary="Send again")
    def replay(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        webhook_id: FromPath[str],
        data: JSONBody[ReplayWebhook],
    ) -> Response[Recorded]:
        """Set a webhook back to an event; all after it is sent again, in order."""
        return record(
            edge, request, data, lambda work: recorded(webhooks.replay_webhook(work, data), request)
        )

    @post("/{webhook_id:str}/end", **act(), summary="End a webhook")
    def end(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        webhook_id: FromPath[str],
        data: JSONBody[EndWebhook],
    ) -> Response[Recorded]:
        """Tell an address no more, and destroy its secret."""
        return record(edge, request, data, lambda work: recorded(webhooks.end_webhook(work, data), request))


def _registered(work: Work, command: RegisterWebhook) -> RegisteredWebhook:
    made = webhooks.register_webhook(work, command)
    return RegisteredWebhook(what="created", id=made.id, secret=made.secret)


def _state(work: Work, webhook: Webhook) -> WebhookState:
    letters = [GivenUp.model_validate(letter) for letter in webhooks.dead_letters(work.session, webhook.id)]
    return WebhookState.model_validate({**webhook.model_dump(exclude={"secret"}), "given_up": letters})
