"""Who left: whose key is to be ended, and whose must not be yet, for nobody else could open what it opens."""

from sqlmodel import col, select

from registry.reports.lifecycle import confirmed_holders, epochs_held
from registry.reports.readiness import PURPOSES
from registry.reports.staff import ROLE_OF, Working
from registry.reports.tables import CompartmentKey, EpochKey, HolderKey
from registry.reports.vault import Vault
from registry.reports.witness import HANDLER


def without_role(vault: Vault, holder: HolderKey, working: Working) -> bool:
    """Say whether a key opens what its holder has no role for, or its holder works with reports no more.

    Args:
        vault: Read only is enough.
        holder: A key in use.
        working: Of its office.
    """
    colleague = working.get(holder.person_id)
    if colleague is None:
        return True
    held = epochs_held(vault, holder, confirmed=False)
    asked = {ROLE_OF[one] for one in PURPOSES if any(epoch.purpose == one for epoch in held)}
    own = select(CompartmentKey).where(col(CompartmentKey.holder) == holder.fingerprint).limit(1)
    if vault.session.exec(own).first() is not None:
        asked.add(HANDLER)
    return not asked <= colleague.roles


def is_last(vault: Vault, holder: HolderKey, working: Working) -> bool:
    """Say whether something is kept that, of all who work here, this key alone opens.

    Args:
        vault: Read only is enough.
        holder: A key that is to be ended.
        working: Of its office.
    """
    for epoch in epochs_held(vault, holder):
        used = select(CompartmentKey).where(col(CompartmentKey.holder) == epoch.fingerprint).limit(1)
        if vault.session.exec(used).first() is not None and not _others(vault, holder, epoch, working):
            return True
    own = select(CompartmentKey).where(
        col(CompartmentKey.holder) == holder.fingerprint, col(CompartmentKey.valid_through).is_(None)
    )
    return any(_alone(vault, holder, row, working) for row in vault.session.exec(own).all())


def _others(vault: Vault, holder: HolderKey, epoch: EpochKey, working: Working) -> bool:
    return any(
        one.fingerprint != holder.fingerprint and not without_role(vault, one, working)
        for one in confirmed_holders(vault, epoch)
    )


def _alone(vault: Vault, holder: HolderKey, row: CompartmentKey, working: Working) -> bool:
    """Say whether nobody else of a team that works here has a report's compartment."""
    query = (
        select(HolderKey)
        .join(CompartmentKey, col(CompartmentKey.holder) == col(HolderKey.fingerprint))
        .where(
            col(CompartmentKey.report_id) == row.report_id, col(CompartmentKey.compartment) == row.compartment
        )
        .where(col(HolderKey.fingerprint) != holder.fingerprint, col(HolderKey.ended_on).is_(None))
    )
    return all(without_role(vault, one, working) for one in vault.session.exec(query).all())
