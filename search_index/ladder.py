"""The ranks on which a query may be found, one under another, in the language of whichever engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from search_index.plan import Plan, Term, Tier, is_apart, rank_of

Asked = TypeVar("Asked")

_IN_NAME = (Tier.EXACT_NAME, Tier.NAME_PREFIX)  # what stands there stands on the tier of the name too


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

    def anywhere(self, plan: Plan | None, *, anything: bool) -> Asked | None:
        """Return one query for what is found on any rank, or None where nothing can be."""
        if anything or plan is None:
            return self.everything if anything else None
        each = [self.any_of(self._found(word)) for word in plan.words]
        return self.any_of([*self._found(plan.whole), *([self.all_of(each)] if each else [])])

    def _found(self, term: Term) -> list[Asked]:
        """Return what finds a term on any of its tiers: who bears or begins with it has it in the name."""
        return [self.clause(term, tier) for tier in term.tiers if tier not in _IN_NAME]

    def so_far(self, rungs: Sequence[Rung[Asked]], number: int) -> Asked:
        """Return a query for what is found on any of the first ranks.

        Words apart that are found on one rank are found on each that follows, so the last of these serves.
        """
        taken = rungs[:number]
        in_name = any(rung.rank == rank_of(Tier.NAME, apart=False) for rung in taken)
        whole = [
            rung.query
            for rung in taken
            if not is_apart(rung.rank) and not (in_name and Tier(rung.rank // 2) in _IN_NAME)
        ]
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
