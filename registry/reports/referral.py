"""Handing a matter to another office by a paper that has no field for who reported it.

The paper is made from a sealed note whenever somebody who handles the report takes it out; it is kept nowhere
in plain, neither here nor in the registry, so that no copy of either holds what was reported. Its number is
drawn in a row of the reports, in the series and by the pattern of the rulebook.
"""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from registry.audit.work import Actor, Work
from registry.documents.forms import words
from registry.documents.papers import in_words
from registry.documents.typeset import pdf
from registry.errors import Conflict, NotFound, RuleRefused
from registry.offices.queries import named_on
from registry.offices.tables import Office
from registry.reports import opening
from registry.reports.handling import Line, Step, Words, moved, note_down, said, told, write_to_reporter
from registry.reports.notes import notes
from registry.reports.opening import Unlocked
from registry.reports.signs import signs_of_writer
from registry.reports.tables import Referral, Report
from registry.reports.vault import Vault
from registry.reports.witness import Seen, Told, refuse_unproved
from registry.rulebook import PaperNumber
from registry.texts import word

KIND = "report_referral"
TEMPLATE = Path(__file__).parent / "referral.typ"


class Refer(Step):
    """What another office is told: what happened, where and when. There is no field for who reported it."""

    to: Line
    business: Line
    place: Line
    happened: Line
    facts: Words
    confirmed: bool = Field(
        default=False, description="That what looks like somebody's number or name is not the reporter's."
    )


class Referred(BaseModel):
    """A referral as it was made, sealed in a note of the report.

    Attributes:
        office: Name of the office that refers, as on that day.
        on: Legal day of the referral.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    office: str
    on: date
    to: str
    business: str
    place: str
    happened: str
    facts: str


def refer(vault: Vault, actor: Actor, report_id: str, by: Unlocked, command: Refer) -> Told:
    """Hand the matter to another office, by a numbered paper, and tell the reporter which.

    Raises:
        NotFound: There is no such report in the office.
        Conflict: Somebody acted on it meanwhile.
        RuleRefused: It cannot be done now; the words seem to tell who reported; or no rule numbers the paper.
        Forbidden: The actor cannot open it.
    """
    stated = command.model_dump(include={"to", "business", "place", "happened", "facts"})
    signs = signs_of_writer(*stated.values())
    if signs and not command.confirmed:
        raise RuleRefused("report.referral_tells", field="facts", signs="、".join(one.words for one in signs))
    report = moved(vault, actor, report_id, command, "refer")
    write_to_reporter(vault, report, by, word("report_note", "referred", "zh").format(office=command.to))

    def within(work: Work) -> None:
        office = named_on(work.session, report.office_code, work.today)
        if office is None:
            raise RuleRefused("paper.no_office_name", office=report.office_code, on=work.today.isoformat())
        region = work.session.get_one(Office, report.office_code).region
        rule = work.rulebook.find(PaperNumber, KIND, region, work.today)
        number = _numbered(vault, report, rule, office.mark or office.name)
        paper = Referred(number=number, office=office.name, on=work.today, **stated)
        note_down(vault, report, by, said(vault, actor, "refer", paper.model_dump_json()))

    return told(report, "report.referred", within=within)


def referred(vault: Vault, proof: Seen, report: Report, by: Unlocked) -> Referred:
    """Return the referral of a report.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        NotFound: It was not referred.
        Unopened: What is kept was altered or moved.
    """
    refuse_unproved(proof, report, "content", by.holder.person_id)
    key = opening.key_for(vault, report, "content", by.holder, by.secret)
    found = next((one.text for one in reversed(notes(vault, report, key)) if one.act == "refer"), None)
    if found is None:
        raise NotFound("report.not_referred")
    return Referred.model_validate_json(found)


def paper_of(made: Referred) -> bytes:
    """Return the paper of a referral as a PDF: the same bytes each time.

    Raises:
        Malformed: A character stands in no font at hand.
    """
    rows = (
        (words("paper.report_referral.business"), made.business),
        (words("paper.report_referral.place"), made.place),
        (words("paper.report_referral.happened"), made.happened),
    )
    return pdf(
        {
            "office": made.office,
            "title": words("paper.report_referral.title"),
            "number": made.number,
            "address": made.number,  # what the code in the corner says: nothing on the network
            "addressee": made.to,
            "intro": words("paper.report_referral.intro"),
            "rows": rows,
            "facts_label": words("paper.report_referral.facts"),
            "facts": made.facts.splitlines(),
            "outro": [words("paper.report_referral.kept"), words("paper.report_referral.answer")],
            "day": in_words(made.on),
            "seal": words("paper.seal"),
        },
        made.on,
        TEMPLATE,
    )


def _numbered(vault: Vault, report: Report, rule: PaperNumber, mark: str) -> str:
    """Draw the next number of the office's year."""
    year = vault.today.year
    last = select(func.max(col(Referral.serial))).where(
        col(Referral.office_code) == report.office_code, col(Referral.year) == year
    )
    serial = (vault.session.exec(last).one() or 0) + 1
    row = Referral(report_id=report.id, office_code=report.office_code, year=year, serial=serial)
    vault.session.add(row)
    try:
        vault.session.flush()
    except IntegrityError as lost:
        raise Conflict("report.raced") from lost
    return rule.pattern.format(office=mark, series=rule.series, year=year, serial=serial)
