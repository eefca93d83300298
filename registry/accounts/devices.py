"""The secrets of second factors: sealed under a key outside the database, each to its person and account.

Who copies the database learns none of them, and a row that is put in another's place opens nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlmodel import Session, select

from registry.accounts.tables import Account, TotpSecret
from registry.errors import Broken
from registry.store import keys

CALLED = "the key of the second factors"
NONCE_LENGTH = 12


@dataclass(frozen=True, repr=False)
class Devices:
    """What seals and opens the secrets of devices; its key is read when it is first needed.

    Attributes:
        key_file: What stands beside the database and in none.
    """

    key_file: Path

    @cached_property
    def _secret(self) -> bytes:
        return keys.read_secret(self.key_file, CALLED)

    @cached_property
    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(self._secret)

    def shade(self, name: str, password: str) -> str:
        """Return sixteen bits, hex, by which tries with one password are told from those with others.

        They are written down with the failures of a name; so few bits tell next to nothing of the password,
        even to who has the key too.

        Raises:
            Broken: The key is missing, cut, or others may read it.
        """
        said = f"honest-metrology/tried-password/v1\0{name}\0{password}".encode()
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()[:4]

    def seal(self, account: Account, secret: str) -> str:
        """Return the secret of an account's device, sealed, hex.

        Raises:
            Broken: The key is missing, cut, or others may read it.
        """
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return (nonce + self._cipher.encrypt(nonce, secret.encode(), _bound_to(account))).hex()

    def open(self, account: Account, sealed: str) -> str | None:
        """Return what was sealed for this account; None: it was for another, altered, or by another key.

        Raises:
            Broken: The key is missing, cut, or others may read it.
        """
        raw = bytes.fromhex(sealed)
        try:
            return self._cipher.decrypt(raw[:NONCE_LENGTH], raw[NONCE_LENGTH:], _bound_to(account)).decode()
        except InvalidTag:
            return None

    def check(self, session: Session) -> None:
        """See that the key is there and opens every secret that is kept.

        Raises:
            Broken: It does not.
        """
        keys.read_secret(self.key_file, CALLED)
        rows = session.exec(select(TotpSecret, Account).join(Account)).all()
        closed = [account.name for row, account in rows if self.open(account, row.sealed) is None]
        if closed:
            raise Broken(f"second factors do not open under {self.key_file}", problems=sorted(closed))

    def prepare(self, session: Session) -> None:
        """Make the key, unless it is there; only `init` calls this.

        Raises:
            Broken: It is missing though secrets were sealed, or it does not open them.
        """
        if session.exec(select(TotpSecret).limit(1)).first() is None:
            keys.make_secret(self.key_file)
        self.check(session)


def _bound_to(account: Account) -> bytes:
    return f"honest-metrology/second-factor/v1/{account.person_id}/{account.name}".encode()
