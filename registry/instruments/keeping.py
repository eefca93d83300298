"""Who may record verifications: who keeps the register of the instruments, and verification bodies."""

from registry.audit.work import Work
from registry.businesses.bearers import Bearer
from registry.businesses.keeping import require_keeper


def require_verifier(work: Work, bearer: Bearer, field: str | None = None) -> None:
    """Refuse unless the actor is a verification body of the region, or may keep the register there.

    Raises:
        Forbidden: Neither.
    """
    if not work.actor.may("verifier", bearer.region):
        require_keeper(work, bearer, field)
