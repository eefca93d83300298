"""`merger ask|decide|undo`: two records of one business, joined by two persons."""

import click

from jobs.acting import acting
from registry.mergers.commands import (
    DecideMerger,
    MergeBusinesses,
    UndoMerger,
    decide_merger,
    merge_businesses,
    undo_merger,
)


@click.group()
def merger() -> None:
    """Mergers and successions of businesses (归并、承继)."""


@merger.command("ask")
@click.argument("former_id")
@click.argument("survivor_id")
@click.option(
    "--kind", type=click.Choice(["duplicate", "succession"]), default="duplicate", show_default=True
)
@click.option("--reason", required=True)
@click.option("--document", "document_id", required=True, help="What shows it.")
@click.option("--as", "account", required=True, help="Account that acts (an officer).")
def merger_ask(
    former_id: str, survivor_id: str, kind: str, reason: str, document_id: str, account: str
) -> None:
    """Propose that FORMER_ID is the same business as SURVIVOR_ID, or was succeeded by it."""
    command = MergeBusinesses.model_validate(
        {
            "kind": kind,
            "former_id": former_id,
            "survivor_id": survivor_id,
            "reason": reason,
            "document_id": document_id,
        }
    )
    with acting(account) as work:
        click.echo(merge_businesses(work, command).id)


@merger.command("decide")
@click.argument("merger_id")
@click.argument("decision", type=click.Choice(["approved", "rejected"]))
@click.option("--as", "account", required=True, help="Account that acts: an approver, another person.")
def merger_decide(merger_id: str, decision: str, account: str) -> None:
    """Approve or reject what another person proposed; an approval takes effect at once."""
    command = DecideMerger.model_validate({"merger_id": merger_id, "decision": decision})
    with acting(account) as work:
        click.echo(decide_merger(work, command).id)


@merger.command("undo")
@click.argument("merger_id")
@click.option("--reason", required=True)
@click.option("--document", "document_id", required=True, help="What shows it.")
@click.option("--as", "account", required=True, help="Account that acts (an officer).")
def merger_undo(merger_id: str, reason: str, document_id: str, account: str) -> None:
    """Propose to undo a merger; another person decides it as any proposal."""
    command = UndoMerger(merger_id=merger_id, reason=reason, document_id=document_id)
    with acting(account) as work:
        click.echo(undo_merger(work, command).id)


COMMANDS = (merger,)
