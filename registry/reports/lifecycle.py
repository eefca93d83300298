"""The life of keys: made, given, confirmed, tried, ended, renewed. Who administers accounts does none of it.

Each verb prepares rows in a transaction of the reports and tells what the audit log is to hold; see
`witness.carry_out`, which does both in order.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from registry.audit.work import Actor, Subject, Work
from registry.errors import NotFound, RuleRefused
from registry.log.leaves import Effect
from registry.reports import epochs, holders
from registry.reports.policy import HOLDERS_NEEDED
from registry.reports.readiness import PURPOSES, Purpose, current_epoch, recovery_key
from registry.reports.resealing import leave_behind
from registry.reports.sealing import SecretKey
from registry.reports.staff import ROLE_OF, Working, staff
from registry.reports.tables import EpochKey, EpochShare, HolderKey
from registry.reports.vault import Vault
from registry.reports.witness import EITHER, Told


def make_key(vault: Vault, actor: Actor, passphrase: str) -> Told:
    """Make the actor's key; it opens nothing until somebody who holds a share gives one.

    Raises:
        Malformed: The passphrase is weak.
        Conflict: The actor has a key already.
    """
    row = holders.make_key(vault, actor.person_id, actor.office_code, passphrase)
    return _told("report_key.made", row, actor)


def change_passphrase(vault: Vault, actor: Actor, old: str, new: str) -> Told:
    """Seal the actor's key under another passphrase.

    Raises:
        NotFound: The actor has no key.
        Forbidden: The old one is not theirs.
        Malformed: The new one is weak.
    """
    row = own_key(vault, actor)
    holders.change_passphrase(vault, row, old, new)
    return _told("report_key.passphrase_changed", row, actor)


def prove(vault: Vault, actor: Actor, passphrase: str) -> tuple[Told, SecretKey]:
    """Open the test: the passphrase opens the actor's key, and that the share of each epoch in use.

    Raises:
        NotFound: The actor has no key.
        Forbidden: The passphrase is not theirs.
        Unopened: A share was altered or moved.
    """
    row = own_key(vault, actor)
    secret = holders.unlocked(row, passphrase, vault.pepper)
    held = epochs_held(vault, row)
    for epoch in held:
        epochs.epoch_secret(vault, epoch, row, secret)
    if held:
        row.proved_on = vault.today
        vault.session.add(row)
    return _told("report_key.opened", row, actor), secret


def open_epoch(vault: Vault, actor: Actor, purpose: Purpose, fingerprints: Sequence[str] = ()) -> Told:
    """Begin an epoch: with these holders, or where none are named with those of the epoch before.

    Its fingerprint becomes a leaf of the public log, so that nobody can quietly put another key in its place.

    Raises:
        RuleRefused: Fewer than two holders, one without the role, or no recovery key.
        NotFound: There is no such key in the office.
    """
    if fingerprints:
        chosen = [key_in_office(vault, actor, one) for one in fingerprints]
    else:
        before = current_epoch(vault, actor.office_code, purpose)
        chosen = confirmed_holders(vault, before) if before is not None else []
    epoch = epochs.open_epoch(vault, actor.office_code, purpose, chosen, actor.person_id)
    people = [holder.person_id for holder in chosen]

    def within(work: Work) -> None:
        refuse_without_role(work, actor.office_code, purpose, people)

    return Told(
        "report_epoch.opened",
        Subject("report_epoch", epoch.fingerprint),
        EITHER,
        actor.office_code,
        {"purpose": purpose, "holders": [holder.fingerprint for holder in chosen]},
        effects=[published(epoch)],
        within=within,
    )


def confirm_epoch(vault: Vault, actor: Actor, fingerprint: str) -> Told:
    """Confirm the shares of an epoch as a second person: from now on reports are sealed to it.

    Raises:
        NotFound: There is no such epoch in the office.
        RuleRefused: Who opened it cannot confirm it; or one who has a share has not the role any more.
    """
    epoch = epoch_in_office(vault, actor, fingerprint)
    epochs.confirm_epoch(vault, epoch, actor.person_id)
    purpose, people = purpose_of(epoch), [one.person_id for one in confirmed_holders(vault, epoch)]

    def within(work: Work) -> None:
        refuse_without_role(work, actor.office_code, purpose, people)

    return Told(
        "report_epoch.confirmed",
        Subject("report_epoch", epoch.fingerprint),
        EITHER,
        actor.office_code,
        {"purpose": purpose},
        within=within,
    )


def give_shares(vault: Vault, actor: Actor, secret: SecretKey, purpose: Purpose, fingerprint: str) -> Told:
    """Seal to a newcomer, whose fingerprint was read out, every epoch of a purpose that the actor holds.

    Raises:
        NotFound: The actor, or the newcomer, has no key in the office.
        RuleRefused: The newcomer does not have the role, or holds every one already.
    """
    giver, to = own_key(vault, actor), key_in_office(vault, actor, fingerprint)
    held_by_them = {one.fingerprint for one in epochs_held(vault, to, confirmed=False)}
    given = [
        epochs.give_share(vault, epoch, giver, secret, to)
        for epoch in epochs_held(vault, giver)
        if epoch.purpose == purpose and epoch.fingerprint not in held_by_them
    ]
    if not given:
        raise RuleRefused("report.nothing_to_give", field="holder")

    def within(work: Work) -> None:
        refuse_without_role(work, actor.office_code, purpose, [to.person_id])

    return _told("report_key.shares_given", to, actor, within=within, purpose=purpose, epochs=len(given))


def confirm_shares(vault: Vault, actor: Actor, fingerprint: str) -> Told:
    """Confirm, as a third person, every share that a holder was given.

    Raises:
        NotFound: There is no such key, or it was given none.
        RuleRefused: Who gave one, and who got it, cannot confirm it; or the holder has not the role any more.
    """
    holder = key_in_office(vault, actor, fingerprint)
    waiting = unconfirmed(vault, holder)
    if not waiting:
        raise NotFound("report.share_unknown", field="holder")
    of = [vault.session.get_one(EpochKey, share.epoch) for share in waiting]
    for epoch in of:
        epochs.confirm_share(vault, epoch, holder, actor.person_id)

    def within(work: Work) -> None:
        for purpose in {purpose_of(epoch) for epoch in of}:
            refuse_without_role(work, actor.office_code, purpose, [holder.person_id])

    return _told("report_key.shares_confirmed", holder, actor, within=within, epochs=len(waiting))


def end_key(vault: Vault, actor: Actor, fingerprint: str, working: Working) -> Told:
    """End a key, delete its shares, and begin new epochs at once for those that it could open.

    Open reports that it could open are marked until they are sealed under new keys. Where fewer than two
    holders are left who work here the epoch ends without another, and the office takes no reports until one
    is opened.

    Args:
        vault: Open for writing.
        actor: Who ends it.
        fingerprint: Of the key.
        working: Of the actor's office: nobody else gets a share of what begins.

    Raises:
        NotFound: There is no such key in the office.
        Conflict: It was ended before.
    """
    holder = key_in_office(vault, actor, fingerprint)
    left = leave_behind(vault, holder)
    concerned = open_epochs(vault, holder)
    shares = epochs.end_key(vault, holder)
    opened = [_renewed(vault, actor, epoch, working) for epoch in concerned]
    return _told(
        "report_key.ended",
        holder,
        actor,
        effects=[published(one) for one in opened if one is not None],
        shares=shares,
        reports=left,
        epochs=[one.fingerprint for one in opened if one is not None],
    )


def shut_out(vault: Vault, actor: Actor, fingerprint: str, working: Working) -> Told:
    """Begin new epochs without a key that must be kept, for it alone opens what is there.

    Its holder works with reports no more: what arrives from now on is sealed to nothing that the key opens.

    Args:
        vault: Open for writing.
        actor: Who does it.
        fingerprint: Of the key.
        working: Of the actor's office, its holder not among them.

    Raises:
        NotFound: There is no such key in the office.
    """
    holder = key_in_office(vault, actor, fingerprint)
    opened = [_renewed(vault, actor, epoch, working) for epoch in open_epochs(vault, holder)]
    return _told(
        "report_key.shut_out",
        holder,
        actor,
        effects=[published(one) for one in opened if one is not None],
        epochs=[one.fingerprint for one in opened if one is not None],
    )


def open_epochs(vault: Vault, holder: HolderKey) -> list[EpochKey]:
    """Return the epochs in use of which a key has a share, confirmed or not."""
    return [one for one in epochs_held(vault, holder, confirmed=False) if one.closed_on is None]


def own_key(vault: Vault, actor: Actor) -> HolderKey:
    """Return the key that the actor holds.

    Raises:
        NotFound: The actor has none.
    """
    found = holders.key_of(vault, actor.person_id)
    if found is None:
        raise NotFound("report.key_none", field="passphrase")
    return found


def key_in_office(vault: Vault, actor: Actor, fingerprint: str) -> HolderKey:
    """Return a key in use of the actor's office.

    Raises:
        NotFound: There is no such key, or it was ended.
    """
    found = vault.session.get(HolderKey, fingerprint)
    if found is None or found.office_code != actor.office_code or found.ended_on is not None:
        raise NotFound("report.key_unknown", field="holder")
    return found


def epoch_in_office(vault: Vault, actor: Actor, fingerprint: str) -> EpochKey:
    """Return an epoch of the actor's office.

    Raises:
        NotFound: There is none.
    """
    found = vault.session.get(EpochKey, fingerprint)
    if found is None or found.office_code != actor.office_code:
        raise NotFound("report.epoch_unknown", field="epoch")
    return found


def epochs_held(vault: Vault, holder: HolderKey, *, confirmed: bool = True) -> Sequence[EpochKey]:
    """Return the epochs of which a key has a share, the oldest first."""
    query = (
        select(EpochKey)
        .join(EpochShare, col(EpochShare.epoch) == col(EpochKey.fingerprint))
        .where(col(EpochShare.holder) == holder.fingerprint)
        .order_by(col(EpochKey.opened_on), col(EpochKey.fingerprint))
    )
    if confirmed:
        query = query.where(col(EpochShare.confirmed_by).is_not(None))
    return vault.session.exec(query).all()


def unconfirmed(vault: Vault, holder: HolderKey) -> Sequence[EpochShare]:
    """Return the shares that a key was given and nobody has confirmed."""
    query = select(EpochShare).where(
        col(EpochShare.holder) == holder.fingerprint, col(EpochShare.confirmed_by).is_(None)
    )
    return vault.session.exec(query).all()


def confirmed_holders(vault: Vault, epoch: EpochKey) -> list[HolderKey]:
    """Return the keys in use that have a confirmed share of an epoch."""
    query = (
        select(HolderKey)
        .join(EpochShare, col(EpochShare.holder) == col(HolderKey.fingerprint))
        .where(col(EpochShare.epoch) == epoch.fingerprint, col(EpochShare.confirmed_by).is_not(None))
        .where(col(HolderKey.ended_on).is_(None))
        .order_by(col(HolderKey.fingerprint))
    )
    return list(vault.session.exec(query))


def purpose_of(epoch: EpochKey) -> Purpose:
    """Return what an epoch serves."""
    return next(one for one in PURPOSES if one == epoch.purpose)


def published(epoch: EpochKey) -> Effect:
    """Return the leaf that holds the fingerprint of an epoch: whoever was told it can prove it."""
    content = {
        "fingerprint": epoch.fingerprint,
        "office_code": epoch.office_code,
        "purpose": epoch.purpose,
        "opened_on": epoch.opened_on.isoformat(),
    }
    return Effect("report_epoch.opened", epoch.fingerprint, content)


def refuse_without_role(work: Work, office_code: str, purpose: Purpose, people: Sequence[str]) -> None:
    """Refuse to give keys to people who do not have the role that they serve.

    Raises:
        RuleRefused: One of them has not.
    """
    known = staff(work.session, office_code)
    role = ROLE_OF[purpose]
    if any(person not in known or role not in known[person].roles for person in people):
        raise RuleRefused("report.without_role", field="holder", role=role)


def _renewed(vault: Vault, actor: Actor, epoch: EpochKey, working: Working) -> EpochKey | None:
    """Follow an epoch by a new one among those who are left and work here, or end it where too few do."""
    purpose = purpose_of(epoch)
    remaining = [
        one
        for one in _vetted(vault, epoch)
        if one.person_id in working and ROLE_OF[purpose] in working[one.person_id].roles
    ]
    if len({one.person_id for one in remaining}) >= HOLDERS_NEEDED and recovery_key(vault) is not None:
        return epochs.open_epoch(vault, epoch.office_code, purpose, remaining, actor.person_id)
    epoch.closed_on = vault.today
    vault.session.add(epoch)
    return None


def _vetted(vault: Vault, epoch: EpochKey) -> Sequence[HolderKey]:
    """Return the holders of an epoch whom two persons let in, now or to one before it.

    An epoch that was begun when somebody left is followed before anybody could confirm it, if another leaves.
    """
    confirmed = aliased(EpochShare)
    let_in = (
        select(confirmed.holder)
        .join(EpochKey, col(EpochKey.fingerprint) == confirmed.epoch)
        .where(col(EpochKey.office_code) == epoch.office_code, col(EpochKey.purpose) == epoch.purpose)
        .where(col(confirmed.confirmed_by).is_not(None))
    )
    query = (
        select(HolderKey)
        .join(EpochShare, col(EpochShare.holder) == col(HolderKey.fingerprint))
        .where(col(EpochShare.epoch) == epoch.fingerprint, col(HolderKey.ended_on).is_(None))
        .where(col(HolderKey.fingerprint).in_(let_in))
    )
    return vault.session.exec(query.order_by(col(HolderKey.fingerprint))).all()


def _told(
    act: str,
    row: HolderKey,
    actor: Actor,
    *,
    effects: Sequence[Effect] = (),
    within: Callable[[Work], None] | None = None,
    **detail: object,
) -> Told:
    return Told(
        act,
        Subject("report_key", row.fingerprint),
        EITHER,
        actor.office_code,
        detail,
        effects,
        within=within,
    )
