"""Acts on entries with a paper whose file is left out, for tests that are about something else."""

from registry.audit.work import Work
from registry.commands import Outcome
from registry.publication import removal, withdrawal
from registry.publication.removal import RecordRemoval
from registry.publication.withdrawal import RenewEntry, SuspendEntry, WithdrawEntry
from tests import given


def withdraw_entry(work: Work, command: WithdrawEntry) -> Outcome:
    """Withdraw an entry."""
    given.entry_paper(work, command.entry_id, "withdraw")
    return withdrawal.withdraw_entry(work, command)


def suspend_entry(work: Work, command: SuspendEntry) -> Outcome:
    """Suspend a red entry."""
    given.entry_paper(work, command.entry_id, "suspend")
    return withdrawal.suspend_entry(work, command)


def renew_entry(work: Work, command: RenewEntry) -> Outcome:
    """Renew a red entry."""
    given.entry_paper(work, command.entry_id, "renew")
    return withdrawal.renew_entry(work, command)


def record_removal(work: Work, command: RecordRemoval) -> Outcome:
    """Record that its authority removed a pointer."""
    given.entry_paper(work, command.entry_id, "remove")
    return removal.record_removal(work, command)
