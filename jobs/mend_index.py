"""Bring to the search index what changed by the calendar alone: terms that ended or began by themselves.

It compares the whole index with the database, so it also finds what an accident left different. The
delivery then mends it: one writer of the index at a time, who reads each business as it then is.
"""

from jobs.running import Plant
from registry.calendar import legal_day
from registry.publication.public_view import index_documents
from registry.store import outbox
from registry.store.engine import reading, writing
from search_index.check import compare
from search_index.documents import from_source


def run(plant: Plant) -> str:
    """Send every business that differs to the delivery and return how many, in words for the log."""
    with reading(plant.engine) as session:
        documents = index_documents(session, legal_day(plant.now()))
        differing = compare(plant.index, (from_source(source) for source in documents)).ids
    if differing:
        with writing(plant.engine) as session:
            outbox.enqueue(session, "index.differs", differing, plant.now())
    return f"differing={len(differing)}"
