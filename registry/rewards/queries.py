"""Nouns about rewards: what is proposed, settled, told and paid, by reports' public identifiers."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, and_, col, or_, select

from registry.rewards.tables import Reward, RewardShare


def rewards_within(session: Session, regions: Collection[str]) -> Sequence[Reward]:
    """Return the rewards of regions, given by their prefixes, the latest first."""
    if not regions:
        return ()
    places = [col(Reward.region).startswith(one, autoescape=True) for one in regions]
    query = select(Reward).where(or_(*places))
    return session.exec(query.order_by(col(Reward.proposed_on).desc(), col(Reward.id))).all()


def unfinished_within(session: Session, regions: Collection[str]) -> Sequence[tuple[Reward, str]]:
    """Return the rewards of regions with which somebody has to go on, each with the state of a share.

    Args:
        session: Read only is enough.
        regions: Prefixes of their codes.
    """
    places = [col(Reward.region).startswith(one, autoescape=True) for one in regions]
    undecided = col(Reward.state).in_(("proposed", "decided"))
    unpaid = and_(col(Reward.state) == "settled", col(RewardShare.state).in_(("due", "claimed")))
    query = (
        select(Reward, col(RewardShare.state))
        .join(RewardShare, col(RewardShare.reward_id) == col(Reward.id))
        .where(or_(False, *places), or_(undecided, unpaid))
    )
    return [(row, state) for row, state in session.exec(query.order_by(col(Reward.id)))]


def reward(session: Session, reward_id: str) -> Reward | None:
    """Return a reward, or None where there is none."""
    return session.get(Reward, reward_id)


def shares_of(session: Session, reward_id: str) -> Sequence[RewardShare]:
    """Return what each report receives of a reward."""
    query = select(RewardShare).where(RewardShare.reward_id == reward_id)
    return session.exec(query.order_by(col(RewardShare.report_id))).all()


def share_of(session: Session, report_id: str) -> RewardShare | None:
    """Return what a report is rewarded with, or None."""
    return session.get(RewardShare, report_id)


def rewarded(session: Session, report_ids: Collection[str]) -> set[str]:
    """Return those of the reports that have a reward already, in whatever state."""
    query = select(RewardShare.report_id).where(col(RewardShare.report_id).in_(list(report_ids)))
    return set(session.exec(query))


def told_shares(session: Session) -> Sequence[RewardShare]:
    """Return the shares that were told and are not claimed yet."""
    return session.exec(select(RewardShare).where(RewardShare.state == "told")).all()
