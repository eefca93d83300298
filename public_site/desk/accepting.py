"""What the desk asks about taking an application up (受理): at once or later, and on what ground not."""

from public_site.desk.asking import Asked
from public_site.texts import Words
from registry.audit.work import Work
from registry.rulebook import DeclineGround


def accepting(t: Words) -> Asked:
    """Return the question whether an application is taken up at once."""
    answers = (("true", t("desk.accepting.now")), ("false", t("desk.accepting.later")))
    label, hint = t("desk.accepting.label"), t("desk.accepting.hint")
    return Asked("accepted", "choice", label, hint=hint, choices=answers, value="true")


def decline_grounds(work: Work, matter: str, region: str, t: Words) -> Asked:
    """Return the question on what ground of the rulebook an application is not taken up."""
    rows = work.rulebook.in_force(DeclineGround, region, work.today).values()
    known = tuple((row.code, t.term("rule", row.code)) for row in rows if matter in row.matters)
    return Asked("ground", "choice", t("desk.accepting.ground"), choices=known)
