"""No page and no route for everybody reads a table whole that grows with the merchants.

Every line of `expected.txt` that everybody may ask is asked of a filled registry, on both databases, also
narrowed and from one page to the next; each statement that reached the database is then explained. A route
that is added is asked by itself. What may be read whole stands in `SMALL`, with the reason.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine

from api.app import served
from api.edge import Edge
from jobs import deliver_outbox, sign_checkpoint
from jobs.running import Plant
from public_site.assets import address_of
from registry.businesses.tables import Alias
from registry.identifiers import new_id
from registry.log import notes
from registry.publication.editions import prepare_edition
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from tests import given
from tests.api.building import built
from tests.api.realm import USCC, Realm, filled_on
from tests.rights.expectation import Expected, expected
from tests.store.plans import Statement, asked, pretend_many_rows, read_whole

SMALL: Mapping[str, str] = {
    "office": "the offices of the country, some thousands",
    "office_name": "a few names for each office",
    "edition": "one row for each list, region and day of publication, never for each merchant",
    "statistic": "aggregates that authorities published, some hundreds a year",
    "rulebook_version": "one row for each change of the law",
    "rule_override": "one row for each change of the law",
    "calendar_override": "some days a year",
    "score_run": "one row for each night",
    "public_changes": "one row",
    "report_due_count": "one row for each office and month",
}
COUNTED: Mapping[str, frozenset[str]] = {
    "entries": frozenset({"list_entry", "business_version", "business"}),
    "state": frozenset({"business", "pledge", "demonstration_unit", "violation", "penalty_decision"}),
    "instruments": frozenset({"instrument", "business", "business_version", "verification"}),
    "exposure": frozenset({"instrument", "business_version"}),
    "not_withdrawn": frozenset({"list_entry"}),
}
"""What the counts of the edge read whole. Who asks first after the start waits for one; from then on it is
answered as it was, and counted anew aside (`registry.store.watch.Counted`)."""
LINES = [one for one in expected() if one.roles is None and one.method == "GET"]
NAMED = re.compile(r"\{(\w+)\}")
DAYS = "from=2026-01-01&to=2026-12-31"
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/api/v1/businesses": (
        *(f"q={quote(word)}" for word in ("店", "浉河区", "2026", USCC)),
        "region=41&sector=fuel_station&list=henan_black&designated=true&facets=true&q=" + quote("店"),
        "limit=1",
    ),
    "/search": (f"q={quote('店')}", "q=2026", f"q={quote('店')}&region=410000&list=henan_black"),
    "/api/v1/suggestions": (f"q={quote('浉河')}", "q=xx"),
    "/api/v1/log/proof/inclusion": ("leaf={leaf}",),
    "/api/v1/log/proof/consistency": ("from=1",),
    "/api/v1/events": ("limit=1", "regime=henan_black", "region=411502", "regime=henan_black&region=411502"),
    "/api/v1/lists/{regime}/entries": ("limit=1", "region=411502"),
    "/api/v1/lists/{regime}/deltas": ("region={region}", "region={region}&after={former}"),
    "/api/v1/lists/{regime}/editions": ("region={region}",),
    "/api/v1/lists/{regime}/editions/{version}": ("region={region}",),
    "/lists/{regime}/editions/{version}": ("region={region}",),
    "/api/v1/statistics": ("limit=1",),
    "/api/v1/statistics/complaints": (DAYS,),
    "/api/v1/transparency": (DAYS, "region=411502"),
    "/lists/{regime}": ("region=411502", "sector=fuel_station", "region=410000&sector=fuel_station"),
    "/lists/{regime}/export/{name}": ("region=411502",),
    "/search/export/{name}": (f"q={quote('店')}", "region=411502"),
    "/lists/red": ("region=411502",),
    "/lists/black": ("region=411502&sector=fuel_station",),
    "/api/v1/clearances": ("business={business_id}", "region=411502", "market={market_id}"),
    "/verify": ("code={code}",),
    "/rules/diff": ("where=410000&other=330000",),
}
NAMES: Mapping[str, tuple[str, ...]] = {
    "/api/v1/feeds/{name}": (
        *("list-henan_black.atom", "region-411502.atom", "business-{business_id}.atom"),
    ),
    "/sitemaps/{name}": ("pages.xml", "businesses-a.xml"),
    "/lists/{regime}/{name}": ("regions.svg", "sectors.svg"),
    "/lists/{regime}/export/{name}": ("entries.csv",),
    "/search/export/{name}": ("results.csv",),
    "/api/docs/{name}": ("init.js",),
    "/static/{name}": (address_of("mark.svg").removeprefix("/static/"),),
    "/transparency/{name}": ("{year}.svg",),
    "/api/v1/imports/templates/{name}": ("businesses.xlsx",),
    "/api/v1/log/tile/{name}": ("0/000.p/{size}",),
    "/api/v1/lists/{regime}/editions/{version}/{region}/{name}": ("manifest.json",),
    "/api/v1/lists/{regime}/deltas/{version}/{region}/{name}": ("delta-manifest.json",),
}
ACTS: Mapping[str, Any] = {
    "/api/v1/businesses/match": {"items": [{"text": "浉河区甲店"}, {"text": USCC}, {"text": "无此店"}]},
    "/api/v1/lists/check": {"items": [{"entry_id": "{entry_id}"}, {"entry_id": "nothing"}]},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine_of_all(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Path]]:
    """A fresh database of each kind, for all tests of this file, with its folder."""
    folder = tmp_path_factory.mktemp("plans")
    with ExitStack() as held:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("migrated_sqlite"), folder)
            url = f"sqlite:///{folder / 'registry.sqlite3'}"
        else:
            url = held.enter_context(request.getfixturevalue("postgres_databases").fresh())
        engine = open_engine(url)
        yield engine, folder
        engine.dispose()


@pytest.fixture(scope="module")
def realm(engine_of_all: tuple[Engine, Path]) -> Iterator[Realm]:
    """A registry with one of everything: indexed, published, and its log signed."""
    engine, folder = engine_of_all
    made = filled_on(engine, folder)
    made.engine = engine
    with writing(engine) as session:  # a table without a row is planned as one that stays so
        sign = Alias(
            id=new_id(),
            business_id=made.ids["business_id"],
            kind="trade_name",
            value="申城小店",
            value_key="申城小店",
            recorded_at=made.now,
        )
        session.add(sign)
    url = engine.url.render_as_string(hide_password=False)
    settings = read_settings(data_dir=folder, database_url=url, security_contact="mailto:safe@example.org")
    for before in (timedelta(days=1), timedelta()):
        with writing(engine) as session:
            by = given.work(session, "national", made.now - before)
            for regime, region in (("henan_black", "410000"), ("metrology_board", given.TOWN)):
                prepare_edition(by, regime, region)
    notes.load_or_create(folder, settings.origin)
    plant = Plant(settings, engine, made.index, lambda: made.now, lambda: made.law)
    deliver_outbox.run(plant)
    sign_checkpoint.run(plant)
    built().state.edge = Edge(settings, engine, made.index, lambda: made.now, lambda: made.law)
    yield made
    made.index.close()


@pytest.fixture(scope="module")
def spoken(realm: Realm) -> dict[str, tuple[set[int], list[Statement]]]:
    """What everybody's routes answered, and what each asked of the database, by line."""
    ids = dict(realm.ids)
    found: dict[str, tuple[set[int], list[Statement]]] = {}
    edge: Edge = built().state.edge
    for name in COUNTED:
        getattr(edge, name)()
    with asked(realm.engine) as statements, TestClient(served(built())) as client:
        last, former = client.get("/api/v1/lists/henan_black/editions").json()
        ids |= {"version": last["version"], "former": former["version"], "region": last["region"]}
        ids["leaf"] = client.get("/api/v1/log/entries").json()["items"][0]["leaf"]["leaf_id"]
        ids |= {
            "size": client.get("/api/v1/log/checkpoint").text.splitlines()[1],
            "year": str(realm.now.year),
        }
        for line in LINES:
            statements.clear()
            statuses = {_ask(client, address) for address in _addresses(line, ids)}
            found[line.path] = statuses, list(statements)
        for path, body in ACTS.items():
            statements.clear()
            stated = json.loads(_named(json.dumps(body), ids))
            found[path] = {client.post(path, json=stated).status_code}, list(statements)
    return found


