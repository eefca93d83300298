"""A small town led through the real commands, so that pages show what the registry really holds."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from registry.audit.work import Work
from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.documents.commands import FileDocument, file_document
from registry.instruments.commands import retire_instrument
from registry.instruments.forms import RetireInstrument
from registry.lists.commands import ProposeListing, TakeStep, propose_listing, take_step
from registry.lists.papers import PAPERS
from registry.log import checkpoints, notes, tiles
from registry.publication import files, signing
from registry.publication.editions import prepare_edition
from registry.publication.public_view import index_documents
from registry.settings import read_settings
from registry.statistics.commands import RecordStatistic, record_statistic
from registry.store.engine import reading, writing
from search_index.documents import from_source
from search_index.protocol import Index
from tests import given
from tests.lists.cases import Case

HOSTILE = "<script>alert(1)</script>\"'&店"
CHEAT = "浉河区宏达水产行"
FORGIVEN = "浉河区悔改粮油店"
MODEL = "信阳申城百货有限公司"
PERSON = "李建国"
BAD_CODE = "91411502MA40ABCD19"

CHECKS = ({"checked": "违法记录", "passed": True, "finding": "无"},)
BLACK_STEPS = (
    ("serve_notice", "officer", "service_proof", 0),
    ("note_silence", "officer", "other", 14),
    ("review", "officer", "review", 0),
    ("consent", "superior", "decision", 0),
    ("decide", "approver", "decision", 0),
    ("serve_decision", "officer", "service_proof", 0),
    ("publish", "officer", "publicity", 0),
)
RED_STEPS = (
    ("check", "officer", "review", 0),
    ("publicise", "officer", "publicity", 0),
    ("list", "approver", "decision", 16),
)


@dataclass
class Town:
    """The town's businesses and entries by a word for each."""

    engine: Engine
    folder: Path
    index: Index
    businesses: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    instruments: dict[str, str] = field(default_factory=dict)


def build(engine: Engine, folder: Path, index: Index) -> Town:
    """Found the town, list three of its businesses, take one entry back, publish and index."""
    given.registry(engine, given.NOW - timedelta(days=90))
    town = Town(engine, folder, index)
    _record_facts(town)
    for who in ("cheat", "forgiven"):
        ground = "使用加装作弊功能的电子秤欺骗消费者"
        _enter(town, who, ground, regime="henan_black", origin="propose", steps=BLACK_STEPS)
    _enter(town, "model", "获评诚信计量示范单位", regime="henan_red", origin="nominate", steps=RED_STEPS)
    _publish(town)
    _forgive(town)
    _sign_log(town)
    with reading(engine) as session:
        index.replace_all(from_source(source) for source in index_documents(session, given.TODAY))
    return town


def _use_instruments(work: Work, town: Town) -> None:
    """Give the stall an instrument for every way to stand."""
    for status, kind, verified in (
        ("valid", "price_computing_scale", {"verified_on": date(2026, 3, 15)}),
        ("due soon", "fair_scale", {"verified_on": date(2026, 3, 15), "valid_through": date(2026, 12, 1)}),
        ("overdue", "fuel_dispenser", {"verified_on": date(2026, 3, 15)}),
        ("unqualified", "price_computing_scale", {"result": "unqualified"}),
        ("undetermined", "truck_scale", {"verified_on": date(2026, 3, 15)}),
        ("once", "water_meter_dn25", {"verified_on": date(2026, 3, 15)}),
        ("no interval", "heat_meter", {"verified_on": date(2026, 3, 15)}),
        ("never", "platform_scale", None),
        ("retired", "platform_scale", {"verified_on": date(2026, 3, 15)}),
    ):
        number = f"XY-{len(town.instruments) + 1:04d}"
        made = given.instrument(work, town.businesses["stall"], kind=kind, serial_no=number, place="后堂冷库")
        town.instruments[status] = made
        if verified is not None:
            given.verification(work, made, certificate_no=f"浉衡字第{number}号", **verified)
    retire = RetireInstrument(
        instrument_id=town.instruments["retired"],
        expected_version=1,
        retired_on=date(2026, 9, 1),
        reason="更换",
    )
    retire_instrument(work, retire)


