"""Nouns about rewards: what is proposed, settled, told and paid, by reports' public identifiers."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, or_, select

from registry.rewards.tables import Reward, RewardShare


def rewards_within(session: Session, regions: Collection[str]) -> Sequence[Reward]:
    """Return the rewards of regions, given by their prefixes, the latest first."""
    if not regions:
        return ()
    places = [col(Reward.region).startswith(one, autoescape=True) for one in regions]
    query = select(Reward).where(or_(*places))
    return session.exec(query.order_by(col(Reward.proposed_on).desc(), col(Reward.id))).all()


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