def _addresses(line: Expected, ids: Mapping[str, str]) -> Iterator[str]:
    """Yield the addresses of a line: of things that are there, and of none."""
    names = NAMES.get(line.path, (None,))
    for name in names:
        known = {**ids, **({"name": _named(name, ids)} if name else {})}
        for query in ("", *QUERIES.get(line.path, ())):
            yield _named(f"{line.path}?{query}" if query else line.path, known)
    if NAMED.search(line.path):
        yield _named(line.path, {})


def _named(text: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: ids.get(found[1], "nothing"), text)


def _ask(client: TestClient[Any], address: str) -> int:
    """Ask, and ask for the next page where there is one; return how the first was answered."""
    answer = client.get(address, follow_redirects=False)
    following = None
    if "json" in answer.headers.get("content-type", "") and isinstance(answer.json(), dict):
        told = answer.json()
        following = told.get("next") and f"cursor={told['next']}"
        if told.get("more"):
            following = f"after={told['after']}"
    if following:
        client.get(f"{address}{'&' if '?' in address else '?'}{following}")
    return int(answer.status_code)


def test_every_route_for_everybody_is_answered_for_a_thing_that_is_there(
    spoken: Mapping[str, tuple[set[int], list[Statement]]],
) -> None:
    unanswered = {path for path, (statuses, _) in spoken.items() if not statuses & {200, 410, 308}}
    unanswered -= {"/api/{path}"}  # it says that there is nothing at an address
    assert not unanswered, sorted(unanswered)
    assert sorted(path for path, (statuses, _) in spoken.items() if max(statuses) >= 500) == []


