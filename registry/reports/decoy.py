"""What stands in for the report of a code that finds none, so that every code has the same done for it.

A decoy is looked up, opened and shown as a report is, and what came of it is thrown away: neither the time of
an answer nor the load that it makes tells whether there is a report. It lives in the memory of one process;
the database has one row of it alone, for what a visit writes down.
"""

import secrets
from dataclasses import dataclass

from registry.reports.envelope import KEY_LENGTH, REPORTER, Place
from registry.reports.sealing import HYBRID, SEED_LENGTHS, SecretKey, seal
from registry.reports.tables import Report
from registry.reports.vault import Vault

DECOY = "decoy"


@dataclass(frozen=True, repr=False)
class Decoy:
    """A report that nobody sent.

    Attributes:
        place: Of an office that is on record.
        seed: Of its reporter.
        sealed_key: Of its thread, sealed to the reporter.
    """

    place: Place
    seed: bytes
    sealed_key: bytes

    def report(self, vault: Vault) -> Report:
        """Return it as a row that was just received."""
        return Report(
            id=self.place.report_id,
            locator=b"",
            office_code=self.place.office_code,
            state="received",
            version=1,
            received_on=vault.today,
            intake_epoch="",
            custody_epoch="",
            reply_suite=HYBRID,
            reply_key=b"",
        )

    def reply(self) -> SecretKey:
        """Return what opens it, put together anew as that of a code is."""
        return SecretKey(HYBRID, self.seed)


def make_decoy(site: str, office_code: str) -> Decoy:
    """Return a new decoy.

    Args:
        site: Name of the installation.
        office_code: Of an office.
    """
    place, seed = Place(site, office_code, DECOY), secrets.token_bytes(SEED_LENGTHS[HYBRID])
    to = SecretKey(HYBRID, seed).public
    sealed = seal(to, secrets.token_bytes(KEY_LENGTH), place.key_context("thread", REPORTER))
    return Decoy(place, seed, sealed)
