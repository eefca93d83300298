"""What a receipt's certificate says in words, for the reporter and for the supervisor to whom it is shown."""

from collections.abc import Sequence
from datetime import date

from registry.reports.receipts import Opening, received_on
from registry.rulebook.periods import Due
from registry.texts import Language, word


def statement(opening: Opening, office: str, dues: Sequence[Due], on: date, language: Language) -> list[str]:
    """Return the paragraphs that go with a certificate.

    Args:
        opening: Of the reporter.
        office: Its name.
        dues: What the office owes in a report that it received on that day; see `deadlines.dues`.
        on: Legal day on which this is said.
        language: Of the reader.
    """

    def said(code: str, **given: object) -> str:
        return word("receipt", code, language).format(**given)

    lines = [
        said("received", on=received_on(opening).isoformat(), office=office),
        said("sealed", digest=opening.content["sealed_sha256"]),
        said("leaf", leaf_id=opening.leaf_id),
    ]
    for one in dues:
        due_on = "" if one.due_on is None else one.due_on.isoformat()
        rule = word("rule", one.rule, language)
        lines.append(said(f"due_{one.standing(on)}", rule=rule, due_on=due_on, source=one.source))
    return [*lines, said("hidden"), said("check")]
