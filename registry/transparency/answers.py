"""The report as it is read: numbers by office and month, and nothing that names a party."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Figures(BaseModel):
    """What was counted: cases, listings, withdrawals by ground, repairs, objections, deadlines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cases_opened: int = Field(default=0, description="Proposals, nominations and applications to be listed.")
    cases_dropped: int = Field(default=0, description="Cases that ended without a listing.")
    listed_red: int = 0
    listed_black: int = 0
    withdrawn_repaired: int = 0
    withdrawn_expired: int = 0
    withdrawn_annulled: int = 0
    withdrawn_corrected: int = 0
    withdrawn_cancelled: int = 0
    repairs_applied: int = 0
    repairs_granted: int = 0
    repairs_refused: int = 0
    repairs_declined: int = Field(default=0, description="Applications that were not taken up.")
    repairs_revoked: int = 0
    objections_filed: int = 0
    objections_upheld: int = 0
    objections_dismissed: int = 0
    objections_declined: int = Field(default=0, description="Objections that were not taken up.")
    deadlines_due: int = Field(default=0, description="Last days of the office's own periods that came.")
    deadlines_missed: int = Field(default=0, description="Of these, met late or not met until today.")
    complaints_due: int = Field(default=0, description="Last days in the handling of complaints that came.")
    complaints_missed: int = Field(default=0, description="Of these, met late or not met until today.")
    reports_due: int = Field(
        default=0, description="Last days in the handling of reports that came; few of a month stay hidden."
    )
    reports_missed: int = Field(default=0, description="Of these, met late or not met until the last count.")

    @property
    def withdrawn(self) -> int:
        """Return how many entries ended, on whatever ground."""
        return sum(getattr(self, name) for name in Figures.model_fields if name.startswith("withdrawn_"))

    def __add__(self, other: "Figures") -> "Figures":
        """Return the sum of two, figure by figure."""
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in Figures.model_fields})


class OfficeMonth(Figures):
    """The figures of one office in one month; months without any are left out."""

    month: str = Field(description="Of the legal days, e.g. 2026-11.")
    office_code: str
    office_name: str = Field(description="As the office was named at the end of the month.")


class TransparencyReport(BaseModel):
    """What the offices did between two days, as known today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_on: date
    to_on: date = Field(description="Inclusive.")
    as_of_on: date = Field(description="Day on which an open deadline counts as missed or not.")
    items: tuple[OfficeMonth, ...]
