"""Carry out the large files that operators asked for, each as the account that asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from jobs.running import Plant, claim, heard_of
from registry.accounts.commands import actor_by_account
from registry.audit.work import Actor, Work
from registry.errors import Refusal
from registry.imports.commands import import_file
from registry.imports.orders import finish_sheet, note_progress, waiting_sheets
from registry.imports.tables import SheetOrder
from registry.imports.uploads import upload
from registry.store.engine import reading, writing

AT_ONCE = 200  # rows of a transaction: other writers wait no longer, and whoever looks sees it go on


def run(plant: Plant) -> str:
    """Carry out every order that waits; of several processes one has each."""
    with reading(plant.engine) as session:
        waiting = waiting_sheets(session)
    done = 0
    for order in waiting:
        claimed = claim(plant.engine, f"import_asked {order.id}", order.recorded_at, plant.now())
        if claimed is None:
            continue
        with heard_of(claimed, plant.now):
            outcome = _carry_out(plant, order)
        claimed.finish(plant.now(), outcome)
        done += 1
    return f"orders={done}"


def _carry_out(plant: Plant, order: SheetOrder) -> str:
    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(plant.engine) as session:
            actor = _operator(actor_by_account(session, order.account_name), order.market_id)
            yield Work(session, actor, plant.now(), plant.rulebook())

    def progress(rows: int, _read: int, _size: int) -> None:
        with writing(plant.engine) as session:
            note_progress(session, order.id, rows)

    report = refusal = None
    try:
        with reading(plant.engine) as session:
            person_id = actor_by_account(session, order.account_name).person_id
        content = upload(plant.settings.data_dir, person_id, order.digest)
        report = import_file(order.kind, content, acting, name=order.name, progress=progress, at_once=AT_ONCE)
    except Refusal as refused:
        refusal = refused.code
    with writing(plant.engine) as session:
        finish_sheet(plant.work(session, "import_asked"), order.id, report, refusal)
    return refusal or f"order={order.id}"


def _operator(actor: Actor, market_id: str) -> Actor:
    """Return an actor as the operator of one market, and nothing else."""
    only = (one for one in actor.grants if (one.role, one.market_id) == ("operator", market_id))
    return replace(actor, grants=tuple(only))
