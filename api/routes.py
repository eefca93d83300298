"""Every route of the API, as a tuple to read."""

from litestar.types import ControllerRouterHandler

from api.businesses import Businesses
from api.demonstration import Designations
from api.docs import documentation_asset
from api.documents import Documents
from api.health import alive, metrics, ready
from api.lists import Lists, Proposals
from api.pledges import Pledges
from api.publication import Editions
from api.scoring import score
from api.statistics import statistics
from api.violations import Violations, change_standing

ROUTES: tuple[ControllerRouterHandler, ...] = (
    alive,
    ready,
    metrics,
    documentation_asset,
    Businesses,
    Lists,
    Editions,
    statistics,
    Pledges,
    Designations,
    Violations,
    change_standing,
    Documents,
    Proposals,
    score,
)
