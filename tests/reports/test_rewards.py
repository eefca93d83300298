"""A reward is claimed in the thread, calculated at the desk and paid against the code; nobody asks who."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from api.intake.routes import claim_note
from jobs import take_claims
from jobs.running import Plant
from registry.identifiers import new_id
from registry.reports import claims, codes, thread, visits
from registry.reports.vault import sheet_key
from registry.rewards.commands import TakeClaim, take_claim, waive_unclaimed
from registry.rewards.policy import PAYMENTS_TRIED_A_DAY
from registry.rewards.sheets import sheet_of
from registry.rewards.tables import Reward, RewardShare
from registry.store.engine import reading, writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.desk.conftest import Browser, Town, give_passwords
from tests.reports.office import Office
from tests.reports.sending import sent
from tests.reports.site import OFFICE, PEPPER
from tests.reports.test_desk import town, unlocked
from tests.reports.test_handling import said

__all__ = ["town"]

WORD = "青山绿水"
AT = "/desk/reports/rewards"
STATED = {
    "case_on": "2026-11-20",
    "party": "organisation",
    "fine_fen": "0",
    "confiscated_fen": "0",
    "crime": "true",
    "clue": "details",
    "proof": "direct",
    "match": "fully",
    "grave": "true",
}


def claimed(office: Office) -> tuple[str, codes.Derived, str]:
    """Let a report arrive whose reporter claims a reward; return it, the reporter and the code."""
    code = codes.draw()
    with office.site.vault() as vault:
        report, reporter = sent(vault, code)
        found, key = thread.visit(vault, reporter)
        visits.claim_reward(vault, found, key, claim_note(WORD, "写信"))
        return report.id, reporter, code


def post(browser: Browser, page: str, address: str, **fields: object) -> int:
    """Send a form of a page, and return the status of the answer."""
    browser.open(page)
    browser.last = browser.send(address, fields)
    return int(browser.last.status_code)


def state(office: Office, report_id: str) -> str:
    with reading(office.registry) as session:
        return session.get_one(RewardShare, report_id).state


def awaited(browser: Browser, reward_id: str, act: str, *, others: tuple[Browser, ...]) -> None:
    """Hold that the first page of one person, and of no other, names a reward and what is to be done."""
    named = f"奖励 {reward_id[:8]}"
    assert f"{named} {act}" in " ".join(browser.open("/desk").words.split())
    for other in others:
        assert named not in other.open("/desk").words


def claims_taken(office: Office, town: Town) -> str:
    """Let the job bring the claims to the rewards."""
    index = EmbeddedIndex.open(town.settings.data_dir / "index", write=False)
    plant = Plant(town.settings, office.registry, index, lambda: town.clock[0], given.rulebook)
    try:
        return take_claims.run(plant)
    finally:
        plant.reports.engine.dispose()
        index.close()


def test_a_claim_leads_from_the_thread_over_the_desk_to_a_payment_against_the_code(
    office: Office, town: Town
) -> None:
    report_id, reporter, code = claimed(office)
    give_passwords(office.registry, "approver")
    li, approver, zhao = unlocked(town, "li"), town.at_desk("approver"), town.at_desk("zhao")
    li.open(AT)
    assert li.last is not None
    assert f"{AT}/new?report={report_id}" in li.last.text
    new = f"{AT}/new?report={report_id}"
    share = {"shares.0.report_id": report_id, "shares.0.percent": "100"}
    assert post(li, new, AT, **{**STATED, **share, "fine_fen": "一元"}) == 422
    assert post(li, new, AT, **STATED, **share) == 303, li.last.text
    with reading(office.registry) as session:
        row = session.exec(select(Reward)).one()
    taken = li.client.get(f"{AT}/export/rewards.csv")
    assert f"{row.id[:8]}," in taken.text
    assert report_id not in taken.text
    one = f"{AT}/{row.id}"
    awaited(approver, row.id, "决定是否奖励", others=(li, zhao))
    assert post(approver, one, f"{one}/decision", expected_version=str(row.version), approved="true") == 303
    awaited(li, row.id, "在往来消息里告知举报人", others=(approver, zhao))
    assert post(li, one, f"{one}/telling", report_id=report_id) == 303, li.last.text
    told = said(office, reporter)[-1][1]
    sheet = sheet_of(sheet_key(PEPPER), row)
    assert claims.yuan(sheet.total_fen) in told
    assert sheet.lines[0].source in told
    steps = [line.partition("：")[0] for line in told.splitlines() if "元（" in line]
    assert len(steps) > 2
    assert len(set(steps)) == len(steps)  # each line says which step of the calculation it is
    assert state(office, report_id) == "told"
    assert claims_taken(office, town) == "claimed=1 waived=0"
    awaited(zhao, row.id, "凭查询码和口令发放", others=(approver, li))
    pay = {"report_id": report_id, "code": codes.written(code), "word": WORD}
    another = claimed(office)[2]
    nobodys = codes.written(codes.draw())
    wrongs = ({"word": "别的口令"}, {"word": "x"}, {"code": codes.written(another)}, {"code": "1"})
    assert post(zhao, one, f"{one}/payment", **{**pay, "word": ""}) == 422  # which is no try
    answers = []
    for wrong in (*wrongs, {"code": nobodys}):
        assert post(zhao, one, f"{one}/payment", **{**pay, **wrong}) == 422, wrong
        assert zhao.last is not None
        assert code not in zhao.last.text.replace(" ", "")
        answers.append(re.sub(r'name="key" value="[^"]*"', "", zhao.last.text))
    assert len(set(answers)) == 1  # a slip, another report's code, one of nobody's, the word: all the same
    assert post(zhao, one, f"{one}/payment", **pay) == 422  # today it was tried often enough
    assert len(office.audit("reward.payment_tried")) == PAYMENTS_TRIED_A_DAY
    assert state(office, report_id) == "claimed"
    town.clock[0] += timedelta(days=1)
    zhao = town.at_desk("zhao")
    assert post(zhao, one, f"{one}/payment", **pay) == 303
    assert state(office, report_id) == "paid"
    names = repr([entry.detail for entry in office.audit("reward.claimed", "reward.paid", "reward.told")])
    assert report_id not in names


def test_a_claim_counts_from_its_own_day_and_one_that_came_too_late_is_waived(office: Office) -> None:
    for told_on, claimed_on, taken in (
        (date(2026, 9, 1), date(2026, 9, 2), True),
        (date(2026, 9, 1), date(2026, 8, 1), True),  # before it was told: from that day on
        (date(2026, 9, 1), date(2026, 11, 20), False),
    ):
        with writing(office.registry) as session:
            work = given.work(session, "national")
            share = reward_told(session, told_on)
            command = TakeClaim(report_id=share, claimed_on=claimed_on)
            assert take_claim(work, command) is taken, claimed_on
            assert waive_unclaimed(work) == (not taken)


def test_no_claim_is_waived_because_it_could_not_be_taken_on_its_last_morning(
    office: Office, town: Town
) -> None:
    report_id, _, _ = claimed(office)  # on 22 November: the last day is the 23rd
    told_on = date(2026, 10, 12)
    with writing(office.registry) as session:
        reward_told(session, told_on, report_id)
        unclaimed = reward_told(session, told_on)
    town.clock[0] += timedelta(days=2)

    def cut(_connection: object, _cursor: object, _statement: str, parameters: object, *_: object) -> None:
        if "waived" in str(parameters):
            raise KeyboardInterrupt

    event.listen(office.registry, "before_cursor_execute", cut)
    with pytest.raises(KeyboardInterrupt):  # killed after the claim was taken, before anything is waived
        claims_taken(office, town)
    assert (state(office, report_id), state(office, unclaimed)) == ("told", "told")
    event.remove(office.registry, "before_cursor_execute", cut)
    with office.site.engine.begin() as connection:
        connection.execute(text("ALTER TABLE report RENAME TO elsewhere"))
    with pytest.raises(DBAPIError):  # the claims cannot be read this morning
        claims_taken(office, town)
    assert (state(office, report_id), state(office, unclaimed)) == ("told", "told")
    with office.site.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO report"))
    assert claims_taken(office, town) == "claimed=1 waived=1"
    assert (state(office, report_id), state(office, unclaimed)) == ("claimed", "waived")


def reward_told(session: Session, told_on: date, report_id: str = "") -> str:
    """Write down a reward of which a reporter was told, and return the report."""
    reward_id, report_id = new_id(), report_id or new_id()
    person = given.actor(session, "officer").person_id
    session.add(
        Reward(
            id=reward_id, version=1, office_code=OFFICE, region=given.TOWN, state="settled", level=1,
            sealed_sheet=b"", consent=[], proposed_by_person=person, proposed_on=told_on,
            rulebook_hash=given.rulebook().hash, recorded_at=given.NOW,
        )
    )  # fmt: skip
    session.flush()
    session.add(
        RewardShare(
            report_id=report_id, reward_id=reward_id, share_bp=10_000, state="told", told_on=told_on,
        )
    )  # fmt: skip
    session.flush()
    return report_id
