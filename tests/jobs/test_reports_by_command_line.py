"""The life of keys on the command line: from nothing to an office that takes reports, and back by paper."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jobs.cli import cli
from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from tests import given

OFFICE = ("SAMR", "000000")
PEOPLE = {"li": "report_handler", "wang": "report_handler", "zhao": "custodian", "qian": "custodian"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """A founded registry with two handlers and two custodians, and its command line."""
    monkeypatch.setenv("HM_DATA_DIR", str(tmp_path))

    def ran(*words: str, said: str = "", exit_code: int = 0) -> str:
        result: Result = CliRunner().invoke(cli, list(words), input=said)
        assert result.exit_code == exit_code, (words, result.output, result.exception)
        return result.output

    ran("init")
    engine = open_engine(read_settings().database)
    with writing(engine) as session:
        admin = given.work(session, "admin")
        for name, role in PEOPLE.items():
            grant = GrantRole(role=role, region=OFFICE[1])  # type: ignore[arg-type]
            add_account(
                admin, AddAccount(name=name, person_name=name, office_code=OFFICE[0], grants=(grant,))
            )
    engine.dispose()
    return ran


def test_an_office_comes_to_take_reports_by_the_command_line(run: Callable[..., str]) -> None:
    assert "closed: recovery, intake, custody" in run("reports", "status", "--as", "li", exit_code=1)
    made = run("reports", "recovery", "make", "--as", "zhao")
    shares = [line.partition(": ")[2] for line in made.splitlines()]
    run("reports", "recovery", "confirm", "--as", "qian", said=f"{shares[0]}\n{shares[2]}\n")
    marks = {}
    for name in PEOPLE:
        phrase = f"long enough passphrase of {name}"
        marks[name] = run("reports", "key", "make", "--as", name, said=f"{phrase}\n{phrase}\n").split()[-1]
    run("reports", "epoch", "open", "intake", marks["li"], marks["wang"], "--as", "li")
    run("reports", "epoch", "open", "custody", marks["zhao"], marks["qian"], "--as", "zhao")
    run("reports", "epoch", "confirm", "intake", "--as", "qian")
    run("reports", "epoch", "confirm", "custody", "--as", "li")
    for name in PEOPLE:
        run("reports", "key", "try", "--as", name, said=f"long enough passphrase of {name}\n")
    assert "takes reports" in run("reports", "status", "--as", "li")
    assert run("reports", "share", "list", "--as", "li").count(" confirmed") == len(PEOPLE)
    run("reports", "holder", "end", marks["wang"], "--as", "li")
    assert "closed: intake" in run("reports", "status", "--as", "li", exit_code=1)
