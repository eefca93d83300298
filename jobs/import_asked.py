"""Carry out the large files that were asked for at a desk, each as the account that asked."""

from functools import partial

from jobs import asked
from jobs.running import Plant
from registry.accounts.commands import actor_by_account
from registry.imports.commands import import_file
from registry.imports.orders import finish_sheet, narrowed, note_progress, waiting_sheets
from registry.imports.tables import SheetOrder
from registry.imports.uploads import upload
from registry.store.engine import reading, writing

AT_ONCE = 200  # rows of a transaction: other writers wait no longer, and whoever looks sees it go on


def run(plant: Plant) -> str:
    """Carry out every order that waits; of several processes one has each."""
    return asked.carry_out(plant, ORDERS)


def _carry_out(plant: Plant, order: SheetOrder) -> str:
    def progress(rows: int, _read: int, _size: int) -> None:
        with writing(plant.engine) as session:
            note_progress(session, order.id, rows)

    with reading(plant.engine) as session:
        person_id = actor_by_account(session, order.account_name).person_id
    content = upload(plant.settings.data_dir, person_id, order.digest)
    acting = asked.acting_for(plant, order, partial(narrowed, role=order.role, market_id=order.market_id))
    report = import_file(order.kind, content, acting, name=order.name, progress=progress, at_once=AT_ONCE)
    with writing(plant.engine) as session:
        finish_sheet(plant.work(session, ORDERS.job), order.id, report, None)
    return f"order={order.id}"


ORDERS = asked.Orders(
    "import_asked",
    SheetOrder,
    waiting_sheets,
    _carry_out,
    lambda work, order_id, refusal: finish_sheet(work, order_id, None, refusal),
)
