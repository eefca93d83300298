"""The ranks on which a query may be found, one under another, in the language of whichever engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from search_index.plan import Plan, Term, Tier, is_apart, rank_of

Asked = TypeVar("Asked")


class Rung(NamedTuple, Generic[Asked]):
    """One rank, and the query for it."""

    rank: int
    query: Asked


@dataclass(frozen=True)
class Language(Generic[Asked]):
    """How an engine is asked.

    Attributes:
        everything: The query that every document answers.
        clause: Returns the query for a term on one tier.
        any_of: Returns the query for what any of some queries finds.
        all_of: Returns the query for what all of some queries find.
    """

    everything: Asked
    clause: Callable[[Term, Tier], Asked]
    any_of: Callable[[Sequence[Asked]], Asked]
    all_of: Callable[[Sequence[Asked]], Asked]

    def ladder(self, plan: Plan | None, *, anything: bool) -> list[Rung[Asked]]:
        """Return the ranks on which a query may be found, the highest first.

        With `anything`, nothing was asked but filters, and every document is on the first rank.
        """
        if anything:
            return [Rung(0, self.everything)]
        return self._rungs(plan) if plan is not None else []

    def so_far(self, rungs: Sequence[Rung[Asked]], number: int) -> Asked:
        """Return a query for what is found on any of the first ranks.

        Words apart that are found on one rank are found on each that follows, so the last of these serves.
        """
        taken = rungs[:number]
        whole = [rung.query for rung in taken if not is_apart(rung.rank)]
        apart = [rung.query for rung in taken if is_apart(rung.rank)]
        return self.any_of([*whole, *apart[-1:]])

    def _rungs(self, plan: Plan) -> list[Rung[Asked]]:
        rungs: list[Rung[Asked]] = []
        apart: list[list[Asked]] = [[] for _ in plan.words]
        for tier in Tier:
            if tier in plan.whole.tiers:
                rungs.append(Rung(rank_of(tier, apart=False), self.clause(plan.whole, tier)))
            if any(tier in word.tiers for word in plan.words):
                for word, found in zip(plan.words, apart, strict=True):
                    if tier in word.tiers:
                        found.append(self.clause(word, tier))
                each = [self.any_of(found) for found in apart]
                rungs.append(Rung(rank_of(tier, apart=True), self.all_of(each)))
        return rungs
