"""What tells of plans can be trusted: it sees a table that is read whole, and none where an index answers."""

import pytest
from sqlalchemy import Engine, text

from registry.store.engine import reading, writing
from tests import given
from tests.store.plans import asked, pretend_many_rows, read_whole

OF_ONE = "SELECT pledge_id FROM pledge WHERE business_id = 'x'"


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A registry that seems to hold millions of pledges."""
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        for name in ("浉河区甲店", "浉河区乙店"):
            given.pledge(work, given.business(work, name))
    pretend_many_rows(engine)
    return engine


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(OF_ONE, id="by an index"),
        pytest.param("SELECT pledge_id FROM pledge ORDER BY pledge_id LIMIT 5", id="the first of an index"),
        pytest.param(
            "SELECT pledge_id FROM pledge WHERE pledge_id > 'x' ORDER BY pledge_id LIMIT 5",
            id="the next page",
        ),
    ],
)
def test_what_an_index_answers_reads_nothing_whole(filled: Engine, statement: str) -> None:
    assert read_whole(filled, (statement, None)) == set()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("SELECT pledge_id FROM pledge WHERE matter = 'fuel'", id="no index"),
        pytest.param("SELECT count(*) FROM pledge", id="counted"),
        pytest.param("SELECT pledge_id FROM pledge ORDER BY matter LIMIT 5", id="sorted before the page"),
        pytest.param("SELECT max(p.matter) FROM pledge AS p GROUP BY p.matter", id="by another name"),
        pytest.param(
            "SELECT id FROM business WHERE EXISTS (SELECT 1 FROM pledge WHERE matter = business.standing) "
            "AND id = 'x'",
            id="within",
        ),
    ],
)
def test_what_no_index_answers_reads_its_table_whole(filled: Engine, statement: str) -> None:
    assert read_whole(filled, (statement, None)) == {"pledge"}


def test_a_page_that_passes_over_rows_may_read_its_table_whole(postgres_engine: Engine) -> None:
    given.registry(postgres_engine)
    pretend_many_rows(postgres_engine)
    passing = "SELECT pledge_id FROM pledge WHERE matter = 'fuel' ORDER BY pledge_id LIMIT 5"
    assert read_whole(postgres_engine, (passing, None)) == {"pledge"}


def test_a_statement_whose_index_is_gone_reads_its_table_whole(filled: Engine) -> None:
    with writing(filled) as session:
        session.execute(text("DROP INDEX pledge_by_business"))
    assert read_whole(filled, (OF_ONE, None)) == {"pledge"}


def test_every_statement_is_taken_with_its_values(filled: Engine) -> None:
    with asked(filled) as statements, reading(filled) as session:
        session.execute(text("SELECT pledge_id FROM pledge WHERE business_id = :one"), {"one": "x"})
    taken = [one for one in statements if "pledge" in one[0]]
    assert len(taken) == 1
    assert read_whole(filled, taken[0]) == set()
