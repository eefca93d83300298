"""Settings of one installation, read from `HM_…` variables once, at the edge."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import Broken


class Settings(BaseSettings):
    """Where one installation keeps its things.

    Attributes:
        data_dir: Folder of the database file, documents, editions, index and keys.
        database_url: `sqlite:///…` or `postgresql+psycopg://…`; the file in `data_dir` when unset.
        meilisearch_url: Address of a search server; the embedded index when unset.
        demonstration: True marks every page as showing invented merchants.
    """

    model_config = SettingsConfigDict(env_prefix="HM_", frozen=True, extra="forbid")

    data_dir: Path
    database_url: str = ""
    meilisearch_url: str | None = None
    demonstration: bool = False
    public_url: str = Field(default="http://127.0.0.1:8000", description="Address that citizens use.")

    @property
    def database(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.sqlite3'}"

    @property
    def on_sqlite(self) -> bool:
        """Say whether the database is a file of SQLite."""
        return self.database.startswith("sqlite")


def read_settings(**given: object) -> Settings:
    """Read the settings; what is given wins over the environment.

    Raises:
        Broken: A setting is missing or has the wrong shape; every one is named.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # the environment supplies the rest
    except ValidationError as invalid:
        problems = [f"HM_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in invalid.errors()]
        raise Broken("the settings are not usable", problems=problems) from invalid
