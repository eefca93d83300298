"""Every page of the desks, as a tuple to read, and the router that gives them their form."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from public_site.desk import (
    audit,
    business,
    businesses,
    case_opening,
    cases,
    entries,
    entry,
    facts,
    home,
    markets,
    myself,
    objections,
    own,
    people,
    repairs,
    sheets,
    signups,
)
from public_site.desk.form import read_form

ROUTES: tuple[ControllerRouterHandler, ...] = (
    home.home,
    entry.ask,
    entry.sign_in,
    entry.invited,
    entry.accept,
    entry.password,
    entry.change,
    entry.sign_out,
    myself.own_sessions,
    myself.end,
    myself.second_factor,
    myself.begin,
    myself.confirm,
    signups.ask,
    signups.sign_up,
    signups.sign_ups,
    signups.decide,
    *cases.ROUTES,
    *case_opening.ROUTES,
    *objections.ROUTES,
    *repairs.ROUTES,
    *entries.ROUTES,
    people.accounts,
    people.new_account,
    people.add,
    people.account,
    people.give,
    people.take,
    people.disable,
    people.enable,
    people.invited,
    people.end_session,
    people.ask,
    people.recoveries,
    people.grant,
    markets.own_markets,
    markets.own_market_page,
    sheets.sheet,
    sheets.try_out,
    sheets.take,
    sheets.returned,
    businesses.businesses,
    business.file,
    facts.new_pledge,
    facts.add_pledge,
    facts.new_designation,
    facts.add_designation,
    facts.new_verification,
    facts.add_verification,
    own.own_record,
    own.own_paper,
    audit.audit,
    audit.audit_file,
    audit.audited,
)


def desk_router() -> Router:
    """Return the desks; a handler that names `form` is given its form."""
    return Router(path="/", route_handlers=list(ROUTES), dependencies={"form": Provide(read_form)})
