"""What a business asks for about its own entries and records: objections, and repair of credit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.objections import ObjectionFile, file_of_objection
from api.repairs import RepairFile, file_of_repair
from public_site.desk.acting import Act
from public_site.desk.asking import Asked, Filing
from public_site.desk.case_files import documents_of, papers_of_steps
from public_site.desk.objections import FILING
from public_site.desk.owning import OWN, is_own, words_filed
from public_site.desk.possible_acts import PossibleAct
from public_site.desk.repairs import FILES as PAPERS_OF_REPAIR
from public_site.desk.repairs import papers_asked
from public_site.desk.stepping import PARTY_SENDS, Opening, Sort
from public_site.desk.subjects import own_subject
from public_site.reader import Reader
from public_site.texts import Words
from registry.audit.work import Work
from registry.commands import Outcome
from registry.documents import papers as issued
from registry.documents.tables import Paper
from registry.errors import NotFound
from registry.repair import commands, objections, papers, queries, rules
from registry.repair.commands import BY_PARTY, STEPS
from registry.repair.forms import (
    ApplyForRepair,
    FileObjection,
    StepOfObjection,
    StepOfRepair,
    SupplementRepair,
    WithdrawObjection,
    WithdrawRepair,
)
from registry.repair.forms import Words as Said
from registry.repair.rules import PAPER_KINDS
from registry.repair.tables import Objection, Repair
from registry.rulebook import RepairCondition
from registry.settings import Settings
from registry.texts import catalogue


class TakeObjectionBack(StepOfObjection):
    """Take the own objection back, in words written on the page."""

    reasons: Said


class TakeRepairBack(StepOfRepair):
    """Take the own application back, in words written on the page."""

    reasons: Said


class ApplyItself(ApplyForRepair):
    """Apply for repair at the own desk.

    Attributes:
        pledged: True where the pledge was given on the page.
    """

    pledged: bool = False


@dataclass(frozen=True)
class Condition:
    """A row of the law under which a record may be repaired, as it stands for an application today.

    Attributes:
        possible_on: First day on which it is met by time; None: not known, or never early.
        missing: Papers that it asks for and that were not handed in.
    """

    row: RepairCondition
    possible_on: date | None
    missing: tuple[str, ...]


def own_objection(work: Work, objection_id: str) -> ObjectionFile:
    """Return the file of an objection of a business of the actor.

    Raises:
        NotFound: There is none, or it is another's.
    """
    found = work.session.get(Objection, objection_id)
    if found is None or not is_own(work, found.business_id):
        raise NotFound("objection.unknown", objection_id=objection_id)
    return file_of_objection(work, found)


def own_repair(work: Work, repair_id: str) -> RepairFile:
    """Return the file of an application of a business of the actor.

    Raises:
        NotFound: There is none, or it is another's.
    """
    found = work.session.get(Repair, repair_id)
    if found is None or not is_own(work, found.business_id):
        raise NotFound("repair.unknown", repair_id=repair_id)
    return file_of_repair(work, found)


def conditions_of(
    work: Work, kind: str, subject_id: str, on: date, handed_in: Mapping[str, str]
) -> list[Condition]:
    """Return under which rows of the law a record may be repaired; one of them suffices.

    Args:
        work: Read only.
        kind: `entry` or `violation`.
        subject_id: Of what would be repaired.
        on: Day of the application.
        handed_in: Papers that it brings, by what they are.
    """
    found = queries.subject(work.session, kind, subject_id, lock=False)
    if found is None:
        return []
    asked = queries.as_subject(found, "metrology")
    return [
        Condition(
            row,
            rules.possible_from(row, asked),
            tuple(paper for paper in row.papers if paper not in handed_in),
        )
        for row in rules.conditions(work.rulebook, asked, on).rows
        if row.early
    ]


def valid_papers(work: Work, case_id: str) -> Sequence[Paper]:
    """Return the papers that an office issued in a case and has not revoked."""
    return [one for one in issued.of_case(work.session, case_id) if one.revoked_on is None]


def _by_party(_work: Work, found: ObjectionFile | RepairFile) -> tuple[PossibleAct, ...]:
    if isinstance(found, ObjectionFile):
        return (PossibleAct("withdraw", None),) if found.state == "open" else ()
    return tuple(PossibleAct(name, None) for name in BY_PARTY if found.state in STEPS[name][1])


def _fields(_work: Work, found: ObjectionFile | RepairFile, name: str, t: Words) -> list[Asked]:
    version = Asked("expected_version", "hidden", "", value=str(found.version))
    if name == "supplement" and isinstance(found, RepairFile):
        return [version, *papers_asked(found.papers_missing, t)]
    return [version, Asked("reasons", "text", t("desk.cases.field.reasons"))]


def _withdraw_objection(work: Work, settings: Settings, command: TakeObjectionBack) -> Outcome:
    found = own_objection(work, command.objection_id)
    paper = words_filed(work, settings, found.business_id, found.region, command.reasons)
    stated = command.model_dump(exclude={"reasons"})
    return objections.withdraw_objection(work, WithdrawObjection(**stated, document_id=paper))


def _withdraw_repair(work: Work, settings: Settings, command: TakeRepairBack) -> Outcome:
    found = own_repair(work, command.repair_id)
    paper = words_filed(work, settings, found.business_id, found.region, command.reasons)
    stated = command.model_dump(exclude={"reasons"})
    return commands.withdraw_repair(work, WithdrawRepair(**stated, document_id=paper))


def _apply(work: Work, settings: Settings, command: ApplyItself) -> Outcome:
    """Apply; what was written and pledged on the page are the papers where no others came."""
    filing, _ = own_subject(work, command.subject_kind, command.subject_id)
    business_id = str(filing.business_id)
    brought = dict(command.papers)
    if "application" not in brought:
        brought["application"] = words_filed(
            work, settings, business_id, filing.region, command.note or command.applicant
        )
    if command.pledged and "pledge" not in brought:
        said = catalogue()["repair.pledge"]["zh"].format(name=command.applicant)
        brought["pledge"] = words_filed(work, settings, business_id, filing.region, said, "pledge")
    stated = command.model_dump(exclude={"pledged", "papers"})
    return papers.apply_for_repair(work, settings, ApplyForRepair(**stated, papers=brought))


def _objecting(kind: str, subject: str, _about: str, t: Words) -> list[Asked]:
    return [
        Asked("subject_kind", "hidden", "", value=kind),
        Asked("subject_id", "hidden", "", value=subject),
        Asked("objector", "line", t("desk.objections.objector"), hint=t("desk.own.who_hint")),
        Asked("points", "lines", t("desk.own.points"), hint=t("desk.own.points_hint")),
        *(
            Asked(name, "file", t("desk.objections.paper", number=number), required=False)
            for number, name in enumerate(FILING.files, start=1)
        ),
    ]


def _applying(kind: str, subject: str, _about: str, t: Words) -> list[Asked]:
    pledge = catalogue()["repair.pledge"][t.language].format(name=t("desk.own.this_shop"))
    return [
        Asked("subject_kind", "hidden", "", value=kind),
        Asked("subject_id", "hidden", "", value=subject),
        Asked("applicant", "line", t("desk.repairs.applicant"), hint=t("desk.own.who_hint")),
        Asked("note", "text", t("desk.own.application"), hint=t("desk.own.application_hint")),
        Asked(
            "pledged",
            "boxes",
            t.term("repair_paper", "pledge"),
            hint=t("desk.own.pledged_hint"),
            required=False,
            choices=(("true", pledge),),
        ),
        *papers_asked(tuple(PAPER_KINDS), t),
    ]


def _of_objection(work: Work, found: ObjectionFile, _reader: Reader) -> dict[str, Any]:
    return _of_both(work, found, found.papers)


def _of_repair(work: Work, found: RepairFile, reader: Reader) -> dict[str, Any]:
    return {
        **_of_both(work, found, found.papers.values()),
        "conditions": conditions_of(
            work, found.subject_kind, found.subject_id, found.received_on, found.papers
        ),
        "names": reader.names(work.rulebook, work.today),
    }


def _of_both(work: Work, found: ObjectionFile | RepairFile, brought: Iterable[str]) -> dict[str, Any]:
    own = documents_of(work.session, [*brought, *papers_of_steps(found.steps)])
    return {
        "about": own_subject(work, found.subject_kind, found.subject_id)[1],
        "papers": valid_papers(work, found.id),
        "documents": {one.id: one for one in own.values() if one.business_id == found.business_id},
    }


def _conditions(work: Work, kind: str, subject_id: str, reader: Reader) -> dict[str, Any]:
    return {
        "conditions": conditions_of(work, kind, subject_id, work.today, {}),
        "names": reader.names(work.rulebook, work.today),
        "today": work.today,
    }


OBJECTIONS = f"{OWN}/objections"
OBJECTING = Opening(
    OBJECTIONS,
    Act(FileObjection, papers.file_objection, files=FILING.files, lines=("points",)),
    about=own_subject,
    fields=_objecting,
    title="desk.act.file_objection_own",
    crumb=(OWN, "desk.nav.own"),
    done="objection_filed",
    given={"assisted": False},
    button=PARTY_SENDS,
)
OBJECTION = Sort(
    OBJECTIONS,
    "objection_id",
    find=own_objection,
    filing=lambda found: Filing(found.region, found.business_id),
    acts={"withdraw": Act(TakeObjectionBack, _withdraw_objection)},
    possible=_by_party,
    fields=_fields,
    shown=_of_objection,
    template="own_objection.html",
    crumb=(OWN, "desk.nav.own"),
    word="desk.objections.file",
    tail="_objection_own",
    done="said",
    button=PARTY_SENDS,
)
REPAIRS = f"{OWN}/repairs"
APPLYING = Opening(
    REPAIRS,
    Act(ApplyItself, _apply, files=PAPERS_OF_REPAIR),
    about=own_subject,
    fields=_applying,
    title="desk.act.apply_repair_own",
    crumb=(OWN, "desk.nav.own"),
    done="repair_received",
    template="own_repair_new.html",
    shown=_conditions,
    given={"field": "metrology"},
    button=PARTY_SENDS,
)
REPAIR = Sort(
    REPAIRS,
    "repair_id",
    find=own_repair,
    filing=lambda found: Filing(found.region, found.business_id),
    acts={
        "supplement": Act(SupplementRepair, papers.supplement_repair, files=PAPERS_OF_REPAIR),
        "withdraw": Act(TakeRepairBack, _withdraw_repair),
    },
    possible=_by_party,
    fields=_fields,
    shown=_of_repair,
    template="own_repair.html",
    crumb=(OWN, "desk.nav.own"),
    word="desk.repairs.file",
    tail="_repair_own",
    done="said",
    button=PARTY_SENDS,
)
ROUTES = (*OBJECTING.routes(), *OBJECTION.routes(), *APPLYING.routes(), *REPAIR.routes())
