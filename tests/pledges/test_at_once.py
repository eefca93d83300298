"""Two officers who file the same pledge at the same moment file one pledge."""

import threading

from sqlalchemy import Engine

from registry.pledges import commands, queries
from registry.pledges.commands import FilePledge
from registry.store.engine import reading, writing
from tests import given


def test_the_same_pledge_filed_by_two_at_once_is_one(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        business_id = given.business(given.work(session))
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def file() -> None:
        command = FilePledge(business_id=business_id, matter="fuel", pledged_on="2026-03-15")
        ready.wait()
        with writing(engine) as session:
            outcomes.append(commands.file_pledge(given.work(session), command).what)

    officers = [threading.Thread(target=file) for _ in range(2)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    assert sorted(outcomes) == ["created", "unchanged"]
    with reading(engine) as session:
        assert len(queries.pledges_of(session, business_id)) == 1
