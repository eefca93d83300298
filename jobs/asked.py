"""What somebody asked for at a desk and a job carries out: each order once, and not for ever.

An attempt is written down before it is made, so one that ends in a failure, or with its process, counts
as well. After so many the order is given up, and its page says so; until then it is tried again, later
each time.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlmodel import Session

from jobs.running import Plant, claim, heard_of
from registry.accounts.commands import actor_by_account
from registry.audit.work import Actor, Work
from registry.errors import Refusal, RuleRefused
from registry.imports.commands import Transaction
from registry.store.engine import reading, writing

log = logging.getLogger("honest_metrology.jobs")


class Order(Protocol):
    """What was asked for: by which account, when, and how often it was tried."""

    id: str
    account_name: str
    attempts: int
    recorded_at: datetime


T = TypeVar("T", bound=Order)


@dataclass(frozen=True)
class Orders(Generic[T]):
    """Orders of one sort.

    Attributes:
        job: That carries them out.
        table: Of the orders, for the count of attempts.
        waiting: Returns those that nobody has carried out yet, the oldest first.
        carry_out: Does one and returns its outcome; a refusal is an outcome as well.
        refused: Writes down why one was not carried out: the code of the refusal.
    """

    job: str
    table: type[T]
    waiting: Callable[[Session], Sequence[T]]
    carry_out: Callable[[Plant, T], str]
    refused: Callable[[Work, str, str], None]


def carry_out(plant: Plant, orders: Orders[T]) -> str:
    """Carry out every order that waits; of several processes one has each."""
    with reading(plant.engine) as session:
        waiting = orders.waiting(session)
    done = 0
    for order in waiting:
        name = f"{orders.job} {order.id}"
        if not plant.patience.ready(name, plant.now()):
            continue
        claimed = claim(plant.engine, name, order.recorded_at, plant.now())
        if claimed is None:
            continue
        with heard_of(claimed, plant.now):
            outcome = _attempt(plant, orders, order)
        if outcome is None:
            plant.patience.failed(name, plant.now())
            claimed.give_back()
            continue
        plant.patience.done(name)
        claimed.finish(plant.now(), outcome)
        done += 1
    return f"orders={done}"


def acting_for(plant: Plant, order: Order, narrow: Callable[[Actor], Actor]) -> Transaction:
    """Return what opens the work of who asked, with what the account may then, read anew each time."""

    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(plant.engine) as session:
            actor = narrow(actor_by_account(session, order.account_name))
            yield Work(session, actor, plant.now(), plant.rulebook())

    return acting


def _attempt(plant: Plant, orders: Orders[T], order: T) -> str | None:
    """Return what became of an order; None: it failed, and is to be tried again."""
    most = plant.settings.orders_attempts
    with writing(plant.engine) as session:
        row = session.get_one(orders.table, order.id, with_for_update=True)
        row.attempts += 1
        session.add(row)
        attempts = row.attempts
    refusal: Refusal
    try:
        if attempts <= most:
            return orders.carry_out(plant, order)
        refusal = RuleRefused("order.given_up")  # the last attempt ended with its process
    except Refusal as refused:
        refusal = refused
    except Exception:
        log.exception("%s %s failed, attempt %d of %d", orders.job, order.id, attempts, most)
        if attempts < most:
            return None
        refusal = RuleRefused("order.given_up")
    with writing(plant.engine) as session:
        orders.refused(plant.work(session, orders.job), order.id, refusal.code)
    return refusal.code
