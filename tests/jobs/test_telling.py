"""How far a long command is stands among its messages, never in its answer."""

import io

import pytest

from jobs.telling import counting


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
