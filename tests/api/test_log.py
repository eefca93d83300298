"""The log over HTTP: what is signed, proofs of it, and certificates that a merchant or a court can check."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, delete, select

from jobs import sign_checkpoint
from registry.lists.tables import ListEntry, Proposal
from registry.log import notes
from registry.log.tables import LogLeaf, LogSalt, PublicEvent
from registry.log.tiles import public_leaf
from registry.publication.verify import Problem, verify_log
from registry.store.engine import reading, writing
from tests import given
from tests.api.conftest import Town
from tests.lists.cases import Case
from tests.log.test_events import withdraw
from tests.repair.leading import object_to

LOG = "/api/v1/log"
WORDS = ("李记", "作弊")


@pytest.fixture
def log(town: Town) -> "Signed":
    """A town with a black entry, and a log that was signed twice."""
    signer = notes.load_or_create(town.plant.settings.data_dir, town.plant.settings.origin)
    case = Case(town.plant.engine, town.plant.settings.data_dir)
    with writing(case.engine) as session:
        work = case.work(session, "national")
        given.pledge(work, given.business(work, "浉河区王记肉铺"))
    sign_checkpoint.run(town.plant)
    first = town.get(f"{LOG}/checkpoint").text
    entry_id = case.blacklisted()
    town.clock[0] = case.now
    sign_checkpoint.run(town.plant)
    return Signed(town, case, signer.verifier_key, entry_id, first)


class Signed:
    """What a test of the log needs at hand."""

    def __init__(self, town: Town, case: Case, key: str, entry_id: str, first: str) -> None:
        self.town, self.case, self.key, self.entry_id, self.first = town, case, key, entry_id, first

    def size(self) -> int:
        return int(self.town.get(f"{LOG}/checkpoint").text.split("\n")[1])

    def checked(self, folder: Path, text: str, key: str | None = None) -> list[Problem]:
        """Verify what was answered, as a file of its own."""
        paper = folder / "paper"
        paper.write_text(text, encoding="utf-8")
        return verify_log(paper, key or self.key)


def test_the_checkpoint_is_plain_text_and_never_old(log: Signed, tmp_path: Path) -> None:
    answer = log.town.get(f"{LOG}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert log.checked(tmp_path, answer.text) == []
    assert answer.text != log.first


def test_every_leaf_is_in_the_tree_of_every_size_that_reaches_it(log: Signed, tmp_path: Path) -> None:
    page = log.town.get(f"{LOG}/entries", params={"limit": 100}).json()
    assert [one["index"] for one in page["items"]] == list(range(log.size()))
    assert page["next"] is None
    for one in page["items"]:
        answer = log.town.get(f"{LOG}/proof/inclusion", params={"leaf": one["leaf"]["leaf_id"]})
        assert answer.json()["leaf"] == one["leaf"]
        assert log.checked(tmp_path, answer.text) == []


def test_a_proof_of_another_leaf_is_found_out(log: Signed, tmp_path: Path) -> None:
    leaves = log.town.get(f"{LOG}/entries").json()["items"]
    answer = log.town.get(f"{LOG}/proof/inclusion", params={"leaf": leaves[0]["leaf"]["leaf_id"]}).json()
    answer["leaf"] = leaves[1]["leaf"]
    assert log.checked(tmp_path, json.dumps(answer)) == [Problem("inclusion", "paper")]


def test_the_log_is_shown_to_have_grown_from_the_first_checkpoint(log: Signed, tmp_path: Path) -> None:
    since = int(log.first.split("\n")[1])
    answer = log.town.get(f"{LOG}/proof/consistency", params={"from": since})
    told = answer.json()
    assert (told["from_checkpoint"], told["from_size"]) == (log.first, since)
    assert log.checked(tmp_path, answer.text) == []
    told["path"] = told["path"][::-1]
    assert log.checked(tmp_path, json.dumps(told)) == [Problem("consistency", "paper")]


def test_leaves_are_read_on_in_order_and_none_before_it_is_signed(log: Signed) -> None:
    first = log.town.get(f"{LOG}/entries", params={"limit": 2}).json()
    second = log.town.get(f"{LOG}/entries", params={"limit": 2, "after": first["next"]}).json()
    assert [one["index"] for one in second["items"]] == [2, 3]
    before = log.size()
    log.case.blacklisted("浉河区赵记粮油", "信浉市监处罚〔2026〕14号")
    items = log.town.get(f"{LOG}/entries", params={"limit": 100}).json()["items"]
    assert len(items) == before


def test_tiles_are_served_as_they_are_for_ever_and_nothing_else_is(log: Signed, tmp_path: Path) -> None:
    size = log.size()
    for name in (f"0/000.p/{size}", f"entries/000.p/{size}"):
        answer = log.town.get(f"{LOG}/tile/{name}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        place = tmp_path / "copy" / "tile" / name
        place.parent.mkdir(parents=True)
        place.write_bytes(answer.content)
    (tmp_path / "copy" / "checkpoint").write_text(log.town.get(f"{LOG}/checkpoint").text)
    assert verify_log(tmp_path / "copy", log.key) == []
    for name in ("0/001", "0/0", "00/000", "64/000", "0/000.p/256", "0/000.p/0", "0/000.p/01",
                 "0/../checkpoint", "0/%2e%2e/%2e%2e/checkpoint", "x/000", "entries/x001", "0/"):  # fmt: skip
        assert log.town.get(f"{LOG}/tile/{name}").status_code == 404, name


def test_a_listed_merchant_can_prove_the_listing_and_after_it_the_removal(
    log: Signed, tmp_path: Path
) -> None:
    listed = log.town.get(f"{LOG}/certificates/entries/{log.entry_id}")
    assert listed.headers["content-type"] == "text/plain; charset=utf-8"
    assert log.checked(tmp_path, listed.text) == []
    assert _opened(listed.text)["opening"]["content"]["entry"] == log.entry_id
    withdraw(log.case, log.entry_id)
    early = log.town.get(f"{LOG}/certificates/entries/{log.entry_id}")
    assert _code(early) == "log.unsigned_yet"
    sign_checkpoint.run(log.town.plant)
    removed = log.town.get(f"{LOG}/certificates/entries/{log.entry_id}")
    assert log.checked(tmp_path, removed.text) == []
    assert _opened(removed.text)["leaf"]["act"] == "entry.withdrawn"
    assert _opened(removed.text)["opening"]["content"]["state"] == "corrected"
    assert log.checked(tmp_path, listed.text) == []  # what was handed out stays true


def test_no_number_however_large_is_more_than_the_database_can_be_asked_for(log: Signed) -> None:
    for path in (f"{LOG}/entries", "/api/v1/events"):
        statuses = [log.town.get(path, params={"after": n}).status_code for n in (2**31 - 2, 2**31, 2**53)]
        assert statuses == [200, 400, 400], path


def test_an_objection_or_forgotten_events_take_nobody_s_certificate_away(log: Signed, tmp_path: Path) -> None:
    object_to(log.case, log.entry_id)
    with writing(log.case.engine) as session:
        session.execute(delete(PublicEvent))  # as after their term
    sign_checkpoint.run(log.town.plant)
    listed = log.town.get(f"{LOG}/certificates/entries/{log.entry_id}")
    assert log.checked(tmp_path, listed.text) == []
    assert _opened(listed.text)["leaf"]["act"] == "proposal.published"


def _code(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["code"]
    return code


def _opened(certificate: str) -> dict[str, Any]:
    extra = certificate.split("\n")[1].removeprefix("extra ")
    told: dict[str, Any] = json.loads(base64.b64decode(extra))
    return told


def test_a_certificate_with_another_content_is_found_out(log: Signed, tmp_path: Path) -> None:
    text = log.town.get(f"{LOG}/certificates/entries/{log.entry_id}").text
    told = _opened(text)
    told["opening"]["content"]["regime"] = "henan_red"
    forged = base64.b64encode(json.dumps(told).encode()).decode()
    lines = text.split("\n")
    assert log.checked(tmp_path, "\n".join([lines[0], f"extra {forged}", *lines[2:]])) == [
        Problem("opening", "paper")
    ]


def test_a_case_is_certified_to_officers_alone_and_after_the_end_without_its_content(
    log: Signed, tmp_path: Path
) -> None:
    with reading(log.case.engine) as session:
        proposal = session.exec(
            select(Proposal.id).join(ListEntry, col(ListEntry.proposal_id) == Proposal.id)
        ).first()
    path = f"{LOG}/certificates/{proposal}"
    assert log.town.get(path).status_code == 401
    assert log.town.get(path, "admin").status_code == 403
    given_out = log.town.get(path, "officer").json()
    assert [one["leaf"]["act"] for one in given_out][:2] == ["proposal.proposed", "proposal.notice_served"]
    assert all(log.checked(tmp_path, one["certificate"]) == [] for one in given_out)
    withdraw(log.case, log.entry_id)
    sign_checkpoint.run(log.town.plant)
    after = log.town.get(path, "officer").json()
    assert [_opened(one["certificate"])["opening"] for one in after] == [None] * len(given_out)
    assert all(log.checked(tmp_path, one["certificate"]) == [] for one in after)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/proof/inclusion?leaf=none", 404, "log.leaf_unknown"),
        ("/proof/inclusion?leaf={last}&size=1", 422, "log.leaf_later"),
        ("/proof/inclusion?leaf={last}&size=100000", 422, "log.size"),
        ("/proof/consistency?from=100000", 422, "log.size"),
        ("/proof/consistency?from=5&to=2", 422, "log.size"),
        ("/certificates/entries/none", 404, "entry.unknown"),
        ("/tile/0/999", 404, "log.tile_unknown"),
    ],
)
def test_what_is_not_there_is_refused_by_name(log: Signed, path: str, status: int, code: str) -> None:
    with reading(log.case.engine) as session:
        last = session.exec(select(LogLeaf.leaf_id).order_by(col(LogLeaf.seq).desc())).first()
    answer = log.town.get(LOG + path.format(last=last))
    assert (answer.status_code, _code(answer)) == (status, code)


def test_before_the_first_checkpoint_the_log_says_so(town: Town) -> None:
    for path in ("/checkpoint", "/entries", "/proof/inclusion?leaf=x", "/proof/consistency?from=1"):
        assert _code(town.get(LOG + path)) == "log.unsigned", path


def test_a_name_or_a_salt_is_in_no_public_answer_of_the_log(log: Signed) -> None:
    with reading(log.case.engine) as session:
        leaf = session.exec(select(LogLeaf).order_by(col(LogLeaf.seq).desc())).first()
        salts = [one for one in session.exec(select(LogSalt.salt)) if one]
    assert leaf is not None
    size = log.size()
    answers = [
        log.town.get(LOG + path).text
        for path in (
            "/entries?limit=100",
            f"/proof/inclusion?leaf={public_leaf(leaf)['leaf_id']}",
            f"/tile/entries/000.p/{size}",
        )
    ]
    assert not [word for word in (*WORDS, *salts) for text in answers if word in text]
