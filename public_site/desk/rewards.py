"""Rewards at the desk: who claims one, its calculation line by line, and the steps to its payment.

Nobody here learns who reported: a reward is known by a report's random number, told in its thread, and paid
to who shows the return code and the word that was agreed upon.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Annotated, Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from pydantic import Field, PlainSerializer, SecretStr

from api.edge import Edge
from api.exports import in_form
from api.faults import Misread
from public_site.desk import forms, sealed
from public_site.desk.awaiting import A_GLANCE, Awaiting
from public_site.desk.form import Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, faults_of
from public_site.sheets import form_of
from registry.accounts.names import person_names
from registry.audit.work import Actor, Work
from registry.commands import Command, Outcome
from registry.errors import Malformed, NotFound, Refusal, RuleRefused
from registry.imports.values import fen
from registry.reports import claims
from registry.reports.handling import merged_with
from registry.reports.vault import Vault, sheet_key
from registry.reports.witness import Told, report_of
from registry.rewards import commands, queries
from registry.rewards.commands import DecideReward, Graded, ProposeReward, RecordConsent, Share, StepOfShare
from registry.rewards.rules import Exclusion, Party
from registry.rewards.sheets import sheet_of
from registry.rewards.tables import Reward
from registry.rulebook import PenaltyKind
from registry.rulebook.reward_rows import Clue, Match, Proof

ADDRESS = "/desk/reports/rewards"
SHEET = ("number", "state", "proposed")
READING = (commands.PROPOSER, commands.DECIDER, commands.PAYER)
AWAITED = {
    "proposed": ("decide_reward", commands.DECIDER),
    "decided": ("consent_reward", commands.DECIDER),
    "due": ("tell_reward", commands.PROPOSER),
    "claimed": ("pay_reward", commands.PAYER),
}
"""By state of a reward, or of a share of a settled one: what it waits for, and from whom."""
Asked = Request[Any, Any, Any]
# what leads to a case does not enter the digest by which a form is known again: few fines are that large
OFF_RECORD = PlainSerializer(lambda _: "", when_used="json")


def awaiting(edge: Edge, request: Asked) -> list[Awaiting]:
    """Return the rewards with which who is signed in is to go on."""
    if not forms.signed(edge, request).actor.holds(*READING):
        return []
    t = forms.reader_at_desk(request, edge).t
    found = forms.consult(edge, request, _acts_awaited)
    title = partial(t, "desk.rewards.one")
    return [Awaiting(title(number=one[:8]), act, f"{ADDRESS}/{one}") for one, act in found[:A_GLANCE]]


def _acts_awaited(work: Work) -> list[tuple[str, str]]:
    """Return rewards, each with what awaits the person."""
    found = queries.unfinished_within(work.session, _regions(work))
    acts = ((row.id, _act_of(work, row, state)) for row, state in found)
    return list(dict.fromkeys(one for one in acts if one[1]))


def _act_of(work: Work, row: Reward, share_state: str) -> str:
    """Return what a reward waits for; empty where it waits for somebody else."""
    act, role = AWAITED[share_state if row.state == "settled" else row.state]
    had_part = work.actor.person_id in (row.proposed_by_person, row.decided_by_person)
    return act if work.actor.may(role, row.region) and (role == commands.PROPOSER or not had_part) else ""


class ShareForm(Command):
    """What one report receives, in percent of the whole."""

    report_id: str = Field(max_length=64)
    percent: str = Field(default="100", max_length=10)


class RewardForm(Command):
    """A reward as its form states it: amounts in yuan, shares and the insider's factor in percent."""

    shares: tuple[ShareForm, ...] = Field(min_length=1, max_length=50)
    reasons: str | None = Field(default=None, max_length=1000)
    case_on: Annotated[date, OFF_RECORD]
    party: Party
    penalties: tuple[PenaltyKind, ...] = ()
    fine_fen: Annotated[str, OFF_RECORD] = "0"
    confiscated_fen: Annotated[str, OFF_RECORD] = "0"
    crime: bool = False
    clue: Clue
    proof: Proof
    match: Match
    grave: bool = False
    insider: bool = False
    insider_percent: str | None = Field(default=None, max_length=10)
    excluded: tuple[Exclusion, ...] = ()

    def stated(self) -> ProposeReward:
        """Return the command.

        Raises:
            Malformed: An amount or a share is none.
        """
        return ProposeReward(
            shares=tuple(
                Share(report_id=one.report_id, share_bp=_basis_points(one.percent, "shares"))
                for one in self.shares
            ),
            **self.model_dump(include={"reasons", "case_on", "party", "penalties", "crime", "insider"}),
            fine_fen=fen(self.fine_fen, "fine_fen"),
            confiscated_fen=fen(self.confiscated_fen, "confiscated_fen"),
            merit=Graded(clue=self.clue, proof=self.proof, match=self.match, grave=self.grave),
            insider_bp=_basis_points(self.insider_percent, "insider_percent")
            if self.insider_percent
            else None,
            excluded=self.excluded,
        )


