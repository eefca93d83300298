"""What the form of each step of a listing case asks for, read from the procedure's own table."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from public_site.desk.asking import KIND, Asked, Choices, Group, Sort
from public_site.texts import Words
from registry.documents.forms import Kind
from registry.documents.kinds import FORMS
from registry.lists import casefile
from registry.lists.papers import PAPERS
from registry.lists.procedures import Step
from registry.lists.tables import ProposalStep

EXHIBITS = 3  # papers beside its own that a form has room for
ROWS = 6  # checks that a page has room for
# what an officer states for a paper, by the name that the paper's form gives it
STATED: Mapping[str, str] = MappingProxyType(
    {
        "hearing_on": "held_on",
        "hearing_time": "time",
        "hearing_place": "place",
        "place": "place",
        "chair": "chair",
        "way": "way",
        "reasons": "reasons",
        "where": "where",
    }
)
SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        "points": "lines",
        "received_on": "date",
        "served_on": "date",
        "held_on": "date",
        "manner": "choice",
        "attended": "choice",
        "reasons": "text",
    }
)
MANNERS = ("direct", "left", "mail", "electronic", "announcement")
LINES = ("points",)
BLANK_WITHOUT: Mapping[str, Sequence[str]] = MappingProxyType(
    {"answers": ("accepted", "reasons"), "checks": ("passed", "finding")}
)


def step_fields(
    step: Step, before: Sequence[ProposalStep], version: int, t: Words
) -> tuple[Asked | Group, ...]:
    """Return what the form of a step asks for.

    Args:
        step: Of a procedure.
        before: The steps of the case, whose open points want answers.
        version: Of the case as it is shown.
        t: The words of the page.
    """
    fields: list[Asked | Group] = [Asked("expected_version", "hidden", "", value=str(version))]
    for name in (*step.needs, *step.takes):
        if name == "exhibits":
            continue
        if name == "answers":
            fields += _answers(before, t)
        elif name == "checks":
            fields += [_check(number, t) for number in range(ROWS)]
        else:
            fields.append(_detail(name, name in step.needs, t))
    if step.issues and step.paper is not None:
        fields += [one for one in paper_fields(step.paper, t) if one.name in ("reasons", "where")]
    else:
        fields += document_fields(step.documents, t)
    if "exhibits" in step.takes:
        fields += exhibit_fields(t)
    fields.append(Asked("note", "text", t("desk.cases.field.note"), required=False))
    return tuple(fields)


def document_fields(kinds: Sequence[str], t: Words) -> list[Asked]:
    """Return the fields of the paper that a step rests on, one of some kinds."""
    label = t("desk.cases.field.document") if len(kinds) > 1 else t.term("document", kinds[0])
    fields = [Asked("document_id", "file", label, hint=t("desk.cases.hint.document"))]
    if len(kinds) > 1:
        choices = tuple((kind, t.term("document", kind)) for kind in kinds)
        fields.append(
            Asked("document_id" + KIND, "choice", t("desk.cases.field.kind"), choices=choices, value=kinds[0])
        )
    return fields


def exhibit_fields(t: Words) -> list[Asked]:
    """Return the fields of what is handed in beside a step's own document."""
    return [
        Asked(f"exhibits.{number}", "file", t("desk.cases.field.exhibit", number=number + 1), required=False)
        for number in range(EXHIBITS)
    ]


def files_of(step: Step) -> dict[str, str]:
    """Return the files that the form of a step may bring, each with the kind of document that it is."""
    beside = range(EXHIBITS) if "exhibits" in step.takes else ()
    return {"document_id": step.documents[0], **{f"exhibits.{number}": "evidence" for number in beside}}


def papers_before(step: Step) -> tuple[Kind, ...]:
    """Return the papers of a step that are issued on their own: served, or signed by hand."""
    own = step.paper if step.issues else None
    return tuple(kind for kind in PAPERS.get(step.name, ()) if kind != own)


def paper_fields(kind: Kind, t: Words) -> list[Asked]:
    """Return what an officer states for a paper of a kind."""
    found: dict[str, Asked] = {}
    for part in FORMS[kind].parts:
        for name in part.needs():
            if name in STATED and STATED[name] not in found:
                must = not part.optional and part.shape != "line"
                found[STATED[name]] = _detail(STATED[name], must, t)
    return list(found.values())


def _detail(name: str, required: bool, t: Words) -> Asked:
    hint = f"desk.cases.hint.{name}"
    return Asked(
        name,
        SORTS.get(name, "line"),
        t(f"desk.cases.field.{name}"),
        hint=t(hint) if hint in t.texts else "",
        required=required,
        choices=_choices(name, t),
    )


def _choices(name: str, t: Words) -> Choices:
    if name == "manner":
        return tuple((code, t(f"desk.cases.manner.{code}")) for code in MANNERS)
    if name == "attended":
        return (("true", t("desk.cases.attended")), ("false", t("desk.cases.stayed_away")))
    return ()


def _answers(before: Sequence[ProposalStep], t: Words) -> list[Group]:
    points = casefile.points(before)
    choices = (("true", t("desk.cases.accepted")), ("false", t("desk.cases.not_accepted")))
    return [
        Group(
            f"answers.{number}",
            t("desk.cases.point", number=point, words=points[point]),
            (
                Asked(f"answers.{number}.point", "hidden", "", value=point),
                Asked(
                    f"answers.{number}.accepted", "choice", t("desk.cases.field.accepted"), choices=choices
                ),
                Asked(f"answers.{number}.reasons", "text", t("desk.cases.field.answer")),
            ),
        )
        for number, point in enumerate(casefile.unanswered(before))
    ]


def _check(number: int, t: Words) -> Group:
    choices = (("true", t("desk.cases.passed")), ("false", t("desk.cases.failed")))
    at, need = f"checks.{number}", number == 0
    usual = f"desk.cases.check.{number}"
    return Group(
        at,
        t("desk.cases.check_row", number=number + 1),
        (
            Asked(
                f"{at}.checked",
                "line",
                t("desk.cases.field.checked"),
                value=t(usual) if usual in t.texts else "",
                required=need,
            ),
            Asked(f"{at}.passed", "choice", t("desk.cases.field.passed"), choices=choices, required=need),
            Asked(f"{at}.finding", "line", t("desk.cases.field.finding"), required=need),
        ),
    )
