"""Questions that a person keeps to ask again: the only writer of these rows."""

from collections.abc import Sequence

from pydantic import Field
from sqlmodel import Session, col, select

from registry.accounts.tables import SavedSearch
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, NotFound
from registry.identifiers import new_id
from registry.store.versions import one_writer


class SaveSearch(Command):
    """Keep a question under a name of one's own."""

    name: str = Field(min_length=1, max_length=40)
    q: str = Field(default="", max_length=200)
    region: str = Field(default="", pattern=r"^(\d{6})?$")


def searches_of(session: Session, person_id: str) -> Sequence[SavedSearch]:
    """Return the questions that a person keeps, by name."""
    query = select(SavedSearch).where(SavedSearch.person_id == person_id)
    return session.exec(query.order_by(col(SavedSearch.name))).all()


def save_search(work: Work, command: SaveSearch) -> str:
    """Keep a question of the actor and return its identifier.

    Raises:
        Conflict: The person keeps another under this name.
    """
    one_writer(work.session, "searches")
    person_id = work.actor.person_id
    if any(one.name == command.name for one in searches_of(work.session, person_id)):
        raise Conflict("search.name_taken", field="name", name=command.name)
    kept = SavedSearch(id=new_id(), person_id=person_id, recorded_at=work.now, **command.model_dump())
    work.session.add(kept)
    work.record("search.saved", Subject("search", kept.id))
    return kept.id


def forget_search(work: Work, search_id: str) -> None:
    """Forget a question that the actor kept.

    Raises:
        NotFound: The person keeps none of this identifier, whoever else does.
    """
    kept = work.session.get(SavedSearch, search_id)
    if kept is None or kept.person_id != work.actor.person_id:
        raise NotFound("search.unknown")
    work.session.delete(kept)
    work.record("search.forgotten", Subject("search", search_id))
