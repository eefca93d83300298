"""What the public may know of a score: by which scheme a place reckons, and the grade where it is public.

The grade is an aid of supervision. It is shown only where the scheme of the place publishes grades, and never
of a natural person; the points never, because they may rest on what is no longer shown. Why nobody is graded
speaks of the law, not of the business.
"""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from registry.errors import RuleRefused
from registry.publication.answers import PublicBusiness
from registry.rulebook import Rulebook
from registry.scoring.answers import Scheme, scheme_on
from registry.scoring.grades import bands_of, why_ungraded
from registry.scoring.rules import rules_in


class PublicGrade(BaseModel):
    """What the public may know of the score of a business.

    Attributes:
        base_points: Hundredths of a point with which every score of the place begins.
        ungraded_because: Code of the reason for which nobody is graded there; None: some grade is given.
        may_show: True where the place publishes grades and this business is no natural person.
        grade: None where it may not be shown or none is given.
    """

    model_config = ConfigDict(frozen=True)

    scheme: Scheme
    base_points: int
    ungraded_because: str | None
    may_show: bool = False
    grade: str | None = None


def grade_of(
    session: Session, it: PublicBusiness, rulebook: Rulebook, on: date, now: datetime
) -> PublicGrade | None:
    """Return what the public may know of the score of a business.

    Args:
        session: Read only.
        it: The business as the public sees it.
        rulebook: The effective one.
        on: Legal day.
        now: Aware instant up to which the record is known.

    Returns:
        None where no scheme is in force, or it is only our own proposal and not public.
    """
    rules = rules_in(rulebook, it.region, on)
    if rules is None or (rules.scheme.source is None and not rules.scheme.grade_public):
        return None
    shown = PublicGrade(
        scheme=scheme_on(rules.scheme, on),
        base_points=rules.scheme.base_points,
        ungraded_because=None if bands_of(rules) else why_ungraded(rules, ()),
    )
    if not rules.scheme.grade_public or it.masked or it.kind == "natural_person":
        return shown
    from registry.scoring.explain import explain  # noqa: PLC0415  # its engine is heavy, and seldom asked

    try:
        account = explain(session, it.id, on, now, rulebook)
    except RuleRefused:  # it was not known on that day, or was merged meanwhile
        return shown
    return shown.model_copy(update={"may_show": True, "grade": account.grade})
