"""Large files of rows that somebody asked to have carried out."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class SheetOrder(SQLModel, table=True):
    """A file that was tried out and is carried out by a job, in the name of the account that asked.

    The file itself waits among the uploads under its digest; what became of its rows is counted here.
    """

    __tablename__ = "sheet_order"
    __table_args__ = (
        Index(
            "sheet_order_waiting",
            "recorded_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("sheet_order_of_account", "account_name", "role", "market_id", "recorded_at"),
    )

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", description="In whose name it is carried out.")
    role: str = Field(description="In which it is carried out, whatever else the account holds.")
    market_id: str | None = Field(
        default=None,
        foreign_key="market.id",
        description="Outside it nothing is changed; None: the regions on which the role is held.",
    )
    kind: str
    name: str = Field(description="What the file was called.")
    digest: str = Field(description="SHA-256 of the file, in hex.")
    rows: int = Field(description="Rows of the file, as counted when it was asked for.")
    attempts: int = Field(default=0, description="How often it was begun; after so many it is given up.")
    done: int = Field(default=0, description="Rows that have been carried out or refused.")
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = Field(default=0, description="Rows that met a refusal.")
    refusal: str | None = Field(
        default=None, description="Code of why the file was not carried out to its end."
    )
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
