"""The whole metadata: importing this module makes every table known."""

from sqlmodel import SQLModel

import registry.accounts.tables
import registry.audit.tables
import registry.businesses.tables
import registry.complaints.tables
import registry.demonstration.tables
import registry.documents.tables
import registry.imports.tables
import registry.instruments.tables
import registry.lists.tables
import registry.log.tables
import registry.measures.tables
import registry.offices.tables
import registry.overrides.tables
import registry.pledges.tables
import registry.publication.tables
import registry.repair.tables
import registry.rewards.tables
import registry.scoring.tables
import registry.signups.tables
import registry.statistics.tables
import registry.store.tables
import registry.transparency.tables
import registry.violations.tables  # noqa: F401  # each import registers its tables

metadata = SQLModel.metadata
