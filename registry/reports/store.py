"""The database of reports: its own file or schema, so that a copy of the registry holds none of them."""

from pathlib import Path

from registry.reports.tables import metadata
from registry.store.migrate import Schema

REPORTS = Schema(metadata, Path(__file__).parent / "versions")
