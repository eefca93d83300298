"""Publish the editions that somebody asked for, each as the account that asked, and say what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from jobs.running import Plant, claim, heard_of
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.errors import Refusal
from registry.publication.editions import publish_edition
from registry.publication.orders import finish_order, waiting_orders
from registry.publication.tables import EditionOrder
from registry.store.engine import reading, writing


def run(plant: Plant) -> str:
    """Carry out every order that waits; of several processes one has each. Its files follow by delivery."""
    with reading(plant.engine) as session:
        waiting = waiting_orders(session)
    done = 0
    for order in waiting:
        claimed = claim(plant.engine, f"publish_asked {order.id}", order.recorded_at, plant.now())
        if claimed is None:
            continue
        with heard_of(claimed, plant.now):
            outcome = _carry_out(plant, order)
        claimed.finish(plant.now(), outcome)
        done += 1
    return f"orders={done}"


def _carry_out(plant: Plant, order: EditionOrder) -> str:
    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(plant.engine) as session:
            actor = actor_by_account(session, order.account_name)
            yield Work(session, actor, plant.now(), plant.rulebook())

    edition_id = refusal = None
    try:
        edition_id = publish_edition(acting, order.regime, order.region, order.as_of_on).id
    except Refusal as refused:
        refusal = refused.code
    with writing(plant.engine) as session:
        work = plant.work(session, "publish_asked")
        finish_order(work, order.id, edition_id=edition_id, refusal=refusal)
    return refusal or f"edition={edition_id}"
