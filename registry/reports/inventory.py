"""Every column of the reports: sealed to whom and bound to what, or why it may be plain.

A column that is not listed here fails the build. For a sealed one the row says what its context is made of,
and tests open real values with contexts that they put together from this list alone. For a plain one it says
which of a few harmless kinds it is: words that somebody wrote are none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["random", "fingerprint", "public key", "derived", "code", "person", "count", "day"]
Method = Literal["hpke", "stream", "passphrase"]

KINDS: Mapping[Kind, str] = {
    "random": "drawn by us; tells neither order nor origin",
    "fingerprint": "SHA-256 of a public key, or the word that stands for the reporter's",
    "public key": "meant for everybody; what it closes it does not open",
    "derived": "follows from a secret by a function that nobody turns back",
    "code": "a word of ours, some with a drawn number, or the code of an office or of this installation",
    "person": "the account of one who works here; a reporter has none",
    "count": "a number of things of ours: it tells how many, never how long or when",
    "day": "a legal day; no time is finer",
}


@dataclass(frozen=True)
class Plain:
    """A column that anybody with the disk may read; `KINDS` says why that harms nobody."""

    kind: Kind


@dataclass(frozen=True)
class Sealed:
    """A column that opens for whom it was sealed, where it stands, and for nobody and nowhere else.

    Attributes:
        opened_by: Who holds the secret.
        method: `hpke`: to a public key, the context as `info`; `stream`: a padded secretstream under a key
            of its compartment and item; `passphrase`: ChaCha20-Poly1305 under a passphrase and the pepper.
        context: What it is bound to, in order: a word of ours, or in braces what is filled in: a column of
            the row, `table.column` of the row that it refers to, or `site`.
    """

    opened_by: str
    method: Method
    context: tuple[str, ...]


Column = Plain | Sealed

COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "installation": {
        "site": Plain("code"),
    },
    "holder_key": {
        "fingerprint": Plain("fingerprint"),
        "person_id": Plain("person"),
        "office_code": Plain("code"),
        "suite": Plain("count"),
        "public_key": Plain("public key"),
        "salt": Plain("random"),
        "sealed_seed": Sealed(
            "the holder", "passphrase", ("holder", "{suite}", "{person_id}", "{fingerprint}")
        ),
        "made_on": Plain("day"),
        "proved_on": Plain("day"),
        "ended_on": Plain("day"),
    },
    "recovery_key": {
        "fingerprint": Plain("fingerprint"),
        "suite": Plain("count"),
        "public_key": Plain("public key"),
        "made_on": Plain("day"),
        "proved_on": Plain("day"),
    },
    "epoch_key": {
        "fingerprint": Plain("fingerprint"),
        "office_code": Plain("code"),
        "purpose": Plain("code"),
        "suite": Plain("count"),
        "public_key": Plain("public key"),
        "opened_on": Plain("day"),
        "closed_on": Plain("day"),
    },
    "epoch_share": {
        "epoch": Plain("fingerprint"),
        "holder": Plain("fingerprint"),
        "sealed_seed": Sealed(
            "one holder, or two of the recovery shares",
            "hpke",
            ("epoch", "{site}", "{epoch_key.office_code}", "{epoch_key.purpose}", "{epoch}", "{holder}"),
        ),
        "given_by": Plain("person"),
        "confirmed_by": Plain("person"),
    },
    "report": {
        "id": Plain("random"),
        "locator": Plain("derived"),
        "office_code": Plain("code"),
        "state": Plain("code"),
        "version": Plain("count"),
        "received_on": Plain("day"),
        "extended_on": Plain("day"),
        "closed_on": Plain("day"),
        "merged_into": Plain("random"),
        "intake_epoch": Plain("fingerprint"),
        "custody_epoch": Plain("fingerprint"),
        "reply_suite": Plain("count"),
        "reply_key": Plain("public key"),
        "reward_claimed_on": Plain("day"),
    },
    "last_visit": {
        "key": Plain("random"),
        "report_id": Plain("random"),
        "words": Plain("random"),
    },
    "compartment_key": {
        "report_id": Plain("random"),
        "compartment": Plain("code"),
        "holder": Plain("fingerprint"),
        "sealed_key": Sealed(
            "the holders of an epoch, one officer, or the reporter",
            "hpke",
            ("compartment", "{site}", "{report.office_code}", "{holder}", "{report_id}", "{compartment}"),
        ),
        "valid_through": Plain("day"),
    },
    "body_piece": {
        "report_id": Plain("random"),
        "compartment": Plain("code"),
        "item": Plain("count"),
        "seq": Plain("count"),
        "piece": Sealed(
            "who opens the compartment",
            "stream",
            ("body", "{site}", "{report_id}", "{compartment}", "{item}"),
        ),
    },
    "message": {
        "report_id": Plain("random"),
        "number": Plain("count"),
        "written_by": Plain("code"),
        "written_on": Plain("day"),
    },
    "handled": {
        "key": Plain("derived"),
        "act": Plain("code"),
        "report_id": Plain("random"),
        "person_id": Plain("person"),
        "done_on": Plain("day"),
    },
    "left_behind": {
        "report_id": Plain("random"),
        "purpose": Plain("code"),
    },
    "referral": {
        "report_id": Plain("random"),
        "office_code": Plain("code"),
        "year": Plain("count"),
        "serial": Plain("count"),
    },
    "disclosure_request": {
        "id": Plain("random"),
        "report_id": Plain("random"),
        "compartment": Plain("code"),
        "requester": Plain("fingerprint"),
        "person_id": Plain("person"),
        "state": Plain("code"),
        "asked_on": Plain("day"),
        "custody_epoch": Plain("fingerprint"),
        "sealed_reason": Sealed(
            "the custodians", "hpke", ("disclosure", "{site}", "{report_id}", "{compartment}", "{id}")
        ),
        "released_by": Plain("person"),
        "valid_through": Plain("day"),
    },
    "disclosure_approval": {
        "request_id": Plain("random"),
        "person_id": Plain("person"),
        "approved_on": Plain("day"),
    },
    "disclosed": {
        "id": Plain("random"),
        "report_id": Plain("random"),
        "compartment": Plain("code"),
        "opened_on": Plain("day"),
        "sealed_proof": Sealed("the reporter", "hpke", ("opening", "{site}", "{report_id}", "{id}")),
    },
    "receipt": {
        "report_id": Plain("random"),
        "sealed_receipt": Sealed("the reporter", "hpke", ("receipt", "{site}", "{report_id}")),
    },
}
