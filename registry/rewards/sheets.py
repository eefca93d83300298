"""Calculations of rewards as they are kept: sealed, for an amount leads to the fine, and the fine to a case.

The registry holds fines that everybody may read. So of a reward it keeps nothing in plain that follows from
one: whoever has its rows, or a copy of them, but not the pepper, which stands in no database, cannot tell to
which case a reward belongs, and so not which case a report led to. Every sheet takes the same room.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from pydantic import BaseModel, ConfigDict

from registry.errors import Broken
from registry.rewards.rules import Line, Sheet
from registry.rewards.tables import Reward

NONCE = 12
BLOCK = 16_384  # bytes: fifty shares and their lines stay below it


class KeptSheet(BaseModel):
    """What a reward is and how it was calculated.

    Attributes:
        total_fen: Reward of the case.
        lines: The calculation, each line with its rule.
        amounts_fen: By report, what it receives.
        reasons: Why several reporters share it as they do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    total_fen: int
    lines: tuple[Line, ...]
    amounts_fen: dict[str, int]
    reasons: str | None = None


def kept(sheet: Sheet, report_ids: list[str], reasons: str | None) -> KeptSheet:
    """Return what is kept of a calculation.

    Args:
        sheet: The calculation.
        report_ids: In the order of its shares.
        reasons: Why several share it so.
    """
    amounts = dict(zip(report_ids, sheet.shares_fen, strict=True))
    return KeptSheet(total_fen=sheet.total_fen, lines=sheet.lines, amounts_fen=amounts, reasons=reasons)


def sealed(key: bytes, reward_id: str, sheet: KeptSheet) -> bytes:
    """Return a sheet as it is kept.

    Args:
        key: 32 bytes that stand in no database.
        reward_id: Of the reward; the sheet opens for no other.
        sheet: The calculation.
    """
    plain = sheet.model_dump_json().encode()
    filled = plain.ljust(-(-len(plain) // BLOCK) * BLOCK)  # blanks at its end mean nothing in JSON
    nonce = secrets.token_bytes(NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, filled, _bound_to(reward_id))


def sheet_of(key: bytes, reward: Reward) -> KeptSheet:
    """Return the calculation of a reward.

    Raises:
        Broken: It was altered or moved, or the key is that of another installation.
    """
    nonce, rest = reward.sealed_sheet[:NONCE], reward.sealed_sheet[NONCE:]
    try:
        plain = ChaCha20Poly1305(key).decrypt(nonce, rest, _bound_to(reward.id))
    except InvalidTag as failed:
        raise Broken(f"the calculation of reward {reward.id} does not open") from failed
    return KeptSheet.model_validate_json(plain)


def _bound_to(reward_id: str) -> bytes:
    return f"reward-sheet/1 {reward_id}".encode()
