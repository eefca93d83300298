"""Offices are entered by an administrator; a past decision keeps the name of its day."""

from datetime import date

import pytest
from sqlalchemy import Engine

from registry.errors import Conflict, Forbidden, Malformed, NotFound
from registry.offices import commands, queries
from registry.offices.commands import AddOffice
from registry.store.engine import writing
from tests import given


def _office(**more: object) -> AddOffice:
    return AddOffice.model_validate(
        {
            "code": "AMR-37",
            "name": "山东省市场监督管理局",
            "region": "370000",
            "level": "province",
            "held_from_on": date(2018, 10, 1),
            **more,
        }
    )


def test_an_office_bears_the_name_of_the_day(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session, "admin")
        commands.add_office(work, _office(name="山东省质量技术监督局", held_from_on=date(2000, 1, 1)))
        commands.rename_office(work, "AMR-37", "山东省市场监督管理局", date(2018, 10, 1))
        assert queries.name_on(session, "AMR-37", date(2018, 9, 30)) == "山东省质量技术监督局"
        assert queries.name_on(session, "AMR-37", date(2018, 10, 1)) == "山东省市场监督管理局"
        assert queries.name_on(session, "AMR-37", date(1999, 12, 31)) is None


def test_an_office_is_entered_once_and_below_one_that_exists(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session, "admin")
        with pytest.raises(Conflict):
            commands.add_office(work, _office(code="AMR-41"))
        with pytest.raises(NotFound):
            commands.add_office(work, _office(superior_code="NONE"))
        with pytest.raises(Malformed):
            commands.add_office(work, _office(region="990000"))
        with pytest.raises(NotFound):
            commands.rename_office(work, "NONE", "名", date(2020, 1, 1))
        with pytest.raises(Malformed):
            commands.rename_office(work, "AMR-41", "名", date(2019, 1, 1))


def test_only_an_administrator_enters_offices(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session, pytest.raises(Forbidden):
        commands.add_office(given.work(session, "officer"), _office())
