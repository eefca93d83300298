"""What is owed to a reporter follows from legal days alone, by the law of the place and the day."""

from datetime import date

import pytest

from registry.reports.deadlines import Handling, dues
from registry.rulebook.periods import Pause
from tests import given

XINYANG, JINAN, HANGZHOU = "411502", "370102", "330102"


def owed(handling: Handling) -> dict[str, date | None]:
    return {one.rule: one.due_on for one in dues(given.rulebook(), handling, {})}


def test_a_report_is_verified_within_fifteen_working_days() -> None:
    assert owed(Handling(XINYANG, date(2025, 3, 3))) == {"report.verify": date(2025, 3, 24)}


@pytest.mark.parametrize(
    ("extended_on", "rule", "due_on"),
    [
        pytest.param(date(2025, 3, 24), "report.verify_extension", date(2025, 4, 15), id="on the last day"),
        pytest.param(date(2025, 3, 25), "report.verify", date(2025, 3, 24), id="a day too late"),
    ],
)
def test_only_an_extension_within_the_first_period_extends_it(
    extended_on: date, rule: str, due_on: date
) -> None:
    assert owed(Handling(XINYANG, date(2025, 3, 3), extended_on=extended_on)) == {rule: due_on}


def test_who_gave_a_name_is_told_of_the_decision_and_who_did_not_is_owed_no_telling() -> None:
    decided = Handling(XINYANG, date(2025, 3, 3), decided_on=date(2025, 3, 10))
    assert "report.told_filing" not in owed(decided)
    named = Handling(XINYANG, date(2025, 3, 3), decided_on=date(2025, 3, 10), real_name=True)
    assert owed(named)["report.told_filing"] == date(2025, 3, 17)


def test_shandong_decides_on_acceptance_in_three_working_days() -> None:
    assert owed(Handling(JINAN, date(2025, 3, 3)))["report.accept"] == date(2025, 3, 6)


def test_zhejiang_answers_in_ten_working_days_and_testing_is_not_counted() -> None:
    tested = (Pause(date(2025, 3, 5), date(2025, 3, 12)),)
    assert owed(Handling(HANGZHOU, date(2025, 3, 3)))["report.answer"] == date(2025, 3, 17)
    assert owed(Handling(HANGZHOU, date(2025, 3, 3), testing=tested)) == {
        "report.answer": date(2025, 3, 24),
        "report.verify": date(2025, 3, 24),
    }


def test_what_another_office_has_authority_for_is_owed_its_transfer_alone() -> None:
    elsewhere = Handling(HANGZHOU, date(2025, 3, 3), without_authority_on=date(2025, 3, 4))
    assert owed(elsewhere) == {"report.transfer": date(2025, 3, 6)}
    in_henan = Handling(XINYANG, date(2025, 3, 3), without_authority_on=date(2025, 3, 4))
    assert owed(in_henan) == {"report.transfer": None}


def test_offices_that_dispute_authority_agree_within_seven_working_days() -> None:
    disputed = Handling(XINYANG, date(2025, 3, 3), disputed_on=date(2025, 3, 5))
    assert owed(disputed)["report.jurisdiction"] == date(2025, 3, 14)


def test_from_order_121_on_the_figures_are_unknown_and_local_ones_stay() -> None:
    assert owed(Handling(XINYANG, date(2026, 4, 14))) == {"report.verify": date(2026, 5, 8)}
    assert owed(Handling(XINYANG, date(2026, 4, 15))) == {"report.verify": None}
    assert owed(Handling(JINAN, date(2026, 4, 15))) == {
        "report.accept": date(2026, 4, 20),
        "report.verify": None,
    }


def test_an_extension_that_begins_under_order_121_waits_for_its_figure() -> None:
    extended = Handling(XINYANG, date(2026, 4, 1), extended_on=date(2026, 4, 20))
    assert owed(extended) == {"report.verify_extension": None}
