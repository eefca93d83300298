"""Rewards and the threads of reports: what is told there, who claims it there, who is known by the code.

A reward stands in the registry and names a report by its random number alone. The claim is made in the
thread, under the code, with a word agreed upon; whoever shows both is paid, and nobody asks for a name.
"""

import hmac
from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from registry.audit.work import Actor, Work
from registry.errors import Malformed
from registry.reports import codes, thread
from registry.reports.handling import told, write_to_reporter
from registry.reports.opening import Unlocked
from registry.reports.tables import Report
from registry.reports.vault import Vault, sheet_key
from registry.reports.witness import Told, report_of
from registry.rewards.commands import StepOfShare, tell_reward
from registry.rewards.queries import share_of
from registry.rewards.sheets import KeptSheet, sheet_of
from registry.rewards.tables import Reward, RewardShare
from registry.texts import word


def claimants(vault: Vault, office_code: str) -> Sequence[Report]:
    """Return the reports of an office whose reporters claim a reward, the earliest claim first."""
    query = select(Report).where(
        col(Report.office_code) == office_code, col(Report.reward_claimed_on).is_not(None)
    )
    return vault.session.exec(query.order_by(col(Report.reward_claimed_on), col(Report.id))).all()


def claimed_on(vault: Vault, report_id: str) -> date | None:
    """Return the day on which a reporter claimed the reward in the thread, or None."""
    report = vault.session.get(Report, report_id)
    return None if report is None else report.reward_claimed_on


def tell(vault: Vault, actor: Actor, by: Unlocked, reward: Reward, share: RewardShare) -> Told:
    """Tell a reporter of the reward, with its calculation; the time to claim it begins.

    Args:
        vault: Open for writing.
        actor: Who tells.
        by: Whose key opens the thread.
        reward: As it was settled.
        share: What the report receives of it.

    Raises:
        NotFound: There is no such report in the office.
        RuleRefused: The reward is not settled, or was told before.
        Forbidden: The actor cannot open the report.
    """
    report = report_of(vault, actor, share.report_id)
    sheet = sheet_of(sheet_key(vault.pepper), reward)
    write_to_reporter(vault, report, by, in_words(sheet, share.report_id))

    def within(work: Work) -> None:
        now = share_of(work.session, report.id)
        if now is None or now.state != "told":  # a form that was cut is sent again: it was told already
            tell_reward(work, StepOfShare(report_id=report.id))

    return told(report, "report.answered", within=within)


# lines that tell how many reported the same, and what each of them is paid
OF_OTHERS = frozenset({"sharing"})


def in_words(sheet: KeptSheet, report_id: str) -> str:
    """Return what a reporter is told: the amount, the calculation with its rules, and what to do."""
    line = word("report_note", "reward_line", "zh")
    lines = [
        line.format(
            step=word("reward_step", one.what, "zh"),
            rule=word("reward_line", one.rule, "zh"),
            amount=yuan(one.amount_fen),
            source=one.source,
        )
        for one in sheet.lines
        if one.rule not in OF_OTHERS
    ]
    told_of = word("report_note", "reward_told", "zh").format(amount=yuan(sheet.amounts_fen[report_id]))
    return "\n".join((told_of, *lines, word("report_note", "reward_how", "zh")))


def known_again(vault: Vault, report_id: str, code: str, agreed: str) -> bool:
    """Say whether somebody shows the code of a report and the word that was agreed in its thread.

    The code is compared with that of this report and looked up nowhere, so that nobody learns here whether
    it is another one's; why it is not known again is not told either.

    Args:
        vault: Read only is enough.
        report_id: Of the report whose reward is to be paid.
        code: As it was typed.
        agreed: The word.
    """
    report = vault.session.get(Report, report_id)
    try:
        reporter = codes.derive(codes.read_code(code), vault.pepper)
    except Malformed:
        return False
    if report is None or not hmac.compare_digest(report.locator, reporter.locator) or not agreed.strip():
        return False
    _, key = thread.visit(vault, reporter)
    begins = word("report_note", "reward_claimed", "zh").partition("{contact}")[0].format(word=agreed.strip())
    same = [
        hmac.compare_digest(one.text[: len(begins)].encode(), begins.encode())
        for one in thread.messages(vault, report, key)
        if one.written_by == "reporter"
    ]
    return any(same)


def yuan(fen: int) -> str:
    """Return an amount in yuan."""
    return f"{fen // 100}.{fen % 100:02d}"
