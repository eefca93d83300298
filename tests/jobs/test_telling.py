"""How far a long command is stands among its messages, never in its answer."""

import io

import pytest

from jobs.telling import counted, counting


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self) -> bool:
        """Say that somebody does."""
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_to_who_looks_at_the_messages_and_never_in_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool
) -> None:
    messages = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", messages)
    with counting("score") as tell:
        tell("facts", 5)
        tell("facts", 7)
    assert capsys.readouterr().out == ""
    assert ("facts" in messages.getvalue()) == terminal


def test_what_is_counted_is_passed_on_whole_and_told_to_the_last() -> None:
    told: list[tuple[str, int]] = []
    passed = list(counted(lambda step, done: told.append((step, done)), "rows", range(2_500)))
    assert passed == list(range(2_500))
    assert told == [("rows", 1_000), ("rows", 2_000), ("rows", 2_500)]
    assert list(counted(lambda step, done: told.append((step, done)), "none", ())) == []
    assert told[-1] == ("none", 0)