class OfReport(Command):
    """The report whose share it is."""

    report_id: str = Field(max_length=64)


class Pay(OfReport):
    """Who is paid shows the return code and the word that was agreed upon."""

    code: SecretStr = Field(max_length=100)
    word: SecretStr = Field(max_length=100)


@get(ADDRESS, sync_to_thread=True, include_in_schema=False)
def rewards(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show who claims a reward, and what became of each."""
    actor = forms.signed(edge, request).actor
    found = forms.consult(edge, request, lambda work: queries.rewards_within(work.session, _regions(work)))
    waiting = []
    if actor.holds(commands.PROPOSER):
        with edge.reports.reading(edge.today()) as vault:
            claimed = list(claims.claimants(vault, actor.office_code))
        ids = [one.id for one in claimed]
        held = forms.consult(edge, request, lambda work: queries.rewarded(work.session, ids))
        waiting = [one for one in claimed if one.id not in held]
    return forms.show(edge, request, "rewards.html", rewards=found, waiting=waiting)


@get(f"{ADDRESS}/export/{{name:str}}", sync_to_thread=True, include_in_schema=False)
def exported(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
    """Return the rewards of the page, without amounts and reports, as `rewards.xlsx` or `rewards.csv`."""
    form = form_of(name, "rewards")
    t = forms.reader_at_desk(request, edge).t
    found = forms.consult(edge, request, lambda work: queries.rewards_within(work.session, _regions(work)))
    rows = (
        [
            one.id[:8],
            t.term("reward_state", one.state),
            one.proposed_on.isoformat(),
        ]
        for one in found
    )
    return in_form("rewards", form, [t(f"desk.listed.{one}") for one in SHEET], rows)


@get(f"{ADDRESS}/new", sync_to_thread=True, include_in_schema=False)
def new_reward(request: Asked, edge: NamedDependency[Edge], report: FromQuery[str] = "") -> Response[str]:
    """Show the form that proposes the reward of a report, and of those that count with it."""
    return _new(edge, request, report)


def _new(edge: Edge, request: Asked, report_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    actor = forms.signed(edge, request).actor
    with edge.reports.reading(edge.today()) as vault:
        first = report_of(vault, actor, report_id)
        reports = [first, *merged_with(vault, first)]
    return forms.show(
        edge,
        request,
        "reward_new.html",
        faults=faults,
        reports=reports,
        parties=get_args(Party),
        penalties=get_args(PenaltyKind),
        clues=get_args(Clue),
        proofs=get_args(Proof),
        matches=get_args(Match),
        exclusions=get_args(Exclusion),
    )


@post(ADDRESS, sync_to_thread=True, include_in_schema=False)
def propose(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Propose a reward; its calculation stands on the page that follows."""
    first = form.one("shares.0.report_id")

    def do(work: Work, asked: RewardForm) -> Outcome:
        stated = asked.stated()
        with edge.reports.reading(edge.today()) as vault:
            for share in stated.shares:
                report_of(vault, work.actor, share.report_id)
        return commands.propose_reward(work, stated, sheet_key(edge.reports.pepper))

    then, again = partial(_address_after, done="reward"), partial(_new, edge, request, first)
    return forms.act(edge, request, form, RewardForm, do, then, again)


@get(f"{ADDRESS}/{{reward_id:str}}", sync_to_thread=True, include_in_schema=False)
def reward(request: Asked, edge: NamedDependency[Edge], reward_id: FromPath[str]) -> Response[str]:
    """Show a reward: its calculation, who had a part in it, and what may be done next."""
    return _reward(edge, request, reward_id)


def _reward(edge: Edge, request: Asked, reward_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, object]:
        row = _found(work, reward_id)
        sheet = sheet_of(sheet_key(edge.reports.pepper), row)
        people = (row.proposed_by_person, row.decided_by_person, row.consent_by_person)
        return {
            "reward": row,
            "sheet": sheet,
            "shares": queries.shares_of(work.session, row.id),
            "names": person_names(work.session, [one for one in people if one is not None]),
            "may": {role: work.actor.may(role, row.region) for role in READING},
        }

    return forms.show(edge, request, "reward.html", faults=faults, **forms.consult(edge, request, read))


@post(f"{ADDRESS}/{{reward_id:str}}/decision", sync_to_thread=True, include_in_schema=False)
def decide(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], reward_id: FromPath[str]
) -> Response[Any]:
    """Approve or refuse a reward that another person proposed."""
    return _step(edge, request, form, reward_id, DecideReward, commands.decide_reward)


