"""The procedures as tables that can be read aloud: which step follows which, by whom, on what.

Black: proposed, notice served, heard (a statement, or the periods gone by unused; a hearing where it
was asked in time), reviewed point by point, consented where the level above must, decided by another
person, the decision served, published. Red: nominated or applied, checked, publicised, objections
answered, listed by another person. A market's card: proposed on the organiser's warning, notice
served, heard, reviewed, given by another person. A pointer: recorded from another authority's
decision, confirmed by another person. A board has no procedure: it repeats decided penalties.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from registry.documents.forms import Kind

STATEMENT = "black.statement"
HEARING_REQUEST = "black.hearing_request"
HEARING_NOTICE = "hearing.notice"
PUBLICISED = "red.publicised"
CARD_STATEMENT = "card.statement"

_HEARD = ("received_on", "exhibits")
_SERVED = ("served_on", "manner", "served_by")
_BEFORE_DECISION = (
    "notice_served",
    "heard",
    "hearing_requested",
    "hearing_notified",
    "hearing_held",
    "reviewed",
    "consented",
)
DECIDED = ("decided", "decision_served")


@dataclass(frozen=True)
class Step:
    """One step of a procedure.

    Attributes:
        before: States from which it may be taken; none: it opens the proposal.
        after: State that it reaches; None: the state stays.
        role: What the person must hold on the region.
        documents: Kinds of document, one of which must be on file.
        paper: Kind of official paper that the step must have; see `issues` for when it is issued.
        rests_on: Kinds of the case's own papers that must not have been revoked since.
        needs: Details that it must state.
        takes: Details that it may state besides.
        opens: Rules of the party's periods that begin with it.
        waits: Rules of the periods that must have gone by.
        owes: Rules of the office's own deadlines that begin with it.
        meets: Rules of the office's own deadlines that it meets.
        within: Where it records what the party or the public says: the rule of the period for it.
        not_proposer: True where the proposer may not take it.
        another_person: True where it decides: the proposer and who consented may not take it.
        superior: True where the office above the proposing one must take it, by another person.
        party: True where the party may take it itself, at its own desk.
        closes: True where it ends the proposal.
    """

    name: str
    before: tuple[str, ...]
    after: str | None
    role: Literal["officer", "approver"]
    documents: tuple[str, ...]
    paper: Kind | None = None
    rests_on: tuple[Kind, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    within: str | None = None
    not_proposer: bool = False
    another_person: bool = False
    superior: bool = False
    party: bool = False
    closes: bool = False

    @property
    def issues(self) -> bool:
        """True where its paper is issued with it, in one act; one that is served goes before."""
        return self.paper is not None and "service_proof" not in self.documents


BLACK = (
    Step("propose", (), "proposed", "officer", ("evidence", "decision", "other"), owes=("black.decide",)),
    Step(
        "serve_notice",
        ("proposed",),
        "notice_served",
        "officer",
        ("service_proof",),
        paper="notice",
        takes=_SERVED,
        opens=(STATEMENT, HEARING_REQUEST),
    ),
    Step(
        "record_statement",
        (*_BEFORE_DECISION, *DECIDED),
        "heard",
        "officer",
        ("statement",),
        needs=("points",),
        takes=_HEARD,
        within=STATEMENT,
        party=True,
    ),
    Step(
        "request_hearing",
        (*_BEFORE_DECISION, *DECIDED),
        "hearing_requested",
        "officer",
        ("statement",),
        takes=_HEARD,
        within=HEARING_REQUEST,
        party=True,
    ),
    Step(
        "note_silence",
        ("notice_served",),
        "heard",
        "officer",
        ("other", "statement"),
        waits=(STATEMENT, HEARING_REQUEST),
        paper="silence",
        rests_on=("notice",),
    ),
    Step(
        "withdraw_hearing",
        ("hearing_requested", "hearing_notified"),
        "heard",
        "officer",
        ("statement",),
        party=True,
    ),
    Step(
        "serve_hearing_notice",
        ("hearing_requested",),
        "hearing_notified",
        "officer",
        ("service_proof",),
        paper="hearing_notice",
        needs=("held_on", "place"),
        takes=_SERVED,
        opens=(HEARING_NOTICE,),
        rests_on=("notice",),
    ),
    Step(
        "hold_hearing",
        ("hearing_notified",),
        "hearing_held",
        "officer",
        ("hearing_record",),
        needs=("attended",),
        takes=("points", "exhibits"),
        not_proposer=True,
    ),
    Step(
        "review",
        ("heard", "hearing_held"),
        "reviewed",
        "officer",
        ("review",),
        takes=("answers",),
        waits=(STATEMENT, HEARING_REQUEST),
        paper="review",
        rests_on=("notice",),
    ),
    Step(
        "consent",
        ("reviewed",),
        "consented",
        "approver",
        ("decision", "review"),
        takes=("exhibits",),
        superior=True,
        paper="consent",
        rests_on=("notice", "review"),
    ),
    Step(
        "decide",
        ("reviewed", "consented"),
        "decided",
        "approver",
        ("decision",),
        takes=("exhibits",),
        paper="decision",
        another_person=True,
        owes=("black.serve_decision", "black.publish"),
        meets=("black.decide",),
        rests_on=("notice", "review"),
    ),
    Step(
        "serve_decision",
        ("decided",),
        "decision_served",
        "officer",
        ("service_proof",),
        takes=_SERVED,
        meets=("black.serve_decision",),
        paper="repair_guide",
        rests_on=("decision",),
    ),
    Step("answer", DECIDED, None, "officer", ("review",), needs=("answers",), paper="review"),
    Step(
        "publish",
        ("decision_served",),
        "published",
        "officer",
        ("publicity",),
        meets=("black.publish",),
        closes=True,
        paper="publication",
        rests_on=("notice", "decision"),
    ),
    Step(
        "drop",
        ("proposed", *_BEFORE_DECISION, *DECIDED),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
        paper="no_listing",
    ),
)

RED = (
    Step("nominate", (), "nominated", "officer", ("evidence", "other")),
    Step("apply", (), "applied", "officer", ("statement", "pledge", "evidence", "other")),
    Step(
        "check", ("nominated", "applied"), "checked", "officer", ("review",), needs=("checks",), paper="check"
    ),
    Step(
        "publicise",
        ("checked",),
        "publicised",
        "officer",
        ("publicity",),
        opens=(PUBLICISED,),
        paper="publicity",
        rests_on=("check",),
    ),
    Step(
        "record_objection",
        ("publicised",),
        None,
        "officer",
        ("statement",),
        needs=("points",),
        takes=_HEARD,
        owes=("objection.decide",),
        within=PUBLICISED,
    ),
    Step(
        "answer_objection",
        ("publicised",),
        None,
        "officer",
        ("review",),
        needs=("answers",),
        meets=("objection.decide",),
        paper="objection_answer",
    ),
    Step(
        "list",
        ("publicised",),
        "listed",
        "approver",
        ("decision",),
        paper="red_decision",
        takes=("exhibits",),
        waits=(PUBLICISED,),
        another_person=True,
        closes=True,
        rests_on=("check", "publicity"),
    ),
    Step(
        "drop",
        ("nominated", "applied", "checked", "publicised"),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
        paper="no_listing",
    ),
)

CARD = (
    Step("propose", (), "proposed", "officer", ("evidence",)),
    Step(
        "serve_notice",
        ("proposed",),
        "notice_served",
        "officer",
        ("service_proof",),
        paper="notice",
        takes=_SERVED,
        opens=(CARD_STATEMENT,),
    ),
    Step(
        "record_statement",
        ("notice_served", "heard", "reviewed"),
        "heard",
        "officer",
        ("statement",),
        needs=("points",),
        takes=_HEARD,
        within=CARD_STATEMENT,
        party=True,
    ),
    Step(
        "note_silence",
        ("notice_served",),
        "heard",
        "officer",
        ("other", "statement"),
        waits=(CARD_STATEMENT,),
        paper="silence",
        rests_on=("notice",),
    ),
    Step(
        "review",
        ("heard",),
        "reviewed",
        "officer",
        ("review",),
        takes=("answers",),
        waits=(CARD_STATEMENT,),
        paper="review",
        rests_on=("notice",),
    ),
    Step(
        "give",
        ("reviewed",),
        "published",
        "approver",
        ("decision",),
        takes=("exhibits",),
        another_person=True,
        closes=True,
        paper="card",
        rests_on=("notice", "review"),
    ),
    Step(
        "drop",
        ("proposed", "notice_served", "heard", "reviewed"),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
        paper="no_listing",
    ),
)

POINTER = (
    Step("record", (), "recorded", "officer", ("decision",)),
    Step(
        "confirm",
        ("recorded",),
        "published",
        "approver",
        ("review",),
        takes=("exhibits",),
        another_person=True,
        closes=True,
        paper="confirmation",
    ),
    Step(
        "drop",
        ("recorded",),
        "dropped",
        "officer",
        ("review", "decision", "other"),
        closes=True,
        paper="no_listing",
    ),
)

PROCEDURES: Mapping[str, tuple[Step, ...]] = {
    "black": BLACK,
    "red": RED,
    "board": (),
    "card": CARD,
    "pointer": POINTER,
}
# steps that look at the facts once more
CHECKED_AGAIN = ("check", "decide", "publish", "list", "give", "confirm")
TOLD: Mapping[str, tuple[str, ...]] = {  # states in which who is concerned knows of the case
    "red": ("publicised",),
    "black": (*_BEFORE_DECISION, *DECIDED),
    "card": ("notice_served", "heard", "reviewed"),
    "pointer": (),  # nobody is told of one before it is shown
}
# steps whose persons have judged the case, and judge no objection to it
JUDGING = ("review", "check", "answer_objection", "consent", "decide", "list", "give", "confirm")
ALL_ANSWERED = ("review", "publish", "list", "give")  # steps that leave no point unanswered behind them
