"""Two who act upon the same thing at once: one of them does, the others are told, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.conftest import Town
from tests.api.test_versions import CHANGES, Change, Facts, facts

__all__ = ["facts"]

AT_ONCE = 6
# who may do the same, beside the one of the table
ALSO = {"officer": "colleague", "approver": "national-approver", "national": "national"}


@pytest.mark.parametrize("change", CHANGES, ids=[f"{kind}-{act}" for kind, act, *_ in CHANGES])
def test_of_many_who_act_upon_one_version_at_once_one_does(town: Town, facts: Facts, change: Change) -> None:
    kind, act, account, said = change
    path = f"/api/v1/{kind}/{facts[kind]}"
    body = {"expected_version": town.get(path, account).json()["version"], **said(town)}
    people = (account, ALSO[account])

    def send(number: int) -> int:
        key = f"at once {number}"
        return town.post(f"{path}/{act}", body, people[number % 2], key=key).status_code

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert sorted(threads.map(send, range(AT_ONCE))) == [201] + [409] * (AT_ONCE - 1)
    assert town.get(path, account).json()["version"] == body["expected_version"] + 1
