"""The auditor's desk: who did what, when and for which office, and that it stands in the public log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import Session

from api.audit import EARLIEST, LATEST, READERS
from api.describing import WORKBOOK
from api.edge import Edge
from public_site.desk import forms
from public_site.desk.audited import Named, acts_meant, known_acts, pages_of
from public_site.desk.forms import Faults
from registry.accounts.queries import account_card
from registry.audit.queries import audit_entries
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.calendar import day_begins
from registry.errors import Malformed, NotFound
from registry.imports.exports import AUDIT, audit_row
from registry.imports.writing import write_csv, write_xlsx
from registry.log import checkpoints, proofs
from registry.log.tables import LogLeaf
from registry.offices.queries import offices_within
from registry.texts import say

AT_ONCE = 50
MOST_ROWS = 20_000  # of one file; a shorter time makes several
FILTERS = ("account", "office", "act", "subject", "since", "until")

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Search:
    """What is asked of the audit log; an empty field asks for all, an act by its words or its code."""

    account: str = ""
    office: str = ""
    act: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@get("/desk/audit", sync_to_thread=True, include_in_schema=False)
def audit(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the acts that a search finds, the latest first."""
    asked = {name: request.query_params.get(name, "").strip() for name in FILTERS}
    search, faults = _search(request, edge, asked)
    before = request.query_params.get("before", "")
    key = int(before) if before.isdecimal() and len(before) < AT_ONCE // 3 else None

    def read(work: Work) -> tuple[list[AuditEntry], dict[Named, str]]:
        found = _found(work, search, key, AT_ONCE + 1)
        return found, pages_of(work, found[:AT_ONCE])

    found, pages = forms.consult(edge, request, read)
    shown = found[:AT_ONCE]
    return forms.show(
        edge,
        request,
        "audit.html",
        entries=shown,
        pages=pages,
        acts=known_acts(),
        asked=asked,
        earlier=str(shown[-1].seq) if len(found) > AT_ONCE else "",
        faults=faults,
    )


@get("/desk/audit/export/{name:str}", sync_to_thread=True, include_in_schema=False)
def audit_file(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[Any]:
    """Send what a search finds as `audit.xlsx` or `audit.csv`."""
    if name not in ("audit.xlsx", "audit.csv"):
        raise NotFound("export.file_unknown", name=name)
    asked = {one: request.query_params.get(one, "").strip() for one in FILTERS}
    search, _ = _search(request, edge, asked)
    found = forms.consult(edge, request, lambda work: _found(work, search, None, MOST_ROWS))
    rows: Iterator[list[str]] = map(audit_row, found)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if name.endswith("xlsx"):
        book = BytesIO()
        write_xlsx(book, "audit", AUDIT, rows)
        return Response(book.getvalue(), media_type=WORKBOOK, headers=headers)
    text = StringIO(newline="")
    write_csv(text, AUDIT, rows)
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


@get("/desk/audit/{seq:int}", sync_to_thread=True, include_in_schema=False)
def audited(request: Asked, edge: NamedDependency[Edge], seq: FromPath[int]) -> Response[str]:
    """Show one act, and the proofs that its subject's acts stand in the public log."""

    def read(work: Work) -> tuple[AuditEntry, str | None, list[dict[str, Any]]]:
        found = _found(work, Search(), seq + 1, 1)
        if not found or found[0].seq != seq:
            raise NotFound("audit.unknown")
        leaves = proofs.leaves_of(work.session, found[0].subject_id)
        page = pages_of(work, found).get((found[0].subject_kind, found[0].subject_id))
        return found[0], page, [_proved(work.session, leaf) for leaf in leaves]

    entry, page, leaves = forms.consult(edge, request, read)
    return forms.show(edge, request, "audited.html", entry=entry, page=page, leaves=leaves)


def _proved(session: Session, leaf: LogLeaf) -> dict[str, Any]:
    """Return a leaf with its inclusion proof in the tree that was signed last; none before it is signed."""
    last = checkpoints.latest(session)
    size = last.size if last is not None else 0
    if leaf.seq >= size:
        return {"leaf": leaf, "size": size, "path": None}
    return {"leaf": leaf, "size": size, "path": [one.hex() for one in proofs.inclusion(session, leaf, size)]}


def _search(request: Asked, edge: Edge, asked: Mapping[str, str]) -> tuple[Search, Faults]:
    """Return what is asked, and what of it cannot be read."""
    language = forms.reader_at_desk(request, edge).language
    days: dict[str, date | None] = {"since": None, "until": None}
    said = []
    for name in days:
        try:
            days[name] = min(max(date.fromisoformat(asked[name]), EARLIEST), LATEST) if asked[name] else None
        except ValueError:
            said.append((name, say(Malformed("field.not_day", field=name), language)))
    entered = {name: (value,) for name, value in asked.items()}
    search = Search(
        asked["account"], asked["office"], asked["act"], asked["subject"], days["since"], days["until"]
    )
    return search, Faults(tuple(said), entered, 422 if said else 200)


def _found(work: Work, search: Search, before: int | None, limit: int) -> list[AuditEntry]:
    card = account_card(work.session, search.account) if search.account else None
    if search.account and card is None:
        return []
    return list(
        audit_entries(
            work.session,
            _offices(work, search.office),
            subject_id=search.subject or None,
            person_id=card.account.person_id if card is not None else None,
            acts=acts_meant(search.act) if search.act else None,
            since=_instant(search.since),
            until=_instant(search.until + timedelta(days=1) if search.until else None),
            before=before,
            limit=limit,
        )
    )


def _instant(day: date | None) -> datetime | None:
    return day_begins(day) if day is not None else None


def _offices(work: Work, office: str) -> list[str] | None:
    """Return the offices whose acts are asked for and may be read; None: all of them."""
    within = sorted({grant.region for grant in work.actor.grants if grant.role in READERS})
    if "" in within:
        return [office] if office else None
    readable = offices_within(work.session, within)
    return [one for one in readable if one == office] if office else list(readable)
