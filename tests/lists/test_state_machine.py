"""Random officers, papers and days: whatever they try, nothing is published without due process."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text
from sqlmodel import col, select

from registry.errors import Refusal
from registry.lists.tables import ListEntry, Proposal, ProposalStep
from registry.publication.withdrawal import WithdrawEntry, withdraw_entry
from registry.store.engine import reading, writing
from tests.lists.cases import PAPERS, WHO, Case, begun

PEOPLE = ("officer", "colleague", "approver", "superior")
STEPS = tuple(name for name in PAPERS if name not in ("propose", "nominate", "apply"))
FOLLOWING = {
    "proposed": "serve_notice",
    "notice_served": "note_silence",
    "heard": "review",
    "reviewed": "consent",
    "consented": "decide",
    "decided": "publish",
    "nominated": "check",
    "checked": "publicise",
    "publicised": "list",
}
NEEDED = {
    "black": {"propose", "serve_notice", "review", "consent", "decide", "publish"},
    "red": {"check", "publicise", "list"},
}


class Lists(RuleBasedStateMachine):
    """People act at random on two businesses; the invariants look at what came of it."""

    engine: Engine

    @initialize()
    def found(self) -> None:
        self.folder = TemporaryDirectory()
        with writing(self.engine) as session:  # the same database again, empty
            for table in reversed(Proposal.metadata.sorted_tables):
                session.connection().execute(text(f"DELETE FROM {table.name}"))  # noqa: S608
        self.case: Case = begun(self.engine, Path(self.folder.name))
        self.cheat = self.case.business()
        self.model = self.case.business("浉河区诚信粮油店")
        serious = self.case.violation(self.cheat, penalties=("revocation",), decided_on="2026-11-02")
        self.facts = {self.cheat: serious, self.model: self.case.pledge(self.model)}
        self.papers = {kind: self.case.paper(kind) for kind in set(PAPERS.values())}

    @rule(black=st.booleans(), which=st.booleans())
    def propose(self, *, black: bool, which: bool) -> None:
        business_id = self.cheat if which else self.model
        kind = ("henan_black", "propose") if black else ("henan_red", "nominate")
        paper = self.papers["evidence"]
        try:
            self.case.propose(
                business_id,
                self.facts[business_id],
                regime=kind[0],
                origin=kind[1],
                document_id=paper,
            )
        except Refusal:
            return
        assert black == which, "praised a cheat, or blamed a model"

    @rule(
        data=st.data(),
        step=st.sampled_from(STEPS),
        who=st.sampled_from(PEOPLE),
        both=st.booleans(),
        right_paper=st.integers(0, 9),
        stale=st.integers(0, 9),
    )
    def step(
        self, *, data: st.DataObject, step: str, who: str, both: bool, right_paper: int, stale: int
    ) -> None:
        with reading(self.engine) as session:
            found = session.exec(select(Proposal.id, Proposal.version).order_by(col(Proposal.id))).all()
        if not found or (step == "drop" and stale):
            return
        proposal_id, version = data.draw(st.sampled_from(found))
        try:
            self.case.step(
                proposal_id,
                step,
                version - (stale == 0),
                account=who,
                grants=("officer", "approver") if both else (),
                document_id=self.papers[PAPERS[step] if right_paper else "pledge"]
                if right_paper
                else "no-such-paper",
            )
        except Refusal:
            return

    @rule(person=st.sampled_from(PEOPLE), both=st.booleans())
    def go_on(self, *, person: str, both: bool) -> None:
        """Take the step that comes next, perhaps too early or by the wrong person."""
        self.go_one_on(person, ("officer", "approver") if both else ())

    @rule(times=st.integers(2, 5), days=st.sampled_from((0, 2, 8)))
    def go_on_by_the_book(self, *, times: int, days: int) -> None:
        """Take the steps that come next by the right persons, perhaps too early."""
        for _ in range(times):
            self.go_one_on(None, ())
            self.case.now += timedelta(days=days)

    def go_one_on(self, person: str | None, grants: tuple[str, ...]) -> None:
        with reading(self.engine) as session:
            found = session.exec(
                select(Proposal.id, Proposal.version, Proposal.state).order_by(col(Proposal.id))
            ).all()
        for proposal_id, version, state in found:
            if state in FOLLOWING:
                step = FOLLOWING[state]
                try:
                    self.case.step(
                        proposal_id,
                        step,
                        version,
                        account=person or WHO.get(step, "officer"),
                        grants=grants,
                        document_id=self.papers[PAPERS[step]],
                    )
                except Refusal:
                    continue

    @rule(days=st.sampled_from((0, 2, 8)))
    def wait(self, days: int) -> None:
        self.case.now += timedelta(days=days)

    @rule(who=st.sampled_from(PEOPLE))
    def withdraw(self, who: str) -> None:
        with reading(self.engine) as session:
            found = session.exec(
                select(ListEntry.entry_id, ListEntry.version, ListEntry.colour).where(
                    col(ListEntry.superseded_at).is_(None)
                )
            ).all()
        for entry_id, version, colour in found:
            command = WithdrawEntry(
                entry_id=entry_id,
                expected_version=version,
                ground="cancelled" if colour == "red" else "repaired",
                rule="第三十条",
                document_id=self.papers["decision"],
            )
            try:
                with writing(self.engine) as session:
                    withdraw_entry(self.case.work(session, who), command)
            except Refusal:
                continue

    @invariant()
    def every_entry_went_the_whole_way(self) -> None:
        if not hasattr(self, "case"):
            return
        with reading(self.engine) as session:
            entries = session.exec(select(ListEntry).where(ListEntry.version == 1)).all()
            for entry in entries:
                proposal = session.get(Proposal, entry.proposal_id)
                steps = session.exec(
                    select(ProposalStep)
                    .where(ProposalStep.proposal_id == entry.proposal_id)
                    .order_by(col(ProposalStep.seq))
                ).all()
                assert proposal is not None
                assert proposal.decided_by_person is not None
                assert proposal.decided_by_person != proposal.proposed_by_person
                assert {step.step for step in steps} >= NEEDED[entry.colour]
                assert all(step.document_id is not None for step in steps)
                days = [step.taken_on for step in steps]
                assert days == sorted(days)
                opening = next(n for n, step in enumerate(steps) if step.deadline_on is not None)
                waiting = next(step for step in steps if step.step in ("review", "list"))
                deadline = steps[opening].deadline_on
                assert deadline is not None
                assert waiting.taken_on > deadline >= steps[opening].taken_on + timedelta(days=5)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


@pytest.mark.parametrize(
    "effort",
    [
        pytest.param((15, 40), id="ordinary"),
        pytest.param((400, 80), id="long", marks=pytest.mark.long),
    ],
)
def test_no_entry_is_published_without_notice_period_papers_and_two_persons(
    engine: Engine, effort: tuple[int, int]
) -> None:
    machine = type("Lists", (Lists,), {"engine": engine})
    examples, steps = effort
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )
