"""Codes that name a business, read strictly, and the registry's own random identifiers.

Unified social credit codes (统一社会信用代码) and organisation codes (组织机构代码) are checked by
their alphabet, length and check digit only; that the region inside a code exists is `regions`.
"""

import secrets
import unicodedata
from operator import mul
from typing import NamedTuple

from registry.errors import Malformed

_USCC_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_ORGANISATION_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_NO_VALUE = 255
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(one + other for one in _BASE32 for other in _BASE32)  # ten bits at a time: imports need many
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def _values(alphabet: bytes) -> bytes:
    """Return a table from byte to its value in the alphabet, for `bytes.translate`."""
    table = bytearray([_NO_VALUE] * 256)
    for value, letter in enumerate(alphabet):
        table[letter] = value
    return bytes(table)


_USCC_VALUES = _values(_USCC_ALPHABET)
_ORGANISATION_VALUES = _values(_ORGANISATION_ALPHABET)


class Uscc(NamedTuple):
    """A unified social credit code, upper case and half width.

    Attributes:
        check_ok: False where the last character is not the computed one; some codes issued in the
            first pilots are like that, so it warns and never refuses.
    """

    value: str
    check_ok: bool

    @property
    def region(self) -> str:
        """Return the six digits of the registering region, current or historical."""
        return self.value[2:8]

    @property
    def organisation_code(self) -> str:
        """Return the nine characters of the organisation code inside."""
        return self.value[8:17]


class OrganisationCode(NamedTuple):
    """An organisation code of nine characters without the hyphen; `check_ok` as for `Uscc`."""

    value: str
    check_ok: bool


def new_id() -> str:
    """Return a new own identifier: 128 random bits as 26 lower-case base32 characters."""
    bits = int.from_bytes(secrets.token_bytes(16)) << 2  # 26 characters hold 130 bits
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])


def parse_uscc(text: str, field: str = "uscc") -> Uscc:
    """Read a unified social credit code, written in any case or width, spaces ignored.

    Args:
        text: 18 characters of 0-9 and A-Y without I, O, S, V, Z. Codes that begin with N are valid.
        field: Name of the input, for the refusal.

    Raises:
        Malformed: `uscc.malformed`: a wrong length or a character outside the alphabet.

    Source: GB 32100-2015.
    """
    code = text if len(text) == 18 and text.isascii() and text.isupper() else _plain(text)
    try:
        values = code.encode("ascii").translate(_USCC_VALUES)
    except UnicodeEncodeError:
        values = bytes([_NO_VALUE])
    if len(code) != 18 or _NO_VALUE in values:
        raise Malformed("uscc.malformed", field=field, value=text, length=len(code))
    return Uscc(code, sum(map(mul, values, _USCC_WEIGHTS)) % 31 == 0)


def parse_organisation_code(text: str, field: str = "organisation_code") -> OrganisationCode:
    """Read an organisation code of eight characters and a check character, hyphen optional.

    Raises:
        Malformed: `organisation_code.malformed`: a wrong length or a character outside 0-9, A-Z.

    Source: GB 11714-1997.
    """
    code = _plain(text).replace("-", "")
    if len(code) != 9 or not code.isascii() or not code.isalnum():
        raise Malformed("organisation_code.malformed", field=field, value=text, length=len(code))
    values = code[:8].encode("ascii").translate(_ORGANISATION_VALUES)
    check = (11 - sum(map(mul, values, _ORGANISATION_WEIGHTS)) % 11) % 11
    return OrganisationCode(code, code[8] == "0123456789X"[check])


def _plain(text: str) -> str:
    """Return the text half width, upper case, without white space or invisible characters."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).split()).upper()
