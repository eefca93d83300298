"""Editions asked for between two publication days (即时发布): an order is recorded, and a job carries it out.

Preparing a long list takes longer than a request may wait, so whoever asks is told where to look.
The job acts in the name of the account that asked, and refuses as it would have been refused.
"""

from datetime import date

from pydantic import Field
from sqlmodel import Session, col, select

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.identifiers import new_id
from registry.lists.rules import one_regime
from registry.publication.editions import allowed_day
from registry.publication.tables import EditionOrder
from registry.store.versions import one_writer


class OrderEdition(Command):
    """Ask for an edition of a list for a region now, besides those that its schedule brings."""

    regime: str = Field(max_length=64, description="Code of the list or board.")
    region: str = Field(description="GB/T 2260, six digits.")
    as_of: date | None = Field(default=None, description="Legal day that it shows; today unless given.")


def order_edition(work: Work, command: OrderEdition) -> Outcome:
    """Record that an edition is asked for; the same one that still waits is not asked for twice.

    Returns:
        The order, or `unchanged` with the one that waits.

    Raises:
        Forbidden: The person is neither officer nor approver of the region.
        Malformed: The region or the code is none, or the day lies ahead.
        RuleRefused: No such list is in force there and then.
    """
    on = allowed_day(work, command.regime, command.region, command.as_of or work.today)
    one_regime(work.rulebook, command.regime, command.region, on)
    one_writer(work.session, "edition_orders")
    query = select(EditionOrder).where(
        EditionOrder.regime == command.regime,
        EditionOrder.region == command.region,
        EditionOrder.as_of_on == on,
        col(EditionOrder.finished_at).is_(None),
    )
    waiting = work.session.exec(query).first()
    if waiting is not None:
        return Outcome("unchanged", waiting.id)
    order = EditionOrder(
        id=new_id(),
        regime=command.regime,
        region=command.region,
        as_of_on=on,
        account_name=work.actor.account_name,
        recorded_at=work.now,
    )
    work.session.add(order)
    work.record(
        "edition.ordered",
        Subject("edition_order", order.id),
        regime=order.regime,
        region=order.region,
        as_of=on.isoformat(),
    )
    return Outcome("created", order.id)


def waiting_orders(session: Session, limit: int = 100) -> list[EditionOrder]:
    """Return the orders that nobody has carried out yet, the oldest first."""
    query = select(EditionOrder).where(col(EditionOrder.finished_at).is_(None))
    return list(session.exec(query.order_by(col(EditionOrder.recorded_at)).limit(limit)).all())


def finish_order(work: Work, order_id: str, *, edition_id: str | None, refusal: str | None) -> None:
    """Write down what became of an order, its edition or the code of the refusal; the first word stands.

    Raises:
        Forbidden: The actor is no job.
    """
    work.require("officer", "")
    order = work.session.get_one(EditionOrder, order_id, with_for_update=True)
    if order.finished_at is not None:
        return
    order.edition_id, order.refusal, order.finished_at = edition_id, refusal, work.now
    work.session.add(order)
    work.record(
        "edition.order_finished",
        Subject("edition_order", order.id),
        edition=edition_id,
        refusal=refusal,
    )
