"""Pledges at the desks of merchant and operator: read in full, given, printed, renewed before they end."""

import pytest

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.businesses.queries import current_version
from registry.pledges.queries import pledges_of
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import Town, give_passwords
from tests.desk.leading import FILE, Desk, merchant_of


@pytest.fixture
def market(town: Town) -> tuple[Desk, str, str]:
    """A market of `operator`, and its stall, for which `merchant` speaks, whose pledge runs out."""
    with writing(town.engine) as session:
        by = given.work(session)
        stall = given.business(by, "王记摊", market="浉河区集贸市场", stall="8")
        given.pledge(by, stall, pledged_on="2024-12-01", valid_through="2026-12-01")
        scale = given.instrument(by, stall)
        given.verification(by, scale, verified_on="2025-12-05", valid_through="2026-12-04")
        known = current_version(session, stall)
        assert known is not None
        grant = GrantRole(role="operator", region=given.TOWN, market_id=str(known.market_id))
        accounts.add_account(
            given.work(session, "admin"),
            AddAccount(name="operator", person_name="operator", office_code="AMR-411502", grants=(grant,)),
        )
        market_id = str(known.market_id)
    give_passwords(town.engine, "operator")
    merchant_of(town, "merchant", stall)
    return Desk(town, {}), market_id, stall


def test_a_merchant_reads_the_whole_pledge_gives_it_and_prints_paper_and_sticker(
    town: Town, market: tuple[Desk, str, str]
) -> None:
    desk, _, stall = market
    at = f"/desk/own/businesses/{stall}/pledge"
    merchant = desk.of("merchant")
    assert "请续签" in merchant.open("/desk").words
    page = merchant.open(f"{at}?matter=retail_weighing").words
    assert "不破坏检定封印" in page
    assert "公平秤" in page
    bare = desk.send("merchant", at, {"matter": "retail_weighing", "signed_by": "王大年"})
    assert bare.status_code == 422
    assert 'id="agreed-fault"' in bare.text
    assert "王大年" in bare.text
    given_ = {"matter": "retail_weighing", "signed_by": "王大年", "agreed": "true"}
    assert desk.send("merchant", at, given_).status_code == 303
    with reading(town.engine) as session:
        newest = pledges_of(session, stall)[0]
    assert newest.pledged_on == given.TODAY
    for address in (
        f"/desk/own/pledges/{newest.pledge_id}/sticker",
        f"/desk/own/papers/{newest.document_id}",
    ):
        assert merchant.client.get(address).content.startswith(b"%PDF-")
    assert "请续签" not in merchant.open("/desk").words


def test_an_operator_sees_what_runs_out_with_days_and_takes_the_pledge_before_a_witness(
    town: Town, market: tuple[Desk, str, str]
) -> None:
    desk, market_id, stall = market
    operator = desk.of("operator")
    assert "到期" in operator.open("/desk").words
    page = operator.open(f"/desk/markets/{market_id}/expiring?ahead=30").words
    assert "11 天" in page
    assert "14 天" in page
    at = f"/desk/markets/{market_id}/stalls/{stall}/pledge"
    said = {"matter": "retail_weighing", "signed_by": "王大年", "agreed": "true"}
    unseen = desk.send("operator", at, said)
    assert unseen.status_code == 422
    assert 'id="witness-fault"' in unseen.text
    assert desk.send("operator", at, {**said, "witness": "张管理员"}).status_code == 303
    with reading(town.engine) as session:
        newest = pledges_of(session, stall)[0]
    assert newest.pledged_on == given.TODAY
    for sheet in ("sticker", "paper"):
        printed = operator.client.get(f"/desk/markets/{market_id}/pledges/{newest.pledge_id}/{sheet}")
        assert printed.content.startswith(b"%PDF-")
    page = operator.open(f"/desk/markets/{market_id}/expiring?ahead=30").words
    assert "11 天" not in page


def test_an_operator_prints_an_empty_pledge_and_files_it_signed(
    town: Town, market: tuple[Desk, str, str]
) -> None:
    desk, market_id, stall = market
    at = f"/desk/markets/{market_id}/stalls/{stall}/pledge"
    empty = desk.of("operator").client.get(f"{at}/blank?matter=fuel")
    assert empty.content.startswith(b"%PDF-")
    said = {"matter": "fuel", "pledged_on": "2026-11-18"}
    desk.of("operator").open(at)
    assert desk.of("operator").send(f"{at}/paper", said).status_code == 422
    answer = desk.send("operator", at, said, to=f"{at}/paper", files={"paper": FILE})
    assert answer.status_code == 303, answer.text
    with reading(town.engine) as session:
        filed = [one for one in pledges_of(session, stall) if one.matter == "fuel"]
    assert [one.pledged_on.isoformat() for one in filed if one.pledged_on] == ["2026-11-18"]


def test_stalls_of_elsewhere_and_other_businesses_answer_as_ones_that_are_not(
    town: Town, market: tuple[Desk, str, str]
) -> None:
    desk, market_id, stall = market
    with writing(town.engine) as session:
        other = given.business(given.work(session), "李记摊", market="平桥集贸市场", stall="1")
        pledge = given.pledge(given.work(session), other)
        known = current_version(session, other)
    assert known is not None
    for address in (
        f"/desk/markets/{market_id}/stalls/{other}/pledge",
        f"/desk/markets/{known.market_id}/stalls/{other}/pledge",
        f"/desk/markets/{known.market_id}/expiring",
        f"/desk/markets/{market_id}/pledges/{pledge}/sticker",
    ):
        desk.of("operator").open(address, 404)
    for address in (f"/desk/own/businesses/{other}/pledge", f"/desk/own/pledges/{pledge}/sticker"):
        desk.of("merchant").open(address, 404)
    desk.of("merchant").open(f"/desk/own/businesses/{stall}/pledge")
    said = {"matter": "fuel", "signed_by": "x", "agreed": "true"}
    assert desk.of("merchant").send(f"/desk/own/businesses/{other}/pledge", said).status_code == 404
