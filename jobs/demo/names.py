"""Names that merchants of the town bore before, and those that customers call them by."""

from sqlmodel import Session, col, select

from jobs.demo.stage import Stage
from jobs.demo.town import Town
from registry.businesses.commands import (
    ChangeBusiness,
    RegisterBusiness,
    change_business,
    register_businesses,
)
from registry.businesses.tables import BusinessVersion

DAY, HOUR = 75, 11  # the day of the import, after it


def enter_names(stage: Stage, town: Town) -> None:
    """Rename some companies, and enter the shop signs of some sole traders."""
    companies = [row for row in town.businesses if row["kind"] == "enterprise"][::9]
    traders = [row for row in town.businesses if row["kind"] == "sole_trader" and row["uscc"]][::11]
    with stage.acting("officer", DAY, HOUR) as work:
        for row in companies:
            current = _current(work.session, row["uscc"])
            said = _said(row) | {"name": row["name"].replace("浉河区", "信阳申城", 1)}
            command = ChangeBusiness(
                business_id=current.business_id,
                expected_version=current.version,
                held_from_on=work.today,
                what=RegisterBusiness.model_validate(said),
            )
            change_business(work, command)
        signs = [_said(row) | {"trade_names": (_sign(row["name"]),)} for row in traders]
        for outcome in register_businesses(work, [RegisterBusiness.model_validate(one) for one in signs]):
            outcome.raised()


def _current(session: Session, uscc: str) -> BusinessVersion:
    query = select(BusinessVersion).where(BusinessVersion.uscc == uscc)
    return session.exec(query.where(col(BusinessVersion.superseded_at).is_(None))).one()


def _said(row: dict[str, str]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value}


def _sign(name: str) -> str:
    """Return what stands over the door: the surname and the trade."""
    return f"老{name[3]}家{name[6:].removesuffix('店')}"
