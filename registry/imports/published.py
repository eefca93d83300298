"""Facts about the parties of published records, each with a subject of its own where it needs one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.audit.work import Work
from registry.businesses.commands import RegisterSubject, register_subjects
from registry.commands import Command, Outcome
from registry.errors import Malformed
from registry.imports.cells import JsonNumber
from registry.imports.party import Party
from registry.imports.values import clean

DEEPEST = 20
Record = Callable[[Work, Sequence[Any]], list[Outcome]]


@dataclass(frozen=True)
class PublishedFact:
    """A fact that a published record states about its party.

    Attributes:
        source_key: Source, record and, where it has several facts, which of them.
        command: Records the fact, once the party has an identifier.
    """

    source_key: str
    subject: RegisterSubject
    command: Command

    def about(self, business_id: str) -> Command:
        """Return the command about a business."""
        return self.command.model_copy(update={"business_id": business_id})


def published_fact(
    command: type[Command], party: Party, region: str, sector: str | None, stated: Mapping[str, Any]
) -> PublishedFact:
    """Make a fact of what a record states, by the shapes of the commands.

    Args:
        command: Of the fact.
        party: Whom the record names.
        region: Of the party.
        sector: Of the party, where the record says it.
        stated: Fields of the command, its source key among them.

    Raises:
        ValidationError: What is stated does not fit.
    """
    subject = {
        "name": party.name,
        "standing": party.standing,
        "region": region,
        "kind": party.kind,
        "sector": sector,
    }
    return PublishedFact(
        stated["source_key"],
        RegisterSubject.model_validate(subject),
        command.model_validate({"business_id": "", **stated}),
    )


@dataclass(frozen=True)
class Recorded:
    """What became of facts: an outcome for each, and how many subjects were made for them."""

    outcomes: list[Outcome]
    subjects: int


def record_published(
    work: Work, facts: Sequence[PublishedFact], known: Mapping[str, str], record: Record
) -> Recorded:
    """Record facts with their subjects; a refused fact leaves no subject behind.

    Args:
        work: The transaction and who acts.
        facts: In the order of their source.
        known: Business by source key, of the facts that are on record already.
        record: The command of the batch.
    """
    outcomes: dict[int, Outcome] = {}
    left = list(range(len(facts)))
    made = 0
    while left:
        with work.session.begin_nested() as step:
            tried, made = _attempt(work, [facts[i] for i in left], known, record)
            refused = {i: one for i, one in zip(left, tried, strict=True) if one.what == "refused"}
            if refused:
                step.rollback()
        outcomes |= refused or dict(zip(left, tried, strict=True))
        left = [i for i in left if i not in outcomes]
    return Recorded([outcomes[i] for i in range(len(facts))], made)


def _attempt(
    work: Work, facts: Sequence[PublishedFact], known: Mapping[str, str], record: Record
) -> tuple[list[Outcome], int]:
    new = {fact.source_key: fact for fact in reversed(facts) if fact.source_key not in known}
    subjects = dict(zip(new, register_subjects(work, [fact.subject for fact in new.values()]), strict=True))
    ids = {**known, **{key: outcome.id for key, outcome in subjects.items() if outcome.id is not None}}
    sound = [fact for fact in facts if fact.source_key in ids]
    recorded = iter(record(work, [fact.about(str(ids[fact.source_key])) for fact in sound]))
    outcomes = [next(recorded) if f.source_key in ids else subjects[f.source_key] for f in facts]
    return outcomes, sum(outcome.what == "created" for outcome in subjects.values())


def cleaned(value: Any, depth: int = 0) -> Any:
    """Return a value of JSON with all its texts cleaned like cells.

    Raises:
        Malformed: A text holds characters that nobody sees, or values are nested too deeply.
    """
    if depth > DEEPEST:
        raise Malformed("import.too_deep", deepest=DEEPEST)
    if isinstance(value, str) and not isinstance(value, JsonNumber):
        return clean(value, "")
    if isinstance(value, list):
        return [cleaned(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {clean(key, ""): cleaned(one, depth + 1) for key, one in value.items()}
    return value