@post(f"{ADDRESS}/{{reward_id:str}}/consent", sync_to_thread=True, include_in_schema=False)
def consent(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], reward_id: FromPath[str]
) -> Response[Any]:
    """Record that the finance department agreed."""
    return _step(edge, request, form, reward_id, RecordConsent, commands.record_consent)


def _step(edge: Edge, request: Asked, form: Form, reward_id: str, command: Any, verb: Any) -> Response[Any]:
    def do(work: Work, asked: Any) -> Outcome:
        _found(work, reward_id)
        outcome: Outcome = verb(work, asked)
        return outcome

    then, again = partial(_address_after, done="reward"), partial(_reward, edge, request, reward_id)
    return forms.act(edge, request, form, command, do, then, again, given={"reward_id": reward_id})


@post(f"{ADDRESS}/{{reward_id:str}}/telling", sync_to_thread=True, include_in_schema=False)
def tell(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], reward_id: FromPath[str]
) -> Response[Any]:
    """Tell a reporter of the reward, in the thread."""
    forms.checked(edge, request, form)
    row, shares = forms.consult(edge, request, lambda work: _with_shares(work, reward_id))

    def do(vault: Vault, actor: Actor, asked: OfReport) -> Told:
        share = next((one for one in shares if one.report_id == asked.report_id), None)
        if share is None:
            raise NotFound("reward.none", field="report_id")
        return claims.tell(vault, actor, sealed.unlocked(edge, request, vault), row, share)

    again = partial(_reward, edge, request, reward_id)
    return sealed.act(edge, request, form, OfReport, do, f"{ADDRESS}/{reward_id}?done=reward", again)


@post(f"{ADDRESS}/{{reward_id:str}}/payment", sync_to_thread=True, include_in_schema=False)
def pay(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], reward_id: FromPath[str]
) -> Response[Any]:
    """Pay a claimed reward to who shows the return code and the word."""
    forms.checked(edge, request, form)
    forms.consult(edge, request, lambda work: _found(work, reward_id))
    again = partial(_reward, edge, request, reward_id)
    try:
        known = _known_again(edge, request, stated(form, Pay, {}))
    except (Misread, Refusal) as refused:
        return again(faults_of(refused, request, form, Pay))

    def do(work: Work, asked: Pay) -> Outcome:
        if not known:
            raise RuleRefused("reward.not_known_again", field="code")
        return commands.pay_reward(work, StepOfShare(report_id=asked.report_id))

    def then(_: Outcome) -> str:
        return f"{ADDRESS}/{reward_id}?done=reward_paid"

    return forms.act(edge, request, form, Pay, do, then, again)


def _known_again(edge: Edge, request: Asked, shown: Pay) -> bool:
    """Say whether who is to be paid showed code and word; the try is on record before they are looked at.

    Raises:
        Refusal: There is no such reward, it is not the person's to pay, or it was tried too often.
    """
    with sealed.sides_of(edge, request).working() as work:
        waits = commands.try_payment(work, StepOfShare(report_id=shown.report_id))
    if not waits:
        return False
    code, agreed = shown.code.get_secret_value(), shown.word.get_secret_value()
    with edge.reports.reading(edge.today()) as vault:
        return claims.known_again(vault, shown.report_id, code, agreed)


def _regions(work: Work) -> list[str]:
    """Return the regions whose rewards the person reads."""
    return sorted({one.region for one in work.actor.grants if one.role in READING and one.on_region})


def _found(work: Work, reward_id: str) -> Reward:
    """Return a reward of the person's regions.

    Raises:
        NotFound: There is none.
    """
    row = queries.reward(work.session, reward_id)
    if row is None or not any(work.actor.may(role, row.region) for role in READING):
        raise NotFound("reward.unknown", reward_id=reward_id)
    return row


def _with_shares(work: Work, reward_id: str) -> tuple[Reward, Any]:
    return _found(work, reward_id), queries.shares_of(work.session, reward_id)


def _address_after(outcome: Outcome, *, done: str) -> str:
    return f"{ADDRESS}/{outcome.id}?done={done}"


def _basis_points(percent: str, field: str) -> int:
    """Return a percentage, such as 33.33, in basis points.

    Raises:
        Malformed: It is none, or finer than a hundredth.
    """
    try:
        points = Decimal(percent.strip().removesuffix("%")) * 100
    except InvalidOperation as broken:
        raise Malformed("reward.percent", field=field) from broken
    if points != points.to_integral_value() or not 0 < points < 1_000_000:
        raise Malformed("reward.percent", field=field)
    return int(points)


ROUTES = (rewards, exported, new_reward, propose, reward, decide, consent, tell, pay)
