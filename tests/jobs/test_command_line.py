"""The command line: what it answers, how it ends, and that it never shows a traceback."""

import csv
import io
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from pyrage.x25519 import Identity
from sqlmodel import select

from jobs import cli, process, sign_checkpoint
from registry.businesses.tables import Business
from registry.calendar import legal_day
from registry.publication.verify import verify_edition
from registry.settings import read_settings
from registry.store.engine import open_engine, reading
from search_index.embedded import EmbeddedIndex

ROOT = Path(__file__).parents[2]

BUSINESSES = """name,region,kind,sector
浉河区李记水产店,411502,enterprise,market_stall
浉河区王记粮店,411502,enterprise,shop_supermarket
"""
WITH_A_BAD_ROW = BUSINESSES + "浉河区赵记布店,999999,enterprise,shop_supermarket\n"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self) -> bool:
        """Say that somebody does."""
        return True


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below a group, with the words that call it."""
    for name, found in group.commands.items():
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, *path, name)


EVERY = dict(commands(cli.cli))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path) -> Run:
    """Call the command line in a folder of its own."""
    monkeypatch.setenv("HM_DATA_DIR", str(data_dir))
    monkeypatch.delenv("HM_DATABASE_URL", raising=False)

    def ran(*words: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["honest-metrology", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(str(ended.code))
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return ran


@pytest.fixture
def founded(run: Run) -> Run:
    """The command line of a founded registry with an officer, wang."""
    assert run("init").code == 0
    added = run(
        "account", "add", "wang", "王某", "--office", "SAMR", "--grant", "officer:000000", "--as", "admin"
    )
    assert added == (0, "wang\n", "")
    return run


@pytest.fixture
def merchants(tmp_path: Path) -> Path:
    path = tmp_path / "merchants.csv"
    path.write_text(BUSINESSES, encoding="utf-8")
    return path


def refused_in_words(ended: Ended) -> bool:
    """Say whether a command could not run and told so in Chinese and in English."""
    assert "Traceback" not in ended.err
    return ended.code == 2 and bool(
        re.search("[\u4e00-\u9fff]", ended.err) and re.search("[a-z]{3}", ended.err)
    )


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_helps(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.code == 0
    assert "Usage:" in ended.out
    assert EVERY[words].help, "a command says what it does"


def test_every_command_stands_in_the_documents() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    )
    asked = [words for words, one in EVERY.items() if getattr(one, "invoke_without_command", True)]
    missing = [" ".join(words) for words in asked if f"`{' '.join(words)}`" not in text]
    assert missing == []


def test_an_unknown_command_or_option_could_not_run(run: Run) -> None:
    assert refused_in_words(run("nonsense"))
    assert refused_in_words(run("score", "--nonsense"))
    assert refused_in_words(run("import", "nonsense", "-", "--as", "wang"))


def test_init_twice_founds_once(run: Run) -> None:
    assert "founded" in run("init").out
    again = run("init")
    assert again.code == 0
    assert "founded" not in again.out


def test_an_office_of_no_region_founds_nothing(run: Run) -> None:
    assert refused_in_words(run("init", "--region", "999999"))
    assert "founded" in run("init").out


@pytest.mark.parametrize(
    "words",
    [
        ("score",),
        ("score", "explain", "nobody"),
        ("publish", "henan_black", "--as", "wang"),
        ("index", "check"),
        ("index", "rebuild"),
        ("account", "add", "li", "李某", "--office", "SAMR", "--as", "admin"),
        ("import", "cases", "-", "--as", "wang"),
        ("serve",),
    ],
    ids=" ".join,
)
def test_without_a_registry_a_command_says_how_to_begin_and_makes_none(
    run: Run, data_dir: Path, words: tuple[str, ...]
) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert "honest-metrology init" in ended.err
    assert not (data_dir / "registry.sqlite3").exists()


def test_a_database_that_does_not_answer_is_told_in_a_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HM_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    ended = run("score")
    assert refused_in_words(ended)
    assert "does not answer" in ended.err


def test_a_missing_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HM_DATA_DIR")
    ended = run("score")
    assert refused_in_words(ended)
    assert "HM_DATA_DIR" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("account", "add", "li", "李某", "--office", "NONE", "--as", "admin"),
        ("account", "add", "li", "李某", "--office", "SAMR", "--grant", "king:000000", "--as", "admin"),
        ("account", "add", "li", "李某", "--office", "SAMR", "--grant", "officer:99", "--as", "admin"),
        ("account", "add", "Big Name", "李某", "--office", "SAMR", "--as", "admin"),
        ("account", "add", "wang", "王某", "--office", "SAMR", "--as", "admin"),
        ("account", "add", "li", "李某", "--office", "SAMR", "--as", "wang"),
        ("account", "add", "li", "李某", "--office", "SAMR", "--as", "nobody"),
        (
            "office",
            "add",
            "x",
            "某局",
            "--region",
            "410000",
            "--level",
            "province",
            "--from",
            "2020-01-01",
            "--as",
            "admin",
        ),
        ("rulebook", "propose", "severities", "[]", "--reason", "试", "--as", "wang"),
        ("rulebook", "propose", "severities", '{"code": 1}', "--reason", "试", "--as", "wang"),
        ("rulebook", "propose", "no_table", "{}", "--reason", "试", "--as", "wang"),
        ("rulebook", "approve", "nothing", "--as", "wang"),
        ("key", "issue", "--account", "nobody", "--as", "admin"),
        ("key", "revoke", "nothing", "--as", "admin"),
        ("publish", "no_list", "--region", "410000", "--as", "wang"),
        ("publish", "henan_black", "--region", "999999", "--as", "wang"),
        ("publish", "henan_black", "--region", "410000", "--as-of", "2999-01-01", "--as", "wang"),
        ("score", "explain", "nobody"),
    ],
    ids=" ".join,
)
def test_what_is_refused_is_told_in_both_languages(founded: Run, words: tuple[str, ...]) -> None:
    assert refused_in_words(founded(*words))


def test_a_key_is_shown_once_and_can_be_revoked(founded: Run) -> None:
    issued = founded("key", "issue", "--account", "wang", "--as", "admin")
    assert issued.code == 0
    key_id = issued.out.strip().removeprefix("hm_").split("_")[0]
    assert founded("key", "revoke", key_id, "--as", "admin").code == 0


def test_a_good_file_imports_and_a_second_time_changes_nothing(founded: Run, merchants: Path) -> None:
    first = founded("import", "businesses", str(merchants), "--as", "wang", "--json")
    assert (first.code, json.loads(first.out)["created"]) == (0, 2)
    again = founded("import", "businesses", str(merchants), "--as", "wang", "--json")
    figures = json.loads(again.out)
    assert (again.code, figures["created"], figures["unchanged"]) == (0, 0, 2)


def test_a_dry_run_writes_nothing(founded: Run, merchants: Path) -> None:
    dry = founded("import", "businesses", str(merchants), "--as", "wang", "--dry-run", "--json")
    assert json.loads(dry.out)["created"] == 2
    wet = founded("import", "businesses", str(merchants), "--as", "wang", "--json")
    assert json.loads(wet.out)["created"] == 2


def test_a_bad_row_ends_with_one_is_told_and_written_down(founded: Run, merchants: Path) -> None:
    merchants.write_text(WITH_A_BAD_ROW, encoding="utf-8")
    errors = merchants.with_name("errors.csv")
    ended = founded("import", "businesses", str(merchants), "--as", "wang", "--errors", str(errors))
    assert ended.code == 1
    assert "999999" in ended.out
    assert "region" in ended.out
    with errors.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 2
    assert any("999999" in cell for cell in rows[1])


@pytest.mark.parametrize("file", ["missing.csv", "."])
def test_a_file_that_is_none_could_not_be_read(founded: Run, tmp_path: Path, file: str) -> None:
    ended = founded("import", "businesses", str(tmp_path / file), "--as", "wang")
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_the_published_cases_import_with_the_undecided_refused(founded: Run) -> None:
    ended = founded("import", "cases", "-", "--as", "wang", "--json")
    figures = json.loads(ended.out)
    assert ended.code == 1
    assert figures["created"] > 50
    assert figures["refused_by_reason"]["case.under_investigation"] > 10


def test_scores_are_computed_explained_and_summed(founded: Run, merchants: Path, data_dir: Path) -> None:
    founded("import", "businesses", str(merchants), "--as", "wang")
    scored = founded("score")
    assert (scored.code, json.loads(scored.out)["scored"]) == (0, 2)
    past = founded("score", "--as-of", "2024-06-30")
    assert past.code == 0
    assert "grades" in json.loads(past.out)
    engine = open_engine(f"sqlite:///{data_dir / 'registry.sqlite3'}")
    with reading(engine) as session:
        business_id = session.exec(select(Business.id)).first()
    engine.dispose()
    explained = founded("score", "explain", str(business_id), "--json")
    answer = json.loads(explained.out)
    lines = (*answer["contributions"], *answer["adjustments"])
    assert answer["base_points"] + sum(line["points"] for line in lines) == answer["points"]
    assert "sum" in founded("score", "explain", str(business_id), "--as-of", "2024-06-30").out
    assert "3 % = 1 to inspect" in founded("score", "plan", "411502").out


def test_an_edition_is_published_verified_and_a_changed_one_found_out(founded: Run) -> None:
    published = founded("publish", "henan_black", "--region", "410000", "--as", "wang")
    assert published.code == 0, published.err
    said = json.loads(published.out)
    assert said["what"] == "created"
    assert (
        json.loads(founded("publish", "henan_black", "--region", "410000", "--as", "wang").out)["what"]
        == "unchanged"
    )
    folder = Path(said["folder"])
    assert verify_edition(folder) == []
    assert founded("verify", str(folder)).code == 0
    rows = next(folder.glob("*.csv"))
    rows.chmod(0o600)
    rows.write_bytes(rows.read_bytes() + b"x")
    tampered = founded("verify", str(folder))
    assert tampered.code == 1
    assert rows.name in tampered.out
    assert founded("verify", str(folder / "nowhere")).code == 2


def test_the_log_verifies_under_the_key_that_init_printed_and_under_no_other(
    founded: Run, data_dir: Path
) -> None:
    key = founded("init").out.splitlines()[-1].rpartition(" ")[2]
    assert founded("publish", "henan_black", "--region", "410000", "--as", "wang").code == 0
    with process.plant(read_settings()) as plant:
        sign_checkpoint.run(plant)
    for path in (data_dir / "log", data_dir / "log" / "checkpoint"):
        assert founded("verify", str(path), "--key", key).code == 0
        assert founded("verify", str(path)).code == 1
        assert founded("verify", str(path), "--key", f"other{key}").code == 1


def test_the_index_is_checked_and_rebuilt(founded: Run, merchants: Path) -> None:
    founded("import", "businesses", str(merchants), "--as", "wang")
    missing = founded("index", "check")
    assert (missing.code, missing.out) == (1, "missing 2, surplus 0, stale 0\n")
    assert founded("index", "rebuild") == (0, "documents 2\n", "")
    assert founded("index", "check") == (0, "missing 0, surplus 0, stale 0\n", "")


def test_a_rebuild_leaves_the_index_of_a_running_server_alone(founded: Run, data_dir: Path) -> None:
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    ended = founded("index", "rebuild")
    index.close()
    assert ended.code == 2
    assert "another process" in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("import businesses {merchants} --as wang", ["businesses"]),
        ("export businesses {folder}/businesses.csv --as wang", ["businesses", "2/"]),
        ("score", ["businesses"]),
        ("score --as-of {today}", ["businesses"]),
        ("publish metrology_board --as wang", ["entries", "rows of files"]),
        ("index rebuild", ["documents", "2/"]),
        ("index check", ["documents", "2/"]),
        ("backup {folder}/copy.age --recipient {recipient}", ["MiB"]),
    ],
    ids=lambda value: value.split(" --")[0].split(" {")[0] if isinstance(value, str) else "",
)
@pytest.mark.usefixtures("merchants")
def test_a_long_command_says_on_a_terminal_how_far_it_is(
    founded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, told: list[str]
) -> None:
    merchants, today = tmp_path / "merchants.csv", legal_day(process.clock())
    assert founded("import", "businesses", str(merchants), "--as", "wang").code == 0
    assert founded("import", "cases", "-", "--as", "wang").code == 1
    looked_at = Terminal()
    monkeypatch.setattr("sys.stderr", looked_at)
    recipient = str(Identity.generate().to_public())
    named = words.format(merchants=merchants, folder=tmp_path, recipient=recipient, today=today)
    ended = founded(*named.split())
    assert ended.code in (0, 1), looked_at.getvalue()
    assert all(word in looked_at.getvalue() for word in told), looked_at.getvalue()


def test_a_worker_needs_postgresql(founded: Run) -> None:
    ended = founded("worker")
    assert ended.code == 2
    assert "PostgreSQL" in ended.err


def test_a_port_that_is_taken_is_told_before_the_jobs_begin(founded: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = founded("serve", "--port", str(taken.getsockname()[1]))
    assert ended.code == 2
    assert "cannot be served" in ended.err


def test_a_demonstration_does_not_go_on_in_a_folder_filled_in_part(founded: Run, data_dir: Path) -> None:
    ended = founded("demo", "--once", "--data-dir", str(data_dir))
    assert ended.code == 2
    assert "filled only in part" in ended.err
