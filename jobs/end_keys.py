"""End the report keys of who works with reports no more: the account is closed, or the role was taken.

The registry says who works here, the reports know only keys; no transaction holds both. So this job looks
again and again, and what a crash interrupts the next run does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlmodel import col, select

from jobs.running import Plant
from registry.audit.work import Grant, Work
from registry.calendar import legal_day
from registry.founding import job_actor
from registry.identifiers import new_id
from registry.offices.tables import Office
from registry.reports.leaving import is_last, without_role
from registry.reports.lifecycle import end_key, open_epochs, shut_out
from registry.reports.staff import Working, staff
from registry.reports.tables import HolderKey
from registry.reports.vault import Vault
from registry.reports.witness import HANDLER, Sides, Told, carry_out
from registry.store.engine import reading, writing

JOB = "end_keys"


def run(plant: Plant) -> str:
    """End what is to be ended, and say how much of it, and what waits because nobody else opens the reports.

    A key that alone opens an epoch stays until somebody else has a share: its holder can act nowhere, and
    with its shares the reports would be gone but for the recovery key. What comes later it does not open.
    """
    day = legal_day(plant.now())
    with plant.reports.reading(day) as vault:
        held = vault.session.exec(select(HolderKey).where(col(HolderKey.ended_on).is_(None))).all()
        with reading(plant.engine) as session:
            working = {code: staff(session, code) for code in {one.office_code for one in held}}
        left = [one for one in held if without_role(vault, one, working[one.office_code])]
        waiting = [one for one in left if is_last(vault, one, working[one.office_code])]
    ended = 0
    for one in left:
        if one not in waiting:
            ended += _end(plant, one, working[one.office_code])
    for one in waiting:
        _shut_out(plant, one, working[one.office_code])
    return f"ended={ended} waiting={len(waiting)}"


def _end(plant: Plant, holder: HolderKey, working: Working) -> bool:
    """End one key, in the name of this job, for its office."""
    sides = _sides(plant, holder.office_code)

    def do(vault: Vault) -> Told:
        return end_key(vault, sides.actor, holder.fingerprint, working)

    return carry_out(sides, f"{JOB} {holder.fingerprint}", do) is not None


def _shut_out(plant: Plant, holder: HolderKey, working: Working) -> None:
    """Follow the epochs in use that a key opens which must be kept, so that it opens nothing later."""
    sides = _sides(plant, holder.office_code)
    with sides.reading() as vault:
        if not open_epochs(vault, holder):
            return

    def do(vault: Vault) -> Told:
        return shut_out(vault, sides.actor, holder.fingerprint, working)

    carry_out(sides, new_id(), do)


def _sides(plant: Plant, office_code: str) -> Sides:
    with reading(plant.engine) as session:
        region = session.get_one(Office, office_code).region
    actor = replace(job_actor(JOB), office_code=office_code, grants=(Grant(HANDLER, region),))

    @contextmanager
    def working() -> Iterator[Work]:
        with writing(plant.engine) as session:
            yield Work(session, actor, plant.now(), plant.rulebook())

    day = legal_day(plant.now())
    return Sides(actor, working, partial(plant.reports.writing, day), partial(plant.reports.reading, day))
