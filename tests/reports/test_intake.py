"""Reports are taken from anybody, sealed while they arrive, and told back to nobody but their reporter."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from sqlmodel import select

from registry.reports import visits
from registry.reports.codes import draw
from registry.reports.envelope import Compartment
from registry.reports.opening import key_for
from registry.reports.tables import BodyPiece, CompartmentKey, Report
from registry.reports.thread import place_of, write
from tests.reports.intaking import FORM, Desk, forms_of, hits, multipart
from tests.reports.picture_samples import exif, saved
from tests.reports.sending import forget_all
from tests.reports.site import OFFICE

CANARIES = ("红狐狸在第七号摊位", "canary-of-the-file-4471", "王小虎其人", "13800138000-canary")
JPEG = b"\xff\xd8\xff" + b"canary-of-the-file-4471" * 4000


def test_a_report_is_read_by_its_readers_and_who_it_is_from_by_the_custodians_alone(desk: Desk) -> None:
    desk.reported(
        [("IMG_1.jpg", JPEG)],
        happened_on="2026-11",
        conducts=("short_weight", "tampering"),
        wants_reward="true",
        **{"identity.name": "王小虎", "identity.contact": "写信"},
    )
    matter = json.loads(desk.opened_by("li", "content"))
    assert matter["merchant"] == FORM["merchant"]
    assert matter["story"] == FORM["story"]
    assert (matter["happened_on"], matter["conducts"]) == ("2026-11", ["short_weight", "tampering"])
    assert matter["wants_reward"] is True
    assert json.loads(desk.opened_by("zhao", "identity"))["name"] == "王小虎"
    listing = json.loads(desk.opened_by("zhao", "originals"))["files"]
    assert [(one["name"], one["length"]) for one in listing] == [("IMG_1.jpg", len(JPEG))]
    assert desk.opened_by("zhao", "originals", 1) == JPEG
    with pytest.raises(Exception, match="no_share"):
        desk.opened_by("li", "identity")
    with pytest.raises(Exception, match="no_share"):
        desk.opened_by("li", "originals")


def test_a_report_without_name_or_files_looks_like_one_with_a_name(desk: Desk) -> None:
    desk.reported()
    desk.reported(**{"identity.name": "王小虎", "identity.contact": "不要打电话"})
    with desk.site.vault() as vault:
        rows = vault.session.exec(select(BodyPiece)).all()
        sizes = {
            report.id: sorted(
                (one.compartment, one.item, len(one.piece)) for one in rows if one.report_id == report.id
            )
            for report in vault.session.exec(select(Report))
        }
    assert len({str(one) for one in sizes.values()}) == 1


def test_nothing_plain_reaches_a_disk_while_a_report_arrives_or_after(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    kept: list[Path] = []

    def named(*_args: Any, **_more: Any) -> IO[bytes]:
        kept.append(spool / f"{len(kept)}")
        return kept[-1].open("w+b")

    # what is unlinked at once could not be hunted: every temporary file of the process gets a name
    for owner in ("tempfile.TemporaryFile", "tempfile.NamedTemporaryFile", "tempfile.SpooledTemporaryFile"):
        monkeypatch.setattr(owner, named)
    monkeypatch.setattr("registry.reports.intake.TemporaryFile", named)
    desk.reported(
        [(f"{CANARIES[1]}.jpg", JPEG)],
        story=f"{CANARIES[0]}，电子秤少给半两。{CANARIES[3]}",
        confirmed="true",
        **{"identity.name": CANARIES[2]},
    )
    assert kept, "the sealed streams are on the disk while a report arrives"
    assert hits([spool, desk.folder, tmp_path], CANARIES) == []
    with desk.site.vault() as vault:
        rows = [*vault.session.exec(select(BodyPiece)), *vault.session.exec(select(CompartmentKey))]
        stored = [bytes(value) for row in rows for value in vars(row).values() if isinstance(value, bytes)]
    assert not any(form in one for canary in CANARIES for form in forms_of(canary) for one in stored)


def test_the_hunt_finds_what_was_left_lying(tmp_path: Path) -> None:
    (tmp_path / "leak.log").write_bytes(b"x" * 100 + CANARIES[0].encode("gb18030"))
    (tmp_path / "other.log").write_bytes(CANARIES[1].encode().hex().encode())
    assert hits([tmp_path], CANARIES) == ["leak.log", "other.log"]


def test_the_same_code_again_changes_nothing_and_is_answered_alike(desk: Desk) -> None:
    drawn = desk.drawn()
    first = desk.send(drawn)
    again = desk.send(drawn, story="完全不同的另一件事，十个字以上。")
    desk.reception._received.clear()  # as another process, or this one after a restart
    after_restart = desk.send(drawn, [("a.jpg", JPEG)])
    assert first.status_code == 200
    assert first.content == again.content == after_restart.content
    assert json.loads(desk.opened_by("li", "content"))["story"] == FORM["story"]


def added_parts(desk: Desk, kind: Callable[..., Sequence[Compartment]]) -> Sequence[Compartment]:
    """Return the compartments of files that were added to the one report."""
    with desk.site.vault() as vault:
        return kind(vault, desk.only_report())


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"proof": "0" * 64}, "report.code_stale", 422),
        ({"code": draw()}, "report.code_stale", 422),
        ({"code": "1234"}, "report.code_length", 422),
        ({"story": "短"}, "field.too_short", 400),
        ({"story": ""}, "field.missing", 400),
        ({"merchant": ""}, "report.no_merchant", 422),
        ({"happened_on": "昨天"}, "date.malformed", 422),
        ({"nonsense": "1"}, "field.unknown", 400),
        ({"handed": "true"}, "field.unknown", 400),
        ({"office_code": "AMR-41"}, "report.closed", 422),
        ({"merchant": "a\0b"}, "field.nul", 422),
        ({"story": "我叫张三，电子秤少给半两。"}, "report.tells_of_writer", 422),
        ({"story": "x" * 70_000}, "report.text_long", 422),
    ],
)
def test_what_is_refused_is_told_and_leaves_nothing(
    desk: Desk, change: dict[str, str], code: str, status: int
) -> None:
    answer = desk.send(
        desk.drawn() | {key: change[key] for key in change if key in ("code", "proof")}, **change
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    with desk.site.vault() as vault:
        assert vault.session.exec(select(Report)).all() == []


def test_a_text_that_tells_of_its_writer_is_taken_once_he_says_so(desk: Desk) -> None:
    desk.reported(story="我叫张三，电子秤少给半两。", confirmed="true")
    assert "张三" in desk.opened_by("li", "content").decode()


def test_a_text_that_holds_the_return_code_is_never_taken(desk: Desk) -> None:
    drawn = desk.drawn()
    told = " ".join(drawn["code"][at : at + 4] for at in range(0, 24, 4))
    answer = desk.send(drawn, story=f"我的查询码是 {told}，秤不准。", confirmed="true")
    assert answer.json()["errors"][0]["code"] == "report.holds_code"


def test_what_is_larger_or_more_than_is_taken_is_refused_after_it_was_read(
    desk: Desk, narrow: Callable[..., None]
) -> None:
    narrow(reports_largest=262_144, reports_files=2)
    large = desk.send(desk.drawn(), [("a.bin", b"x" * 300_000)])
    assert (large.status_code, large.json()["errors"][0]["code"]) == (413, "report.too_large")
    many = desk.send(desk.drawn(), [(f"{n}.bin", b"x") for n in range(3)])
    assert (many.status_code, many.json()["errors"][0]["code"]) == (422, "report.files_many")
    with desk.site.vault() as vault:
        assert vault.session.exec(select(BodyPiece)).all() == []


@pytest.mark.parametrize("cut", [0, 40, 300, -30])
def test_a_body_that_was_cut_or_is_no_form_is_refused(desk: Desk, cut: int) -> None:
    body = multipart({**desk.drawn(), **FORM}, [("a.jpg", b"x" * 500)])
    answer = desk.client.post("/api/v1/reports", **{**body, "content": body["content"][:cut]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "report.form_broken")


def test_files_before_the_code_are_refused_unread(desk: Desk) -> None:
    fields = {**desk.drawn(), **FORM}
    body = multipart({}, [("a.jpg", JPEG)])
    late = multipart(fields)["content"]
    body["content"] = body["content"].removesuffix(b"------hunted--\r\n") + late
    answer = desk.client.post("/api/v1/reports", **body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "report.code_length")


def test_an_office_that_nobody_could_read_for_takes_nothing(desk: Desk) -> None:
    later = desk.clock[0].replace(year=2027)
    desk.clock[0] = later
    assert desk.client.get("/api/v1/reports/form").json()["offices"] == []
    answer = desk.send(desk.drawn())
    assert answer.json()["errors"][0]["code"] == "report.closed"


def test_a_reporter_comes_back_reads_writes_adds_deletes_and_claims(desk: Desk) -> None:
    code = desk.reported()
    with desk.site.vault() as vault:
        report = vault.session.exec(select(Report)).one()
        key = key_for(vault, report, "thread", desk.site.rows["li"], desk.site.secrets["li"])
        write(vault, report, key, "office", "请问是哪一天？")
    found = desk.back(" ".join(code))
    assert (found["state"], found["office"]) == ("received", "信阳市浉河区市场监督管理局")
    # the figure in force is not on record: none is made up
    assert [(one["rule"], one["due_on"], one["standing"]) for one in found["owed"]] == [
        ("report.verify", None, "unknown")
    ]
    assert [(one["written_by"], one["text"]) for one in found["messages"]] == [("office", "请问是哪一天？")]
    visit = {"ticket": found["ticket"]}
    post = desk.client.post
    for _ in range(2):  # a page that is loaded again sends its form again
        said = post("/api/v1/reports/messages", json={**visit, "act": "1", "text": "上周六。"}).json()
    assert [one["text"] for one in said["messages"]] == ["请问是哪一天？", "上周六。"]
    added = post("/api/v1/reports/files", **multipart({**visit, "act": "2"}, [("b.jpg", JPEG)])).json()
    assert added["additions"] == 1
    (first,) = added_parts(desk, visits.additions)
    assert desk.opened_by("zhao", first, 1) == JPEG
    with pytest.raises(Exception, match="no_share"):
        desk.opened_by("li", first, 1)
    more = [("我家 c.jpg", saved("JPEG", exif=exif())), ("d.bin", b"?")]
    assert post("/api/v1/reports/files", **multipart({**visit, "act": "2b"}, more)).json()["additions"] == 2
    _, second = added_parts(desk, visits.copies)
    copies = json.loads(desk.opened_by("li", second))["files"]
    assert [(one["media_type"], one["refused"]) for one in copies] == [("image/jpeg", ""), ("", "kind")]
    clean = desk.opened_by("li", second, 1)
    assert (len(clean), clean[:3]) == (copies[0]["length"], b"\xff\xd8\xff")
    assert b"Exif" not in clean
    with pytest.raises(Exception, match="no_share"):
        desk.opened_by("zhao", second, 1)
    deleted = post("/api/v1/reports/deletions", json={**visit, "act": "3", "through": 9}).json()
    assert [one["written_by"] for one in deleted["messages"]] == ["reporter"] * 3
    claimed = post("/api/v1/reports/claim", json={**visit, "act": "4", "word": "青山绿水"}).json()
    assert claimed["claimed_on"] == "2026-11-22"
    assert "青山绿水" in claimed["messages"][-1]["text"]
    assert post("/api/v1/reports/end", json=visit).status_code == 200
    assert post("/api/v1/reports/thread", json=visit).status_code == 401


def test_the_words_of_the_last_visit_are_shown_at_the_next_one_and_never_again(desk: Desk) -> None:
    code = desk.reported()
    first, second, third = (desk.back(code) for _ in range(3))
    assert first["shown_last"] is None
    assert second["shown_last"] == first["words"]
    assert third["shown_last"] == second["words"]


def test_a_right_a_wrong_and_an_expired_code_are_answered_alike(desk: Desk) -> None:
    expired = desk.reported()
    with desk.site.vault() as vault:
        forget_all(vault)
    right, wrong = desk.reported(), desk.drawn()["code"]
    answers = [
        desk.client.post("/api/v1/reports/return", json={"code": one}) for one in (right, wrong, expired)
    ]
    assert len({(one.status_code, len(one.content)) for one in answers}) == 1
    assert len({str(sorted(one.headers.items())) for one in answers}) == 1
    assert [one.json()["found"] for one in answers] == [True, False, False]


def test_a_visit_ends_by_itself_and_is_nothing_without_its_ticket(desk: Desk) -> None:
    found = desk.back(desk.reported())
    seeds = [bytes(visit.sealed) for visit in desk.reception.visits._visits.values()]
    assert len(seeds) == 1
    assert found["ticket"].encode() not in b"".join(seeds)
    for ticket in ("", "zz", "00" * 32, found["ticket"][:-2] + "00"):
        answer = desk.client.post("/api/v1/reports/thread", json={"ticket": ticket})
        assert answer.status_code == 401
    desk.clock[0] += timedelta(minutes=16)
    assert desk.client.post("/api/v1/reports/thread", json={"ticket": found["ticket"]}).status_code == 401


def test_no_answer_sets_a_cookie_or_may_be_kept(desk: Desk) -> None:
    code = desk.reported()
    answers = [
        desk.client.get("/api/v1/reports/form"),
        desk.send(desk.drawn()),
        desk.client.post("/api/v1/reports/return", json={"code": code}),
    ]
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store, no-transform"
        assert "script-src 'none'" in answer.headers["content-security-policy"]


def test_a_place_is_bound_into_what_is_sealed(desk: Desk) -> None:
    desk.reported()
    report = desk.only_report()
    with desk.site.vault() as vault:
        assert place_of(vault, report).office_code == OFFICE