def _record_facts(town: Town) -> None:
    with writing(town.engine) as session:
        work = given.work(session, "national", given.NOW - timedelta(days=60))
        made = town.businesses
        made["hostile"] = given.business(work, HOSTILE, address="申城大道<b>168</b>号")
        made["person"] = given.business(
            work, PERSON, kind="natural_person", market="申城大道农贸市场", stall="B-2"
        )
        made["stall"] = given.business(
            work,
            "老王鲜鱼",
            kind="sole_trader",
            sector="market_stall",
            market="申城大道农贸市场",
            stall="A-17",
        )
        made["cheat"] = given.business(work, CHEAT, uscc=BAD_CODE, sector="market_stall")
        made["forgiven"] = given.business(work, FORGIVEN)
        made["model"] = given.business(work, "信阳老城百货有限公司", sector="shop_supermarket")
        change_business(
            work,
            ChangeBusiness(
                business_id=made["model"],
                expected_version=1,
                held_from_on=given.TODAY - timedelta(days=70),
                what=RegisterBusiness(
                    name=MODEL, region=given.TOWN, kind="enterprise", sector="shop_supermarket"
                ),
            ),
        )
        given.pledge(work, made["stall"])
        _use_instruments(work, town)
        for name, number in (("cheat", 12), ("forgiven", 13), ("person", 14), ("hostile", 15)):
            town.entries[f"{name}'s violation"] = given.violation(
                work, made[name], decision_no=f"信浉市监处罚〔2026〕{number}号"
            )
        town.entries["model's designation"] = given.designation(work, made["model"])
        record_statistic(
            work,
            RecordStatistic(
                source_key="R1/pass",
                record_kind="spot_check_net_content",
                authority="河南省市场监督管理局",
                region="410000",
                region_name="河南省",
                dated_on="2024",
                measure="合格率",
                value="0.953",
                source_title="净含量监督抽查通报",
                source_year=2024,
            ),
        )


def _enter(
    town: Town,
    who: str,
    ground: str,
    *,
    regime: str,
    origin: str,
    steps: tuple[tuple[str, str, str, int], ...],
) -> None:
    """Lead a proposal through its steps, each on the day when it may be taken."""
    now = given.NOW - timedelta(days=40)
    fact = town.entries.get(f"{who}'s violation") or town.entries[f"{who}'s designation"]
    with writing(town.engine) as session:
        outcome = propose_listing(
            given.work(session, "officer", now),
            ProposeListing.model_validate(
                {
                    "regime": regime,
                    "business_id": town.businesses[who],
                    "origin": origin,
                    "ground": ground,
                    "evidence": (fact,),
                    "document_id": _document(session, town.folder, "evidence"),
                }
            ),
        )
    proposal, version = str(outcome.id), 1
    for step, account, kind, days in steps:
        now += timedelta(days=days)
        with writing(town.engine) as session:
            seq = 0 if kind == "service_proof" else version + 1
            given.paper_issued(given.work(session, account, now), proposal, step, PAPERS[step][0], seq)
            outcome = take_step(
                given.work(session, account, now),
                TakeStep.model_validate(
                    {
                        "proposal_id": proposal,
                        "step": step,
                        "expected_version": version,
                        "document_id": _document(session, town.folder, kind),
                        **({"checks": CHECKS} if step == "check" else {}),
                    }
                ),
            )
        version += 1
    town.entries[who] = str(outcome.id)


def _document(session: Session, folder: Path, kind: str) -> str:
    command = FileDocument.model_validate(
        {"kind": kind, "title": "文书", "region": given.TOWN, "content": kind.encode()}
    )
    return file_document(given.work(session, "officer", given.NOW - timedelta(days=40)), folder, command)


def _publish(town: Town) -> None:
    """Publish an edition of the black list and of the board, before one entry is taken back."""
    signing.load_or_create(town.folder)
    with writing(town.engine) as session:
        work = given.work(session, "national")
        prepare_edition(work, "henan_black", "410000")
        prepare_edition(work, "metrology_board", given.TOWN)
    _build_files(town)


def _forgive(town: Town) -> None:
    Case(town.engine, town.folder).withdrawn(town.entries["forgiven"])
    _build_files(town)


def _build_files(town: Town) -> None:
    with reading(town.engine) as session:
        pending = list(files.pending_builds(session))
    for edition in pending:
        files.build_files(town.engine, town.folder, edition)


def _sign_log(town: Town) -> None:
    settings = read_settings(data_dir=town.folder)
    signer = notes.load_or_create(town.folder, settings.origin)
    with writing(town.engine) as session:
        checkpoints.sign(session, signer, given.NOW)
    tiles.release(town.engine, town.folder)