def test_no_route_for_everybody_reads_a_growing_table_whole(
    realm: Realm, spoken: Mapping[str, tuple[set[int], list[Statement]]]
) -> None:
    pretend_many_rows(realm.engine)
    explained: dict[str, set[str]] = {}
    guilty: dict[str, set[str]] = {}
    for path, (_, statements) in spoken.items():
        for statement in statements:
            text, values = statement
            key = f"{text} {values}"
            if key not in explained:
                explained[key] = read_whole(realm.engine, statement) - set(SMALL)
            if whole := explained[key]:
                guilty.setdefault(f"{sorted(whole)} are read whole by {text}", set()).add(path)
    assert not guilty, "\n\n".join(f"{sorted(paths)}: {how}" for how, paths in guilty.items())


def test_what_a_count_reads_whole_is_counted_aside_and_known(realm: Realm) -> None:
    edge: Edge = built().state.edge
    counts = {name for name, kind in Edge.__annotations__.items() if "Counted[" in str(kind)}
    assert {f"_{name}" for name in COUNTED} == counts
    fresh = Edge(edge.settings, edge.engine, edge.index, edge.now, edge.rulebook)
    read: dict[str, set[str]] = {}
    with asked(realm.engine) as statements:
        for name in COUNTED:
            statements.clear()
            getattr(fresh, name)()
            read[name] = set().union(*(read_whole(realm.engine, one) for one in [*statements])) - set(SMALL)
        fresh.watch.close()
    assert {name: found - COUNTED[name] for name, found in read.items() if found - COUNTED[name]} == {}
