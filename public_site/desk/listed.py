"""The lists of the desk as rows for a sheet: all that a page leads through, in the words of the reader."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.complaints import complaints_page
from api.objections import objections_page
from api.paging import key_of
from api.repairs import repairs_page
from api.scoring import planned
from api.supervising import regions_read
from public_site.desk.case_files import business_names, case_lines, office_names
from public_site.desk.expiring import Ending
from public_site.desk.markets import Stall
from public_site.names import Names, region_words
from public_site.render import Written
from public_site.texts import Words
from registry.audit.work import Work
from registry.lists.queries import proposals_within, standing_within
from registry.lists.tables import Proposal
from registry.regions import prefix
from registry.signups.commands import open_sign_ups

AT_ONCE = 500

Row = list[str]


@dataclass(frozen=True)
class Listed:
    """A list that is asked for.

    Attributes:
        work: Who asks.
        t: The reader's words.
        asked: What the address of the page asks for: state, region, closed, regime.
    """

    work: Work
    t: Words
    asked: Mapping[str, str]

    @property
    def written(self) -> Written:
        """Return how values are written for the reader."""
        return Written(self.t)

    def day(self, on: date | None) -> str:
        """Write a day as sheets sort it; empty where there is none."""
        return "" if on is None else on.isoformat()

    def headings(self, names: Iterable[str]) -> list[str]:
        """Return the headings of columns."""
        return [self.t(f"desk.listed.{one}") for one in names]

    @property
    def names(self) -> Names:
        """Return the names of what the rulebook calls by code."""
        return Names(self.work.rulebook, self.work.today, self.t)


def _cases(of: Listed) -> Iterator[Row]:
    state, after = of.asked.get("state", ""), ""
    while found := _proposals(of, state, after):
        for line in case_lines(of.work, found):
            one = line.proposal
            step = of.t(f"desk.act.{line.next.step.name}") if line.next and not one.closed_on else ""
            regime = of.names.regimes((one.regime,), one.region)
            days = (of.day(line.due_on), of.day(one.next_deadline_on), of.day(one.closed_on))
            who = (line.business, regime, region_words(one.region), of.t.term("state", one.state))
            yield [*who, step, *days, one.id]
        after = found[-1].id


def _proposals(of: Listed, state: str, after: str) -> Sequence[Proposal]:
    return proposals_within(
        of.work.session,
        regions_read(of.work),
        region=prefix(of.asked.get("region", "")),
        state=state if state not in ("", "all") else None,
        open_only=not state,
        after=after,
        limit=AT_ONCE,
    )


def _entries(of: Listed) -> Iterator[Row]:
    regime, after = of.asked.get("regime") or None, ""
    regions = regions_read(of.work)
    while found := standing_within(of.work.session, regions, regime=regime, after=after, limit=AT_ONCE):
        names = business_names(of.work.session, (one.business_id for one in found))
        for one in found:
            named = of.names.regimes((one.regime,), one.region)
            until = of.written.last_day(one.publish_until) if one.publish_until else ""
            who = (names.get(one.business_id, ""), named, region_words(one.region))
            yield [*who, of.t.term("state", one.state), of.day(one.listed_on), until, one.entry_id]
        after = found[-1].entry_id


def _petitions(page: Callable[..., Any]) -> Callable[[Listed], Iterator[Row]]:
    """Return what yields the objections, or the applications for repair."""

    def rows(of: Listed) -> Iterator[Row]:
        for one, name in _paged(of, page):
            who = (name, of.t.term("subject", one.subject_kind), region_words(one.region))
            late = of.t("desk.home.late") if one.overdue else ""
            days = (of.day(one.decide_by_on), late, of.day(one.closed_on))
            yield [*who, of.t.term("state", one.state), *days, one.id]

    return rows


def _complaints(of: Listed) -> Iterator[Row]:
    for one, name in _paged(of, complaints_page):
        office = office_names(of.work, [one.office_code]).get(one.office_code, one.office_code)
        late = of.t("desk.home.late") if one.overdue else ""
        about = (name or of.t("desk.complaints.not_on_record"), of.t.term("matter", one.matter))
        state = (of.t.term("complaint_state", one.state), of.day(one.received_on))
        yield [*about, *state, of.day(one.next_due_on), late, office, one.id]


def _sign_ups(of: Listed) -> Iterator[Row]:
    for one in open_sign_ups(of.work):
        asked = one.sign_up
        who = (one.business.name or "", asked.uscc, of.t.term("role", asked.wanted))
        yield [*who, asked.person_name, asked.contact, asked.account_name]


def _paged(of: Listed, page: Callable[..., Any]) -> Iterator[tuple[Any, str]]:
    """Yield what the pages of a list hold, each with the name of its business."""
    after: str | None = ""
    while after is not None:
        found = page(of.work, open_only=not of.asked.get("closed"), after=after, limit=AT_ONCE)
        names = business_names(
            of.work.session, (one.business_id for one in found.items if one.business_id is not None)
        )
        yield from ((one, names.get(one.business_id, "")) for one in found.items)
        after = key_of(found.next) if found.next else None


def _plan(of: Listed) -> Iterator[Row]:
    names = of.names
    for one in planned(of.work, of.asked.get("region", "")).items:
        place = "" if one.jurisdiction is None else names.place(one.jurisdiction)
        share = "" if one.share_bp is None else f"{one.share_bp / 100:g}%"
        grade = one.grade or of.t("desk.plan.ungraded")
        inspect = "" if one.to_inspect is None else str(one.to_inspect)
        yield [place, grade, str(one.businesses), share, inspect, names.ground_of(one)]


def stall_rows(t: Words, stalls: Iterable[Stall]) -> Iterator[Row]:
    """Yield a row for each instrument of a stall, and one for each stall that has none."""
    written = Written(t)
    for one in stalls:
        pledges = t("write.semicolon").join(t.term("matter", pledge.matter) for pledge in one.pledges)
        own = [one.business.stall or "", one.business.name or "", one.business.uscc or "", pledges]
        for each in one.instruments:
            kind = written.named(each.kind) if each.kind else each.row.kind
            status = t(f"instrument.status.{each.status}")
            through = each.valid_through.isoformat() if each.valid_through else ""
            yield [*own, kind, each.row.serial_no or "", status, through, each.row.instrument_id]
        if not one.instruments:
            yield [*own, "", "", t("desk.market.lack_instrument"), "", ""]


def ending_rows(t: Words, endings: Iterable[Ending]) -> Iterator[Row]:
    """Yield a row for each pledge and verification that runs out."""
    written = Written(t)
    for one in endings:
        own = [one.business.stall or "", one.business.name or "", one.business.uscc or ""]
        if one.pledge is not None:
            what = t("desk.expiring.pledge", matter=t.term("matter", one.pledge.matter))
        else:
            what = _measuring(written, one)
        yield [*own, what, one.last_on.isoformat(), str(one.left)]


def _measuring(written: Written, one: Ending) -> str:
    """Return kind and factory number of the instrument whose verification runs out."""
    if one.measuring is None:
        return ""
    kind = written.named(one.measuring.kind) if one.measuring.kind else one.measuring.row.kind
    return f"{kind} {one.measuring.row.serial_no or ''}".strip()


ENDINGS = ("stall", "business", "uscc", "what", "through", "left")
STALLS = ("stall", "business", "uscc", "pledges", "instrument", "serial_no", "standing", "through", "id")
PETITION = ("business", "about", "region", "state", "due", "late", "closed", "id")
SHEETS: Mapping[str, tuple[tuple[str, ...], Callable[[Listed], Iterator[Row]]]] = {
    "cases": (
        ("business", "list", "region", "state", "next", "due", "period", "closed", "id"),
        _cases,
    ),
    "entries": (("business", "list", "region", "state", "listed", "until", "id"), _entries),
    "objections": (PETITION, _petitions(objections_page)),
    "repairs": (PETITION, _petitions(repairs_page)),
    "complaints": (
        ("business", "about", "state", "received", "due", "late", "office", "id"),
        _complaints,
    ),
    "sign_ups": (("business", "uscc", "wanted", "person", "contact", "account"), _sign_ups),
    "plan": (("place", "grade", "businesses", "share", "inspect", "ground"), _plan),
}
"""By the name of the file: headings, and what yields the rows."""
