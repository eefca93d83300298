"""Large files asked for at a desk: the order is recorded, and a job carries the file out batch by batch.

Carrying out thousands of rows takes longer than a request may wait, and other writers would wait with
it. Each batch is a transaction, as on the command line; a job that was killed reads the file again, which
changes nothing of what was taken before.
"""

from dataclasses import replace
from typing import Literal

from pydantic import Field
from sqlmodel import Session, col, select

from registry.audit.work import Actor, Subject, Work
from registry.commands import Command, Outcome
from registry.errors import Forbidden
from registry.identifiers import new_id
from registry.imports.report import ImportReport
from registry.imports.tables import SheetOrder
from registry.store.versions import one_writer

Role = Literal["operator", "verifier", "officer"]


class OrderSheet(Command):
    """Ask that a file, which was tried out, be carried out in a role, an operator's for a market."""

    role: Role
    market_id: str | None
    kind: Literal["businesses", "pledges", "designations", "instruments", "verifications", "violations"]
    name: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    rows: int = Field(ge=0)


def order_sheet(work: Work, command: OrderSheet) -> Outcome:
    """Record that a file is to be carried out; the same one that still waits is not asked for twice.

    Returns:
        The order, or `unchanged` with the one that waits.

    Raises:
        Forbidden: The actor does not hold the role, or not for the market.
    """
    if not narrowed(work.actor, command.role, command.market_id).grants:
        raise Forbidden("market.not_own", field="market_id")
    one_writer(work.session, "sheet_orders")
    waiting = last_order(work.session, work.actor.account_name, command.role, command.market_id)
    if waiting is not None and waiting.finished_at is None and waiting.digest == command.digest:
        return Outcome("unchanged", waiting.id)
    stated = command.model_dump()
    order = SheetOrder(id=new_id(), account_name=work.actor.account_name, recorded_at=work.now, **stated)
    work.session.add(order)
    work.record("sheet.ordered", Subject("sheet_order", order.id), **stated)
    return Outcome("created", order.id)


def narrowed(actor: Actor, role: str, market_id: str | None) -> Actor:
    """Return an actor in one role, in one market or else on regions, and as nothing else.

    Args:
        actor: Who asks, or asked.
        role: In which the file is brought.
        market_id: The market; None: the regions on which the role is held.
    """
    held = (one for one in actor.grants if one.role == role)
    only = (one for one in held if (one.on_region if market_id is None else one.market_id == market_id))
    return replace(actor, grants=tuple(only))


def last_order(session: Session, account_name: str, role: str, market_id: str | None) -> SheetOrder | None:
    """Return what an account asked for last in a role, in a market where it is an operator's, or None."""
    query = select(SheetOrder).where(
        SheetOrder.account_name == account_name,
        SheetOrder.role == role,
        col(SheetOrder.market_id).is_not_distinct_from(market_id),
    )
    return session.exec(query.order_by(col(SheetOrder.recorded_at).desc()).limit(1)).first()


def waiting_sheets(session: Session, limit: int = 100) -> list[SheetOrder]:
    """Return the orders that nobody has carried out yet, the oldest first."""
    query = select(SheetOrder).where(col(SheetOrder.finished_at).is_(None))
    return list(session.exec(query.order_by(col(SheetOrder.recorded_at)).limit(limit)).all())


def note_progress(session: Session, order_id: str, done: int) -> None:
    """Write down how many rows of an order are done."""
    order = session.get_one(SheetOrder, order_id, with_for_update=True)
    order.done = done
    session.add(order)


def finish_sheet(work: Work, order_id: str, report: ImportReport | None, refusal: str | None) -> None:
    """Write down what became of an order, counts of its rows or a refusal's code; the first word stands.

    Raises:
        Forbidden: The actor is no job.
    """
    work.require("officer", "")
    order = work.session.get_one(SheetOrder, order_id, with_for_update=True)
    if order.finished_at is not None:
        return
    if report is not None:
        order.done, order.created, order.changed = report.rows, report.created, report.changed
        order.unchanged, order.refused = report.unchanged, report.refused_rows
    order.refusal, order.finished_at = refusal, work.now
    work.session.add(order)
    counts = {name: getattr(order, name) for name in ("created", "changed", "unchanged", "refused")}
    work.record("sheet.finished", Subject("sheet_order", order.id), refusal=refusal, **counts)
