"""A registry with one of everything, open and closed, and a person for every role in every place."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args

from litestar.testing import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.edge import Edge
from registry.accounts import policy
from registry.accounts.api_keys import AskKey, IssuedKey, ask_key, issue_key, revoke_key
from registry.accounts.commands import Role
from registry.accounts.recovery import AskRecovery, ask_recovery
from registry.accounts.searches import SaveSearch, save_search
from registry.accounts.sessions import digest_of_token, open_session
from registry.accounts.tables import Account, AccountGrant, Credential, Person, Recovery, SavedSearch
from registry.audit.tables import AuditEntry
from registry.businesses.tables import Market
from registry.documents.papers import issue_paper
from registry.documents.tables import Paper
from registry.identifiers import new_id
from registry.mergers.commands import MergeBusinesses, merge_businesses
from registry.overrides.commands import ensure_archived
from registry.publication.orders import OrderEdition, order_edition
from registry.publication.signing import load_or_create
from registry.publication.webhooks import RegisterWebhook, register_webhook
from registry.reports.store import prepare
from registry.rulebook import Rulebook
from registry.settings import read_settings
from registry.signups.commands import AskAccount, ask_account
from registry.signups.tables import SignUp
from registry.store.engine import checkpoint, open_engine, writing
from registry.store.keys import make_secret
from registry.violations.queries import violation
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.api.building import built
from tests.complaints.driving import complain, step
from tests.documents.test_papers import silence
from tests.lists.cases import BLACK, Case
from tests.measures.test_measures import licensing, put
from tests.repair import leading

DATABASE = "registry.sqlite3"
USCC = "91110000600037341L"


class Scope(NamedTuple):
    """Where a role is held: of which office, for which region, and whether that holds the town."""

    name: str
    office: str
    region: str
    holds_town: bool


SCOPES = (
    Scope("own", "AMR-411502", "411502", holds_town=True),
    Scope("above", "AMR-4115", "4115", holds_town=True),
    Scope("nation", "SAMR", "", holds_town=True),
    Scope("district", "AMR-411502", "411503", holds_town=False),
    Scope("elsewhere", "AMR-41", "410102", holds_town=False),
)


class Someone(NamedTuple):
    """Who asks: by a key or, at the desks, by a session; and the role and scope that they hold, if any.

    Attributes:
        holds: Name of the one thing of the realm that the role is held on; else it is held on the region.
    """

    name: str
    authorization: str | None
    role: str | None = None
    scope: Scope | None = None
    known: bool = True
    session: str = ""
    holds: str = ""


@dataclass
class Realm:
    """The filled folder, what is in it by name, and those who ask."""

    folder: Path
    law: Rulebook
    now: datetime
    ids: Mapping[str, str]
    people: tuple[Someone, ...]
    index: EmbeddedIndex
    client: TestClient[Any] = field(init=False, repr=False)
    engine: Engine = field(init=False, repr=False)

    def renew(self) -> None:
        """Put the registry back as it was filled."""
        if hasattr(self, "engine"):
            self.engine.dispose()
        place = self.folder / DATABASE
        for file in self.folder.glob(f"{DATABASE}*"):
            file.unlink()
        shutil.copy(self.folder / "filled", place)
        settings = read_settings(data_dir=self.folder, database_url=f"sqlite:///{place}", second_factor=False)
        self.engine = open_engine(settings.database)
        built().state.edge = Edge(settings, self.engine, self.index, lambda: self.now, lambda: self.law)

    def asking(self, roles: tuple[str, ...], *, everywhere: bool) -> Iterator[Someone]:
        """Yield who asks: those of the roles in every place, and of all others who reaches furthest."""
        for by in self.people:
            furthest = by.role is None or by.holds or by.scope is None or by.scope.region == ""
            if everywhere or furthest or by.role in roles:
                yield by


def filled(folder: Path, migrated: Path) -> Realm:
    """Fill a folder once; `renew` puts a copy of it under the application."""
    shutil.copy(migrated, folder / DATABASE)
    engine = open_engine(f"sqlite:///{folder / DATABASE}")
    realm = filled_on(engine, folder)
    checkpoint(engine)
    engine.dispose()
    (folder / DATABASE).rename(folder / "filled")
    return realm


def filled_on(engine: Engine, folder: Path) -> Realm:
    """Fill a fresh database of either kind, and a folder."""
    given.registry(engine)
    settings = read_settings(data_dir=folder, database_url=engine.url.render_as_string(hide_password=False))
    load_or_create(folder)
    make_secret(settings.second_factor_file)
    prepare(settings).engine.dispose()
    law = leading.known_terms()
    with writing(engine) as session:
        ensure_archived(session, law, given.NOW)
    case = Case(engine, folder, rulebook=law)
    ids = {**_facts(case), **_cases(case), **_papers(case), **_complaints(case)}
    with writing(engine) as session:
        people = tuple(_people(session, case.now, ids))
        ids |= _at_desk(session, case.now)
    return Realm(folder, law, case.now, ids, people, EmbeddedIndex.open(folder / "index", write=True))


def _facts(case: Case) -> dict[str, str]:
    shop = case.business()
    fact = case.violation(shop)
    other, third = case.business("浉河区王记肉铺"), case.business("浉河区赵记粮店")
    elsewhere = case.business("金水区张记水果店", region="410105")
    filed_elsewhere = case.paper("decision", account="national", region="410105")
    with writing(case.engine) as session:
        work = case.work(session, "national")
        found = violation(session, fact)
        assert found is not None
        document = given.paper(work, case.folder)
        merge = {"kind": "succession", "former_id": other, "survivor_id": third, "reason": "转让"}
        merger = merge_businesses(work, MergeBusinesses(**merge, document_id=document))  # type: ignore[arg-type]
        scale = given.instrument(work, shop)
        market = Market(
            id=new_id(), name="东方红市场", region=given.TOWN, organiser_id=shop, recorded_at=work.now
        )
        session.add(market)
        session.flush()
        stall = given.business(work, "东方红市场一号摊", market="东方红市场", stall="一号")
        return {
            "market_id": market.id,
            "stall": stall,
            "stall_pledge": given.pledge(work, stall),
            "instrument_id": scale,
            "verification_id": given.verification(work, scale),
            "business_id": shop,
            "foreign_business": elsewhere,
            "foreign_document": filed_elsewhere,
            "violation_id": fact,
            "decision_id": found[1].decision_id,
            "pledge_id": given.pledge(work, shop),
            "designation_id": given.designation(work, shop),
            "document_id": document,
            "merger_id": str(merger.id),
            "webhook_id": register_webhook(
                work, RegisterWebhook(url="https://partner.example/hook", region=given.TOWN)
            ).id,
            "order_id": str(order_edition(work, OrderEdition(regime="henan_black", region=given.TOWN)).id),
            "regime": "henan_black",
            "step": "serve_notice",
            "export": "proposals.csv",
            "audit_export": "audit.xlsx",
            "two_a": given.business(work, "平桥路甲店", uscc=USCC),
            "two_b": given.business(work, "平桥路乙店"),
        }


def _cases(case: Case) -> dict[str, str]:
    """Lead cases to every state that rights may depend on."""
    licensing(case.engine)
    gone_shop, listed_shop, open_shop = (case.business(f"浉河区{name}店") for name in "甲乙丙")
    gone = case.lead(case.propose(gone_shop, case.violation(gone_shop, decision_no="1号")), *BLACK)
    case.now += timedelta(days=366)
    repaired = leading.granted(case, gone)
    lately = str(case.now.date() - timedelta(days=120))
    case_id = case.propose(listed_shop, case.violation(listed_shop, decision_no="2号", decided_on=lately))
    entry = case.lead(case_id, *BLACK)
    red = case.redlisted()
    record = case.violation(open_shop, decision_no="3号", decided_on=lately)
    running = case.propose(open_shop, record)
    objection = leading.object_to(case, record, "violation")
    answered = leading.object_to(case, red)
    leading.answer(case, str(answered.id))
    repair = leading.apply(case, entry)
    return {
        "entry_id": entry,
        "ended_entry": gone,
        "red_entry": red,
        "proposal_id": running,
        "closed_case": case_id,
        "open_shop": open_shop,
        "objection_id": str(objection.id),
        "closed_objection": str(answered.id),
        "repair_id": str(repair.id),
        "closed_repair": repaired,
        "application_id": put(case, entry),
        "subject_id": entry,
        "case_id": str(repair.id),
        "withdrawal_id": case.ask_withdrawal(entry),
        **_told(case, lately),
    }


def _told(case: Case, decided_on: str) -> dict[str, str]:
    """Lead what a merchant may answer and ask for: a case that was served, an objection, an application."""
    shop = case.business("浉河区丁店")
    record = case.violation(shop, decision_no="4号", decided_on=decided_on)
    return {
        "own_shop": shop,
        "own_case": case.lead(case.propose(shop, record), "serve_notice"),
        "own_objection": str(leading.object_to(case, record, "violation").id),
        "own_repair": str(leading.apply(case, record, "violation").id),
    }


def _at_desk(session: Session, now: datetime) -> dict[str, str]:
    """Leave at the desks what waits there: a request for an account, a lost device, a search, a session."""
    admin = given.work(session, "admin", now)
    merchant = {"wanted": "merchant", "uscc": USCC, "account_name": "shop", "person_name": "店主"}
    ask_account(session, AskAccount(**merchant, contact="13800000000"), now)  # type: ignore[arg-type]
    ask_recovery(admin, AskRecovery(account="colleague", reason="核对工作证"))
    save_search(given.work(session, "officer", now), SaveSearch(name="秤", q="秤"))
    return {
        "sign_up_id": session.exec(select(SignUp.id)).one(),
        "recovery_id": session.exec(select(Recovery.id)).one(),
        "search_id": session.exec(select(SavedSearch.id)).one(),
        "session_id": digest_of_token(open_session(session, "colleague", now)),
        "seq": str(session.exec(select(AuditEntry.seq).where(AuditEntry.account_name == "officer")).first()),
    }


def _complaints(case: Case) -> dict[str, str]:
    received, closed = (complain(case.engine, case.now.date()) for _ in range(2))
    step(case.engine, case.now.date(), closed, "withdraw", note="来电撤回")
    return {"complaint_id": received, "closed_complaint": closed}


def _papers(case: Case) -> dict[str, str]:
    settings = read_settings(data_dir=case.folder)
    with writing(case.engine) as session:
        document = issue_paper(case.work(session, "officer"), settings, silence("case"))
        code = session.get_one(Paper, document).code
    kinds = ("decision", "statement", "evidence", "service_proof", "other")
    return {"code": code, **{f"{kind}_paper": case.paper(kind) for kind in kinds}}


def _people(session: Session, now: datetime, ids: Mapping[str, str]) -> Iterator[Someone]:
    """Yield those without a right to anything, then a person for every role and scope."""
    _account(session, "second", "SAMR", now)
    session.add(AccountGrant(account_name="second", role="administrator", region=""))
    session.flush()
    yield Someone("nobody", None, known=False)
    yield Someone("garbage", "Bearer hm_garbage_garbage", known=False, session="garbage")
    yield from _left(session, now)
    for role in get_args(Role):
        for scope in SCOPES:
            yield _someone(session, now, role, scope)
    for role, thing in (("operator", "market_id"), ("merchant", "business_id")):
        yield _someone(session, now, role, SCOPES[0], (thing, ids[thing]))
    shop = ids["own_shop"]
    session.add(
        AccountGrant(account_name="merchant-business", role="merchant", region=given.TOWN, business_id=shop)
    )
    session.flush()


def _left(session: Session, now: datetime) -> Iterator[Someone]:
    """Yield officers of the town who are let in no more, and somebody who never was given a role."""
    for name in ("revoked", "disabled", "ungranted"):
        account = _account(session, name, "AMR-411502", now)
        if name != "ungranted":
            session.add(AccountGrant(account_name=name, role="officer", region="411502"))
            session.flush()
        key = _key(session, now, name)
        since = now - policy.WHOLE if name == "revoked" else now
        token = open_session(session, name, since)
        if name == "revoked":
            revoke_key(given.work(session, "admin", now), key.id)
        if name == "disabled":
            account.disabled_at = now
            session.add(account)
        yield Someone(name, f"Bearer {key.token}", known=name == "ungranted", session=token)


def _someone(
    session: Session, now: datetime, role: str, scope: Scope, on: tuple[str, str] = ("", "")
) -> Someone:
    """Give somebody a role in a scope, or on one thing of it, with a key and a session."""
    thing, identifier = on
    name = f"{role}-{thing.removesuffix('_id') or scope.name}"
    _account(session, name, scope.office, now)
    held = {thing: identifier} if thing else {}
    session.add(AccountGrant(account_name=name, role=role, region=scope.region, **held))
    session.flush()
    key = _key(session, now, name)
    token = open_session(session, name, now)
    return Someone(name, f"Bearer {key.token}", role, scope, session=token, holds=thing)


def _key(session: Session, now: datetime, name: str) -> IssuedKey:
    """Issue a key as two administrators do, for there is more than one."""
    ask_key(given.work(session, "second", now), AskKey(account=name, reason="联调"))
    return issue_key(given.work(session, "admin", now), name)


def _account(session: Session, name: str, office: str, now: datetime) -> Account:
    session.add(Person(id=f"person-{name}", name=name, recorded_at=now))
    session.flush()
    account = Account(name=name, person_id=f"person-{name}", office_code=office, recorded_at=now)
    session.add(account)
    session.flush()
    session.add(Credential(account_name=name, password_hash="none is met", changed_at=now))
    return account
