"""A report that came with a complaint: the part that is one goes sealed to those who handle reports.

It was not sent by the intake, so nobody has a code for it: the complainant is answered by the way that he
named. Nothing in the registry says that a report came out of a complaint, or which.
"""

import hmac

from registry.errors import Malformed
from registry.reports import intake
from registry.reports.codes import Derived
from registry.reports.sealing import new_key
from registry.reports.tables import Report
from registry.reports.told import (
    IDENTITY,
    LISTING,
    LONGEST_STORY,
    MATTER,
    SHORTEST_STORY,
    Identity,
    Listing,
    Matter,
    sealable,
)
from registry.reports.vault import Vault


def take_in(vault: Vault, office_code: str, mark: str, matter: Matter, identity: Identity) -> Report:
    """Seal a report as the intake does; the same mark again changes nothing.

    Args:
        vault: Open for writing.
        office_code: Of the office that has the complaint.
        mark: Of the form by which it was split.
        matter: What is reported.
        identity: Who complained; custodians alone open it.

    Raises:
        RuleRefused: The office takes no reports today.
    """
    incoming = intake.begin(vault, office_code)
    try:
        incoming.keep("content", MATTER, [sealable(matter)])
        incoming.keep("identity", IDENTITY, [sealable(identity)])
        incoming.keep("originals", LISTING, [sealable(Listing())])
        locator = hmac.digest(vault.pepper, f"handed {mark}".encode(), "sha256")
        return intake.receive(vault, incoming, Derived(locator, new_key()))
    finally:
        incoming.close()


def refuse_length(story: str, field: str) -> None:
    """Refuse a story that says too little or too much.

    Raises:
        Malformed: It does.
    """
    if not SHORTEST_STORY <= len(story) <= LONGEST_STORY:
        raise Malformed("report.story_length", field=field, least=SHORTEST_STORY, most=LONGEST_STORY)
