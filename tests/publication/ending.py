"""Acts on entries with a paper whose file is left out, for tests that are about something else."""

from registry.audit.work import Work
from registry.commands import Outcome
from registry.publication import asked, praise, removal, withdrawal
from registry.publication.asked import DecideWithdrawal
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.removal import RecordRemoval
from registry.publication.withdrawal import WithdrawEntry
from tests import given


def withdraw_entry(work: Work, command: WithdrawEntry) -> Outcome:
    """Withdraw an entry."""
    given.entry_paper(work, command.entry_id, "withdraw")
    return withdrawal.withdraw_entry(work, command)


def decide_withdrawal(work: Work, command: DecideWithdrawal) -> Outcome:
    """Decide a withdrawal that was asked for."""
    given.withdrawal_paper(work, command.withdrawal_id, granted=command.granted)
    return asked.decide_withdrawal(work, command)


def suspend_entry(work: Work, command: SuspendEntry) -> Outcome:
    """Suspend a red entry."""
    given.entry_paper(work, command.entry_id, "suspend")
    return praise.suspend_entry(work, command)


def renew_entry(work: Work, command: RenewEntry) -> Outcome:
    """Renew a red entry."""
    given.entry_paper(work, command.entry_id, "renew")
    return praise.renew_entry(work, command)


def record_removal(work: Work, command: RecordRemoval) -> Outcome:
    """Record that its authority removed a pointer."""
    given.entry_paper(work, command.entry_id, "remove")
    return removal.record_removal(work, command)
