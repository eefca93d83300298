"""Publish the editions that somebody asked for, each as the account that asked, and say what became of it."""

from jobs import asked
from jobs.running import Plant
from registry.publication.editions import publish_edition
from registry.publication.orders import finish_order, waiting_orders
from registry.publication.tables import EditionOrder
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Carry out every order that waits; of several processes one has each. Its files follow by delivery."""
    return asked.carry_out(plant, ORDERS)


def _carry_out(plant: Plant, order: EditionOrder) -> str:
    acting = asked.acting_for(plant, order, lambda actor: actor)
    edition_id = publish_edition(acting, order.regime, order.region, order.as_of_on).id
    with writing(plant.engine) as session:
        finish_order(plant.work(session, ORDERS.job), order.id, edition_id=edition_id, refusal=None)
    return f"edition={edition_id}"


ORDERS = asked.Orders(
    "publish_asked",
    EditionOrder,
    waiting_orders,
    _carry_out,
    lambda work, order_id, refusal: finish_order(work, order_id, edition_id=None, refusal=refusal),
)
