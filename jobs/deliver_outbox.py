"""Deliver the outbox: lists follow their facts, the index reads each subject again, editions get files.

Lists come first and wait for no server: an entry whose grounds have fallen is withdrawn, praise is
suspended against which a violation stands, and what may not be shown any more leaves what was
published. The index is durable before its rows are deleted, so a crash in between repeats the
delivery and never loses it; no write transaction is open while the index works.
"""

import logging

from jobs.running import Plant
from registry.calendar import legal_day
from registry.publication import files
from registry.publication.hiding import hide_unshown
from registry.publication.public_view import index_documents
from registry.publication.suspension import suspend_blemished
from registry.publication.withdrawal import withdraw_fallen
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.store.tables import Outbox
from search_index.documents import from_source
from search_index.protocol import IndexSilent
from search_index.rebuild import rebuild
from search_index.sync import sync

log = logging.getLogger("honest_metrology.jobs")

BATCH = 2000
MANY = 50_000  # subjects that are rather read at once, with all others, where the index holds no more
SERVER = "search server"


def run(plant: Plant) -> str:
    """Deliver all that is pending and return what was done, in words for the log."""
    documents = 0
    unfollowed = _backlog(plant, "lists")  # an idle registry opens no write transaction
    while unfollowed and _follow_facts(plant):
        pass
    waiting = _backlog(plant, "search")  # what was withdrawn is told to the index too
    if plant.patience.ready(SERVER, plant.now()):
        try:
            if waiting > max(MANY, plant.index.count()):
                documents += _deliver_all(plant)
            while waiting and (taken := _deliver_search(plant)):
                documents += taken
            _fill(plant)
            plant.patience.done(SERVER)
        except IndexSilent as silent:  # editions are built all the same
            log.warning("delivery to the search index waits: %s", silent)
            plant.patience.failed(SERVER, plant.now())
    built = build_files(plant)
    return f"documents={documents} editions={built}"


def _backlog(plant: Plant, consumer: str) -> int:
    with reading(plant.engine) as session:
        return outbox.backlog(session, consumer)


def _follow_facts(plant: Plant) -> int:
    """Bring the lists of one batch of subjects in line with their facts and return the number of its rows."""
    with writing(plant.engine) as session:
        rows = outbox.pending(session, "lists", BATCH)
        ids = list(dict.fromkeys(one for row in rows for one in row.subject_ids))
        if rows:
            work = plant.work(session, "deliver_outbox")
            withdraw_fallen(work, ids)
            suspend_blemished(work, plant.settings, ids)
            hide_unshown(work, ids)
            outbox.settle(session, rows)
        return len(rows)


def _deliver_all(plant: Plant) -> int:
    """Build the index anew where more waits than it holds, as after a large import; return its rows.

    What the outbox tells within the state that is read is in the documents that are read from it.
    """
    with reading(plant.engine) as session:
        told = outbox.numbers(session, "search")
        documents = index_documents(session, legal_day(plant.now()))
        rebuild(plant.index, (from_source(source) for source in documents))
    with writing(plant.engine) as session:
        outbox.settle_numbers(session, told)
    return len(told)


def _deliver_search(plant: Plant) -> int:
    """Bring one batch of subjects to the index and return the number of its rows."""
    with writing(plant.engine) as session:
        rows: list[Outbox] = list(outbox.pending(session, "search", BATCH))
        ids = list(dict.fromkeys(one for row in rows for one in row.subject_ids))
        if not rows:
            return 0
        session.expunge_all()
    _fill(plant)
    with reading(plant.engine) as session:
        today = legal_day(plant.now())
        sync(
            plant.index,
            lambda asked: (from_source(source) for source in index_documents(session, today, ids=asked)),
            ids,
        )
    with writing(plant.engine) as session:
        outbox.settle(session, rows)
    return len(rows)


def _fill(plant: Plant) -> None:
    """Build the index on a search server, which may come, or come back empty, at any time."""
    if plant.index.waits and plant.index.needs_rebuild:
        with reading(plant.engine) as session:
            documents = index_documents(session, legal_day(plant.now()))
            rebuild(plant.index, (from_source(source) for source in documents))


def build_files(plant: Plant) -> int:
    """Build the files of every edition whose present generation has none.

    Raises:
        ExceptionGroup: Some could not be built; they are left alone for a while, the others are built.
    """
    built, failures = 0, []
    with reading(plant.engine) as session:
        waiting = [one for one in files.pending_builds(session) if plant.patience.ready(one, plant.now())]
    for edition_id in waiting:
        try:
            files.build_files(plant.engine, plant.settings.data_dir, edition_id)
        except Exception as failure:  # told below, when the other editions have had their turn
            plant.patience.failed(edition_id, plant.now())
            failures.append(failure)
        else:
            plant.patience.done(edition_id)
            built += 1
    if failures:
        raise ExceptionGroup("the files of editions could not be built", failures)
    return built
