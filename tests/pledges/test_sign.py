"""A pledge is given on its whole text, by the business itself or before a witness, and has its paper."""

from datetime import date, timedelta
from io import BytesIO
from typing import get_args

import pikepdf
import pytest
from sqlalchemy import Engine

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.businesses.queries import current_version
from registry.documents.commands import content_of
from registry.documents.tables import Document, Paper
from registry.errors import Forbidden, Malformed, Refusal
from registry.pledges.queries import lapsing, pledge, pledges_of
from registry.pledges.rules import Matter
from registry.pledges.signing import FileSigned, SignPledge, file_signed, sign_pledge, sticker, text_of
from registry.settings import Settings
from registry.store.engine import reading, writing
from tests import given

SCAN = b"%PDF-1.7 signed by hand"


@pytest.fixture
def stall(engine: Engine) -> str:
    """A stall of a market; `merchant` speaks for it and `operator` organises the market."""
    given.registry(engine)
    with writing(engine) as session:
        it = given.business(given.work(session), "王记摊", market="浉河区集贸市场", stall="8")
        known = current_version(session, it)
        assert known is not None
        for name, of in (("merchant", {"business_id": it}), ("operator", {"market_id": known.market_id})):
            grant = GrantRole.model_validate({"role": name, "region": given.TOWN, **of})
            accounts.add_account(
                given.work(session, "admin"),
                AddAccount(name=name, person_name=name, office_code="AMR-411502", grants=(grant,)),
            )
    return it


def _stated(business_id: str, **more: object) -> SignPledge:
    stated = {"matter": "retail_weighing", "signed_by": "王大年", "agreed": True, **more}
    return SignPledge.model_validate({"business_id": business_id, **stated})


def test_a_merchant_pledges_for_itself_and_has_the_numbered_paper_of_the_day(
    engine: Engine, settings: Settings, stall: str
) -> None:
    with writing(engine) as session:
        made = sign_pledge(given.work(session, "merchant"), settings, _stated(stall))
    assert made.paper is not None
    assert made.paper.number == "信浉市监信诺〔2026〕1号"
    with reading(engine) as session:
        it = pledge(session, str(made.id))
        assert it is not None
        assert (it.pledged_on, it.valid_through) == (given.TODAY, date(2028, 11, 20))
        assert it.document_id == made.paper.document_id
        assert session.get_one(Document, it.document_id).kind == "pledge"
        assert session.get_one(Paper, it.document_id).case_id == it.pledge_id
        assert content_of(session, settings.data_dir, it.document_id).startswith(b"%PDF-")
        assert sticker(given.work(session, "merchant"), settings, it).startswith(b"%PDF-")


def test_every_pledge_stands_on_one_sheet_with_its_code(
    engine: Engine, settings: Settings, stall: str
) -> None:
    for matter in get_args(Matter):
        with writing(engine) as session:
            by = given.work(session, "operator")
            made = sign_pledge(by, settings, _stated(stall, matter=matter, witness="张三"))
            content = content_of(session, settings.data_dir, str(made.paper and made.paper.document_id))
        with pikepdf.open(BytesIO(content)) as sheet:
            assert len(sheet.pages) == 1, matter


def test_the_same_pledge_of_a_day_is_given_once(engine: Engine, settings: Settings, stall: str) -> None:
    for expected in ("created", "unchanged"):
        with writing(engine) as session:
            assert sign_pledge(given.work(session, "merchant"), settings, _stated(stall)).what == expected
    with reading(engine) as session:
        assert len(pledges_of(session, stall)) == 1


@pytest.mark.parametrize(
    ("account", "more", "refusal"),
    [
        ("merchant", {"agreed": False}, Malformed),
        ("operator", {}, Malformed),
        ("officer", {}, Malformed),
        ("approver", {"witness": "张三"}, Forbidden),
    ],
    ids=["not agreed to", "no witness at the operator's", "no witness at the office", "no right at all"],
)
def test_a_pledge_is_refused_unless_agreed_to_and_witnessed_where_another_takes_it(
    engine: Engine,
    settings: Settings,
    stall: str,
    *,
    account: str,
    more: dict[str, object],
    refusal: type[Refusal],
) -> None:
    with writing(engine) as session, pytest.raises(refusal):
        sign_pledge(given.work(session, account), settings, _stated(stall, **more))
    with writing(engine) as session:  # and what was refused left no number
        made = sign_pledge(given.work(session, "operator"), settings, _stated(stall, witness="张三"))
        assert made.paper is not None
        assert made.paper.number.endswith("1号")


def test_nobody_pledges_for_a_business_of_elsewhere(engine: Engine, settings: Settings, stall: str) -> None:
    with writing(engine) as session:
        other = given.business(given.work(session), "信阳市李记水产店有限公司")
    for account in ("merchant", "operator"):
        with writing(engine) as session, pytest.raises(Forbidden):
            sign_pledge(given.work(session, account), settings, _stated(other, witness="张三"))


def test_what_was_signed_by_hand_is_filed_with_its_scan_and_holds_from_its_own_day(
    engine: Engine, settings: Settings, stall: str
) -> None:
    signed_on = given.TODAY - timedelta(days=3)
    stated = {"business_id": stall, "matter": "fuel", "pledged_on": signed_on}
    with writing(engine) as session, pytest.raises(Malformed):
        file_signed(given.work(session, "operator"), settings, FileSigned(**stated, content=b"no paper"))
    with writing(engine) as session:
        made = file_signed(given.work(session, "operator"), settings, FileSigned(**stated, content=SCAN))
    with reading(engine) as session:
        it = pledge(session, str(made.id))
        assert it is not None
        assert (it.pledged_on, it.valid_through) == (signed_on, date(2028, 11, 17))
        assert content_of(session, settings.data_dir, str(it.document_id)) == SCAN


def test_every_pledge_begins_with_the_articles_of_all(engine: Engine) -> None:
    _, general = text_of(given.rulebook(), "honest_metrology", given.TOWN, given.TODAY)
    _, own = text_of(given.rulebook(), "fuel", given.TOWN, given.TODAY)
    assert own[: len(general)] == general
    assert len(own) == len(general) + 1


def test_a_pledge_that_was_given_anew_no_longer_runs_out(
    engine: Engine, settings: Settings, stall: str
) -> None:
    with writing(engine) as session:
        given.pledge(given.work(session), stall, pledged_on="2024-12-01", valid_through="2026-12-01")
    soon = given.TODAY + timedelta(days=30)
    with reading(engine) as session:
        assert len(lapsing(pledges_of(session, stall), soon)) == 1
    with writing(engine) as session:
        sign_pledge(given.work(session, "merchant"), settings, _stated(stall))
    with reading(engine) as session:
        assert lapsing(pledges_of(session, stall), soon) == []
