"""Random officers, merchants and days through the commands: many acts in one transaction, a savepoint each.

What is tried is mostly sensible, so that cases get far, and often wrong: the wrong person, the wrong
paper, too early, with points unanswered. What the registry refuses leaves no trace.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from registry.audit.work import Actor, Grant, Work
from registry.calendar import legal_day
from registry.errors import Refusal
from registry.lists import casefile, queries
from registry.lists.commands import ProposeListing, TakeStep, propose_listing, take_step
from registry.lists.procedures import PROCEDURES
from registry.lists.tables import Proposal
from registry.publication.asked import AskWithdrawal, DecideWithdrawal, ask_withdrawal
from registry.publication.suspension import suspend_blemished
from registry.publication.withdrawal import lapse_due
from registry.settings import Settings
from registry.store.engine import writing
from tests import given
from tests.lists.cases import CHECKS, PAPERS, WHO
from tests.publication.ending import decide_withdrawal

PEOPLE = ("officer", "colleague", "approver", "superior", "national")
STEPS = tuple(sorted(set(PAPERS) - {"propose", "nominate", "apply", "record"}))
NEXT: dict[str, tuple[str, ...]] = {
    "proposed": ("serve_notice",),
    "notice_served": ("note_silence", "note_silence", "record_statement", "request_hearing"),
    "heard": ("review", "review", "review", "record_statement", "request_hearing"),
    "hearing_requested": ("serve_hearing_notice", "serve_hearing_notice", "withdraw_hearing"),
    "hearing_notified": ("hold_hearing", "hold_hearing", "hold_hearing", "record_statement"),
    "hearing_held": ("review",),
    "reviewed": ("consent", "consent", "consent", "give", "give", "record_statement"),
    "consented": ("decide", "decide", "decide", "record_statement"),
    "decided": ("serve_decision", "serve_decision", "record_statement", "request_hearing"),
    "decision_served": ("publish", "publish", "answer", "request_hearing"),
    "nominated": ("check",),
    "applied": ("check",),
    "checked": ("publicise",),
    "publicised": ("list", "list", "record_objection", "answer_objection"),
}
AT_ONCE = 1000
WAITING = 160  # cases that are open at a time
LONG = 24  # steps after which a case is mostly given up, so that new ones come


@dataclass
class Driver:
    """A registry in which everything is tried; `tried` counts what was done and what was refused.

    `who` says who tries a step most of the time.
    """

    engine: Engine
    settings: Settings
    seed: int
    who: Mapping[str, str] = field(default_factory=lambda: WHO)
    now: datetime = given.NOW
    rng: random.Random = field(init=False)
    actors: dict[str, Actor] = field(default_factory=dict)
    subjects: list[tuple[str, str, str]] = field(default_factory=list)
    fresh: list[tuple[str, str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    cases: dict[str, Proposal | None] = field(default_factory=dict)  # or the session reads them each time
    tried: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # the same acts on every run
        given.registry(self.engine, self.now)
        with writing(self.engine) as session:
            self.actors = {name: given.actor(session, name) for name in PEOPLE}
            self._populate(session)

    def run(self, acts: int) -> None:
        """Do so many acts, in transactions of a thousand."""
        for start in range(0, acts, AT_ONCE):
            with writing(self.engine) as session:
                self.cases = {one: session.get(Proposal, one) for one in self.open}
                for _ in range(min(AT_ONCE, acts - start)):
                    self._act(session)
            session.expunge_all()

    def work(self, session: Session, account: str, *, both: bool = False) -> Work:
        """Return work by a person, who may hold both roles in the town."""
        actor = self.actors[account]
        if both:
            actor = replace(actor, grants=tuple(Grant(role, given.TOWN) for role in ("officer", "approver")))
        return Work(session, actor, self.now, given.rulebook())

    def _act(self, session: Session) -> None:
        drawn = self.rng.random()
        act, do = "step", self._step
        if len(self.open) < WAITING or drawn < 0.01:
            act, do = "open", self._open
        elif drawn < 0.03:
            act, do = "withdraw", self._withdraw
        elif drawn < 0.0305:
            act, do = "jobs", self._jobs
        if self.rng.random() < 0.009:  # a million acts fall into the years whose holidays are known
            self.now += timedelta(days=self.rng.choice((0, 1, 1, 3, 8)))
        if not self.fresh:
            self._populate(session)
        savepoint = session.begin_nested()
        try:
            done = do(session)
        except Refusal as refused:
            savepoint.rollback()
            self.tried[f"refused {refused.code}"] += 1
            return
        savepoint.commit()
        self.tried[f"done {done or act}"] += 1

    def _open(self, session: Session) -> str:
        colour, business_id, fact = self.rng.choice(self.subjects[-60:])
        if self.rng.random() < 0.9:
            colour, business_id, fact = self.fresh.pop(self.rng.randrange(len(self.fresh)))
        regime, origin = {
            "black": ("henan_black", "propose"),
            "red": ("henan_red", self.rng.choice(("nominate", "apply"))),
            "card": ("market_red_card", "propose"),
        }[colour if self.rng.random() < 0.95 else self.rng.choice(("black", "red", "card"))]
        paper = self._paper(session, PAPERS[origin])
        command = ProposeListing(
            regime=regime,
            business_id=business_id,
            origin=origin,  # type: ignore[arg-type]
            ground="使用作弊秤",
            evidence=(fact,),
            document_id=paper,
        )
        who = "officer" if self.rng.random() < 0.9 else self.rng.choice(PEOPLE)
        both = self.rng.random() < 0.1
        self.open.append(str(propose_listing(self.work(session, who, both=both), command).id))
        return f"open {regime}"

    def _step(self, session: Session) -> str:
        place = self.rng.randrange(len(self.open))
        proposal = self.cases[self.open[place]] = session.get(Proposal, self.open[place])
        assert proposal is not None
        if proposal.closed_on is not None:
            self.open.pop(place)
            return "nothing"
        by_the_book = self.rng.random() < 0.85
        name = self.rng.choice(NEXT[proposal.state] if by_the_book else STEPS)
        if name == "drop" and self.rng.random() < 0.9:
            name = "review"
        if proposal.version > LONG and self.rng.random() < 0.5:
            name = "drop"
        paper = self._paper(session, PAPERS[name] if self.rng.random() < 0.97 else "pledge")
        command = TakeStep.model_validate(
            {
                "proposal_id": proposal.id,
                "step": name,
                "expected_version": proposal.version - (self.rng.random() < 0.02),
                "document_id": paper,
                **self._stated(session, proposal, name),
            }
        )
        step = next((one for one in PROCEDURES[proposal.colour] if one.name == name and one.paper), None)
        if step is not None and step.paper and self.rng.random() < 0.95:
            seq = proposal.version + 1 if step.issues else 0
            given.paper_issued(self.work(session, "officer"), proposal.id, name, step.paper, seq)
        who = self.who.get(name, "officer") if self.rng.random() < 0.85 else self.rng.choice(PEOPLE)
        outcome = take_step(self.work(session, who, both=self.rng.random() < 0.15), command)
        if outcome.what == "created":
            self.listed.append(str(outcome.id))
        return name

    def _stated(self, session: Session, proposal: Proposal, name: str) -> dict[str, Any]:
        """Return what a step states: mostly what it needs, sometimes less or a day that is none."""
        today, rng = legal_day(self.now), self.rng
        earlier = today - timedelta(days=rng.choice((1, 3, 6, 9)))
        stated: dict[str, Any] = {}
        if name in ("record_statement", "record_objection", "request_hearing") and rng.random() < 0.4:
            stated["received_on"] = earlier
        if name in ("record_statement", "record_objection"):
            stated["points"] = ["不属实"] * rng.randint(1, 3)
        elif name in ("serve_notice", "serve_decision") and rng.random() < 0.3:
            stated["served_on"] = earlier
        elif name == "serve_hearing_notice":
            stated |= {"held_on": today + timedelta(days=rng.choice((3, 14, 20))), "place": "区局"}
        elif name == "hold_hearing":
            stated |= {"attended": True, **({"points": ["已检定"]} if rng.random() < 0.5 else {})}
        elif name == "check":
            stated["checks"] = CHECKS
        elif name in ("review", "answer", "answer_objection"):
            stated = self._answers(session, proposal)
        return stated

    def _answers(self, session: Session, proposal: Proposal) -> dict[str, Any]:
        left = casefile.unanswered(queries.steps(session, proposal.id))
        if self.rng.random() < 0.1:
            left = left[1:]
        upheld = self.rng.random() < 0.1
        answers = [{"point": number, "accepted": upheld, "reasons": "已核"} for number in left]
        return {"answers": answers} if answers else {}

    def _withdraw(self, session: Session) -> str:
        entry = queries.current_entry(session, self.listed[-1]) if self.listed else None
        if entry is None or entry.withdrawn_on is not None:
            del self.listed[-1:]
            return "nothing"
        rule = {"red": "conditions_lost", "card": "warning_over"}.get(entry.colour, "wrong_facts")
        asking = AskWithdrawal(
            entry_id=entry.entry_id,
            expected_version=entry.version,
            rule=rule,
            reasons="已核",
            document_id=self._paper(session, "evidence"),
        )
        asked = ask_withdrawal(self.work(session, self.rng.choice(PEOPLE), both=True), asking)
        deciding = DecideWithdrawal(
            withdrawal_id=str(asked.id),
            granted=self.rng.random() < 0.8,
            reasons="已核",
            document_id=self._paper(session, "decision"),
        )
        decide_withdrawal(self.work(session, self.rng.choice(PEOPLE), both=True), deciding)
        return "withdraw"

    def _jobs(self, session: Session) -> str:
        lapse_due(self.work(session, "national"))
        suspend_blemished(self.work(session, "national"), self.settings)
        return "jobs"

    def _paper(self, session: Session, kind: str) -> str:
        """Write the row of a document; its bytes are no concern of a case."""
        region = given.TOWN if self.rng.random() < 0.99 else "370102"
        return given.document_row(session, self.now, kind=kind, title=kind, region=region)

    def _populate(self, session: Session) -> None:
        """Let merchants come: one who cheated, one who pledged, one who trades in a market."""
        by, number = self.work(session, "national"), len(self.subjects)
        decided_on = (legal_day(self.now) - timedelta(days=30)).isoformat()
        for colour, place in (
            ("black", {}),
            ("red", {}),
            ("card", {"market": "浉河区集贸市场", "stall": f"A{number}"}),
        ):
            business_id = given.business(by, f"浉河区第{number}{colour}商行", **place)
            fact = (
                given.pledge(by, business_id)
                if colour == "red"
                else given.violation(by, business_id, decision_no=f"{number}{colour}", decided_on=decided_on)
            )
            self.subjects.append((colour, business_id, fact))
            self.fresh.append((colour, business_id, fact))


def days_between(first: date, last: date) -> Sequence[date]:
    """Return the days after the first one through the last one."""
    return [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
