"""Signing a pledge: on a screen, by the business itself or before a witness; or on paper, which is filed.

What is signed on a screen is set as a paper with its number and code in the same act; of what is signed
by hand the scan is the paper. The text and its term are those of the law on that day.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlmodel import Session

from registry.audit.work import Work
from registry.businesses.bearers import Bearer, Bearers
from registry.businesses.keeping import require_keeper
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion, Market
from registry.calendar import PartialDate, Precision, add_months
from registry.commands import Command, Outcome
from registry.documents.commands import FileDocument, keep_document
from registry.documents.forms import blocks, title, words
from registry.documents.kinds import FORMS
from registry.documents.media import media_type_of
from registry.documents.papers import IssuePaper, give_paper, in_words, with_paper
from registry.documents.typeset import STICKER, pdf
from registry.errors import Malformed, NotFound
from registry.identifiers import new_id
from registry.offices.queries import name_on
from registry.pledges.commands import FilePledge, keep_pledge
from registry.pledges.queries import pledges_of
from registry.pledges.rules import Matter
from registry.pledges.tables import Pledge
from registry.rulebook import PledgeText, Rulebook
from registry.rulebook.pledge_rows import GENERAL
from registry.settings import Settings
from registry.texts import Language, word

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class SignPledge(Command):
    """Give a pledge on a screen, whose whole text was shown."""

    business_id: str
    matter: Matter
    signed_by: Name = Field(description="Who pledges, by the name typed.")
    witness: Name | None = Field(default=None, description="Who saw it, where another person takes it.")
    agreed: bool = Field(default=False, description="True: the text was read in full and agreed to.")


class FileSigned(Command):
    """File a pledge that was signed by hand, with its scan."""

    business_id: str
    matter: Matter
    pledged_on: date
    content: bytes = Field(max_length=10_485_760, description="PDF or picture of the signed pledge.")


def sign_pledge(work: Work, settings: Settings, command: SignPledge) -> Outcome:
    """Take a pledge that its business gives now, and issue the paper that says so.

    Returns:
        The pledge with its paper; `unchanged` where the same was given today already.

    Raises:
        NotFound: There is no such business.
        Forbidden: The actor neither speaks for the business nor keeps its register.
        Malformed: It was not agreed to, or nobody witnessed what another person takes.
        RuleRefused: No text of such a pledge is in force, or no number of its papers.
    """
    bearer = _bearer(work, command.business_id)
    by_party = work.actor.is_party(bearer.id, bearer.region)
    if not command.agreed:
        raise Malformed("pledge.not_agreed", field="agreed")
    if not by_party and command.witness is None:
        raise Malformed("pledge.witness_missing", field="witness")
    if (same := _given_on(work.session, bearer.id, command.matter, work.today)) is not None:
        return Outcome("unchanged", same.pledge_id)
    pledge_id = new_id()
    through = _through(work, command.matter, bearer.region, work.today)
    document_id = _issued(work, settings, command, bearer, (pledge_id, through))
    stated = FilePledge(
        business_id=bearer.id,
        matter=command.matter,
        pledged_on=PartialDate(work.today, Precision.DAY),
        valid_through=through,
        document_id=document_id,
    )
    return with_paper(work, keep_pledge(work, stated, pledge_id), document_id)


def file_signed(work: Work, settings: Settings, command: FileSigned) -> Outcome:
    """File a pledge that was signed by hand; its term is that of the law on the day of signing.

    Raises:
        NotFound: There is no such business.
        Forbidden: The actor neither speaks for the business nor keeps its register.
        Malformed: The day lies ahead, or the file is neither a PDF nor a picture.
        RuleRefused: No text of such a pledge was in force on that day.
    """
    bearer = _bearer(work, command.business_id)
    through = _through(work, command.matter, bearer.region, command.pledged_on)
    if (same := _given_on(work.session, bearer.id, command.matter, command.pledged_on)) is not None:
        return Outcome("unchanged", same.pledge_id)
    filing = FileDocument(
        kind="pledge",
        title=title(FORMS["pledge"], "zh"),
        media_type=media_type_of(command.content, "paper"),
        region=bearer.region,
        business_id=bearer.id,
        content=command.content,
    )
    stated = FilePledge(
        business_id=bearer.id,
        matter=command.matter,
        pledged_on=PartialDate(command.pledged_on, Precision.DAY),
        valid_through=through,
        document_id=keep_document(work, settings.data_dir, filing).id,
    )
    return keep_pledge(work, stated, new_id())


def text_of(
    rulebook: Rulebook, matter: str, region: str, on: date, language: Language = "zh"
) -> tuple[PledgeText, tuple[str, ...]]:
    """Return the row of a pledge and its articles, those of every pledge first.

    Raises:
        RuleRefused: No text of such a pledge is in force there and then.
    """
    row = rulebook.find(PledgeText, matter, region, on, field="matter")
    rows = [row] if matter == GENERAL else [rulebook.find(PledgeText, GENERAL, region, on), row]
    return row, tuple(
        article for one in rows for article in (one.articles_zh if language == "zh" else one.articles_en)
    )


def blank(work: Work, settings: Settings, business_id: str, matter: str) -> bytes:
    """Return a pledge to print and sign by hand: without number, its code leads to the public page.

    Raises:
        NotFound: There is no such business.
        RuleRefused: No text of such a pledge is in force.
    """
    known = _known(work, business_id)
    form = FORMS["pledge"]
    shown = _fields(work, known, matter)
    return pdf(
        {
            "office": name_on(work.session, work.actor.office_code, work.today) or work.actor.office_code,
            "title": title(form, "zh"),
            "number": words("paper.pledge.blank"),
            "addressee": None,
            "blocks": blocks(form, shown),
            "day": in_words(work.today),
            "sealed": False,
            "compact": True,
            "address": page_of(settings, business_id),
            "code": "",
            "seal": "",
            "verify": words("paper.pledge.scan"),
            "code_label": "",
        },
        work.today,
    )


def sticker(work: Work, settings: Settings, pledge: Pledge) -> bytes:
    """Return the sticker of a pledge for the counter, whose code leads to the public page.

    Raises:
        NotFound: The business is no longer on record.
    """
    known = _known(work, pledge.business_id)
    until = pledge.valid_through
    return pdf(
        {
            "office": name_on(work.session, pledge.receiving_office, work.today) or pledge.receiving_office,
            "title": words("paper.pledge.sticker"),
            "party": known.name or "",
            "matter": word("matter", pledge.matter, "zh"),
            "through": words("paper.pledge.through", through=in_words(until)) if until is not None else None,
            "scan": words("paper.pledge.scan"),
            "address": page_of(settings, pledge.business_id),
        },
        work.today,
        STICKER,
    )


def page_of(settings: Settings, business_id: str) -> str:
    """Return the address of the public page of a business."""
    return f"{settings.public_url.rstrip('/')}/businesses/{business_id}"


def _through(work: Work, matter: str, region: str, pledged_on: date) -> date | None:
    """Return the last day of a pledge that is given on a day; None: it is open."""
    row, _ = text_of(work.rulebook, matter, region, pledged_on)
    return add_months(pledged_on, row.term_months) if row.term_months is not None else None


def _issued(
    work: Work, settings: Settings, command: SignPledge, bearer: Bearer, of: tuple[str, date | None]
) -> str:
    """Issue the paper of a pledge that is given now, and return its document."""
    pledge_id, through = of
    today = in_words(work.today)
    fields = {
        **_fields(work, _known(work, bearer.id), command.matter),
        "signed_by": command.signed_by,
        "witness": command.witness or "",
        "signed_on": today,
        "through": in_words(through) if through is not None else "",
        "open_from": today if through is None else "",
    }
    issue = {
        "kind": "pledge",
        "case_id": pledge_id,
        "step": "pledge",
        "region": bearer.region,
        "fields": {name: value for name, value in fields.items() if value},
    }
    return give_paper(work, settings, IssuePaper.model_validate(issue))


def _bearer(work: Work, business_id: str) -> Bearer:
    """Return the business that pledges, for which the actor may act.

    Raises:
        NotFound: There is none.
        Forbidden: The actor neither speaks for it nor keeps its register.
    """
    bearer = Bearers(work.session, {business_id}).of(business_id)
    if not work.actor.is_party(bearer.id, bearer.region):
        require_keeper(work, bearer, "business_id")
    return bearer


def _known(work: Work, business_id: str) -> BusinessVersion:
    found = current_version(work.session, business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=business_id)
    return found


def _fields(work: Work, known: BusinessVersion, matter: str) -> dict[str, Any]:
    market = work.session.get(Market, known.market_id) if known.market_id is not None else None
    place = (market.name if market is not None else known.address, known.stall)
    return {
        "party": known.name or "",
        "matter": word("matter", matter, "zh"),
        "articles": text_of(work.rulebook, matter, known.region, work.today)[1],
        "place": " ".join(part for part in place if part),
    }


def _given_on(session: Session, business_id: str, matter: str, on: date) -> Pledge | None:
    """Return the pledge of a matter that a business gave on a day."""
    of_matter = (one for one in pledges_of(session, business_id) if one.matter == matter)
    return next((one for one in of_matter if one.pledged_on == on), None)
