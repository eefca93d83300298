"""The return code: the reporter's only name, shown before the form and kept nowhere.

22 random digits and 2 check digits in six groups. What the registry keeps is a locator, which finds
the report, and a public key to which answers are sealed; both follow from the code by Argon2id with
a pepper that does not stand in the database.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from registry.errors import Malformed
from registry.reports.sealing import HYBRID, SEED_LENGTHS, SecretKey
from registry.reports.stretching import SALT_LENGTH, expanded, stretched

RANDOM_DIGITS = 22
CODE_LENGTH = RANDOM_DIGITS + 2
GROUP = 4
MODULUS = 97  # ISO 7064 MOD 97-10: finds every single wrong digit and every swap of neighbours
BETWEEN_GROUPS = str.maketrans("", "", " -‐‑–—.·\u3000")


@dataclass(frozen=True, repr=False)
class Derived:
    """What follows from a code.

    Attributes:
        locator: 32 bytes that find the report.
        reply: Opens what is sealed to the reporter; only its public half is ever kept.
    """

    locator: bytes
    reply: SecretKey


def draw() -> str:
    """Return a new code, 24 digits without spaces."""
    return _with_check("".join(str(secrets.randbelow(10)) for _ in range(RANDOM_DIGITS)))


def written(code: str) -> str:
    """Return a code as it is shown: six groups of four digits."""
    return " ".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def read_code(text: str, field: str = "code") -> str:
    """Return the 24 digits that somebody typed, with whatever spaces, dashes or wide digits.

    Raises:
        Malformed: It does not have 24 digits, or the check digits tell of a slip.
    """
    digits = unicodedata.normalize("NFKC", text).translate(BETWEEN_GROUPS).replace("\n", "")
    if len(digits) != CODE_LENGTH or not (digits.isascii() and digits.isdigit()):
        raise Malformed("report.code_length", field=field, digits=CODE_LENGTH)
    if int(digits) % MODULUS != 1:
        raise Malformed("report.code_check", field=field)
    return digits


def derive(code: str, pepper: bytes) -> Derived:
    """Return what follows from a code; about 0.2 s and 128 MiB.

    Args:
        code: 24 digits, read.
        pepper: 32 bytes from a file outside the database.
    """
    master = stretched(code.encode(), expanded(pepper, "code/salt", SALT_LENGTH))
    return Derived(
        locator=expanded(master, "code/locator"),
        reply=SecretKey(HYBRID, expanded(master, "code/reply", SEED_LENGTHS[HYBRID])),
    )


def issued(code: str, on: date, pepper: bytes) -> str:
    """Return the proof, hex, that we showed a code on a day: nobody else may choose one."""
    key = expanded(pepper, "code/issued")
    return hmac.new(key, f"{on.isoformat()} {code}".encode(), sha256).hexdigest()


def was_issued(code: str, days: tuple[date, ...], pepper: bytes, proof: str) -> bool:
    """Say whether a proof shows that we gave out a code on one of the days."""
    return any(hmac.compare_digest(issued(code, on, pepper), proof) for on in days)


def _with_check(digits: str) -> str:
    return f"{digits}{MODULUS + 1 - int(digits + '00') % MODULUS:02d}"
