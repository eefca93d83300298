"""Bringing a database to the schema of this release, by alembic, on both databases."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from registry.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Schema:
    """The tables of one database, and where its revisions are kept."""

    metadata: MetaData
    versions: Path


REGISTRY = Schema(metadata, MIGRATIONS / "versions")


def _config(connection: Connection, schema: Schema = REGISTRY) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(schema.versions))
    config.attributes |= {"connection": connection, "metadata": schema.metadata}
    return config


def upgrade(engine: Engine, revision: str = "head", *, schema: Schema = REGISTRY) -> None:
    """Bring the schema to a revision; what is there already stays."""
    with engine.begin() as connection:
        command.upgrade(_config(connection, schema), revision)


def downgrade(engine: Engine, revision: str, *, schema: Schema = REGISTRY) -> None:
    """Take the schema back to a revision."""
    with engine.begin() as connection:
        command.downgrade(_config(connection, schema), revision)


def revise(engine: Engine, message: str, *, schema: Schema = REGISTRY) -> None:
    """Write a new revision from what the models say and the database lacks."""
    with engine.begin() as connection:
        command.revision(_config(connection, schema), message, autogenerate=True)


def at_release(engine: Engine, *, schema: Schema = REGISTRY) -> bool:
    """Say whether the database is at the revision of this release; `differences` proves it."""
    with engine.connect() as connection:
        head = ScriptDirectory.from_config(_config(connection, schema)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(engine: Engine, *, schema: Schema = REGISTRY) -> list[object]:
    """Return where the models and the migrated schema disagree; empty means proven equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))
