"""Every route of the API, as a tuple to read."""

from litestar.types import ControllerRouterHandler

from api.audit import audit
from api.businesses import Businesses
from api.catalog import catalog
from api.complaints import Complaints, complaint_statistics
from api.copies import Copies
from api.decisions import Decisions
from api.demonstration import Designations
from api.docs import documentation_asset
from api.documents import Documents
from api.entries import Entries
from api.events import Feeds
from api.exports import audit_exported, exported
from api.health import alive, metrics, ready
from api.imports import Imports
from api.instruments import Instruments
from api.lists import Lists
from api.log import Log
from api.matching import Matching
from api.measures import Measures
from api.mergers import Mergers
from api.objections import Objections
from api.papers import Papers
from api.pledges import Pledges
from api.proposals import Proposals
from api.publication import Deltas, Editions
from api.repairs import Repairs
from api.scoring import inspection_plan, score
from api.statistics import statistics
from api.suggestions import suggestions
from api.transparency import transparency, transparency_table
from api.verifications import Verifications
from api.violations import Violations
from api.webhooks import Webhooks

ROUTES: tuple[ControllerRouterHandler, ...] = (
    alive,
    ready,
    metrics,
    documentation_asset,
    Businesses,
    Matching,
    suggestions,
    Mergers,
    Lists,
    Editions,
    Deltas,
    Feeds,
    Log,
    Copies,
    catalog,
    statistics,
    complaint_statistics,
    transparency,
    transparency_table,
    Pledges,
    Designations,
    Instruments,
    Verifications,
    Violations,
    Imports,
    Decisions,
    Documents,
    Papers,
    Proposals,
    Entries,
    Objections,
    Repairs,
    Complaints,
    Webhooks,
    Measures,
    inspection_plan,
    score,
    audit,
    audit_exported,
    exported,
)
