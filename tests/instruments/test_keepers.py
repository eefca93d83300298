"""Who keeps the register: an operator that of the own market alone, a verification body what it verified."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount
from registry.accounts.tables import AccountGrant
from registry.businesses.tables import Market
from registry.errors import Forbidden
from registry.instruments import commands, verifying
from registry.instruments.forms import AnnulVerification, RegisterInstrument, RetireInstrument
from registry.store.engine import writing
from tests import given
from tests.imports.reading import imported, table

MARKET = "东方红农贸市场"


@pytest.fixture
def stalls(engine: Engine) -> dict[str, str]:
    """A stall in the market of an operator, one in another market, and a verification body."""
    given.registry(engine)
    with writing(engine) as session:
        admin, work = given.work(session, "admin"), given.work(session)
        made = {
            "ours": given.business(work, "王记鲜肉店", market=MARKET, stall="A-1"),
            "theirs": given.business(work, "李记水产店", market="西关市场", stall="A-1"),
        }
        for name in ("operator", "verifier"):
            accounts.add_account(admin, AddAccount(name=name, person_name=name, office_code="AMR-411502"))
        market_id = session.exec(select(Market.id).where(col(Market.name) == MARKET)).one()
        session.add(
            AccountGrant(account_name="operator", role="operator", region="411502", market_id=market_id)
        )
        session.add(AccountGrant(account_name="verifier", role="verifier", region="411502"))
    return made


def _register(session: Session, account: str, business_id: str, serial_no: str = "1") -> str:
    stated = RegisterInstrument(
        business_id=business_id, kind="price_computing_scale", maker="厂", serial_no=serial_no
    )
    made = commands.register_instrument(given.work(session, account), stated).id
    assert made is not None
    return made


def test_an_operator_keeps_the_instruments_of_the_own_market_and_no_other(
    engine: Engine, stalls: dict[str, str]
) -> None:
    with writing(engine) as session:
        scale = _register(session, "operator", stalls["ours"])
        by = given.work(session, "operator")
        verifying.record_verification(by, given.stated_verification(scale))
        retire = RetireInstrument(
            instrument_id=scale, expected_version=1, retired_on=given.TODAY, reason="报废"
        )
        assert commands.retire_instrument(by, retire).what == "changed"
    with writing(engine) as session, pytest.raises(Forbidden):
        _register(session, "operator", stalls["theirs"], "2")


def test_a_verification_body_records_what_it_verified_and_registers_nothing(
    engine: Engine, stalls: dict[str, str]
) -> None:
    with writing(engine) as session:
        scale = _register(session, "officer", stalls["theirs"])
    with writing(engine) as session:
        by = given.work(session, "verifier")
        assert verifying.record_verification(by, given.stated_verification(scale)).what == "created"
    with writing(engine) as session, pytest.raises(Forbidden):
        _register(session, "verifier", stalls["theirs"], "2")


def test_only_an_officer_annuls(engine: Engine, stalls: dict[str, str]) -> None:
    with writing(engine) as session:
        scale = _register(session, "operator", stalls["ours"])
        made = verifying.record_verification(
            given.work(session, "operator"), given.stated_verification(scale)
        ).id
    assert made is not None
    annul = AnnulVerification(
        verification_id=made, expected_version=1, annulled_on=given.TODAY, reason="误录"
    )
    for account in ("operator", "verifier"):
        with writing(engine) as session, pytest.raises(Forbidden):
            verifying.annul_verification(given.work(session, account), annul)
    with writing(engine) as session:
        assert verifying.annul_verification(given.work(session, "officer"), annul).what == "changed"


def test_the_file_of_an_operator_is_taken_row_by_row_within_the_market(
    engine: Engine, stalls: dict[str, str], tmp_path: Path
) -> None:
    rows = f"市场,摊位号,器具种类,制造单位,出厂编号\n{MARKET},A-1,电子秤,厂,1\n西关市场,A-1,电子秤,厂,2\n"
    report = imported(engine, "instruments", table(tmp_path, rows), "operator")
    assert report.created == 1
    assert [(error.number, error.refusal.code) for error in report.refused] == [(3, "market.not_own")]
