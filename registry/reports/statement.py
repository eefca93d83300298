"""What a receipt's certificate says in words, for the reporter and for the supervisor to whom it is shown."""

from collections.abc import Sequence

from registry.reports.progress import Owed
from registry.reports.receipts import Opening, received_on
from registry.texts import Language, word


def statement(opening: Opening, office: str, owed: Sequence[Owed], language: Language) -> list[str]:
    """Return the paragraphs that go with a certificate.

    Args:
        opening: Of the reporter.
        office: Its name.
        owed: What the office owes in a report that it received on that day, as it stands.
        language: Of the reader.
    """

    def said(code: str, **given: object) -> str:
        return word("receipt", code, language).format(**given)

    lines = [
        said("received", on=received_on(opening).isoformat(), office=office),
        said("sealed", digest=opening.content["sealed_sha256"]),
        said("leaf", leaf_id=opening.leaf_id),
    ]
    for one in owed:
        due_on = "" if one.due_on is None else one.due_on.isoformat()
        rule = word("rule", one.rule, language)
        lines.append(said(f"due_{one.standing}", rule=rule, due_on=due_on, source=one.source))
    return [*lines, said("hidden"), said("check")]


def opened_statement(opening: Opening, office: str, language: Language) -> list[str]:
    """Return the paragraphs that go with the certificate that something of a report was opened."""

    def said(code: str, **given: object) -> str:
        return word("receipt", code, language).format(**given)

    content = opening.content
    what = word("report_compartment", content["compartment"], language)
    return [
        said("opened", on=content["opened_on"], office=office, what=what),
        said("leaf", leaf_id=opening.leaf_id),
        said("opened_hidden"),
        said("check"),
    ]
