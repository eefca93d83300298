"""Composing processes: API, site and jobs in one by default, apart on PostgreSQL."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import click
from litestar import Litestar
from sqlalchemy import Engine

from api.app import create_app, served
from api.intake.app import Beside
from jobs import runner, serving
from jobs.opening import opened
from jobs.running import Plant
from public_site.app import site_routes
from public_site.errors import pages_for_errors
from public_site.reporting.app import reporters
from public_site.rights import RIGHTS
from registry.accounts.devices import Devices
from registry.calendar import legal_day
from registry.errors import Broken
from registry.overrides.commands import ensure_archived
from registry.overrides.queries import effective_rulebook
from registry.publication.public_view import index_documents
from registry.rulebook import Rulebook, load_rulebook
from registry.settings import Settings
from registry.store.engine import checkpoint, reading, sole_holder, writing
from registry.store.migrate import differences
from registry.store.watch import Kept, Watch
from search_index import opening
from search_index.documents import from_source
from search_index.protocol import Index, IndexSilent
from search_index.rebuild import rebuild

log = logging.getLogger("honest_metrology")


clock = serving.clock
COLLECTED = (100_000, 50, 100)  # new objects before each generation is looked through, see `gc.set_threshold`


def collect_rarely() -> None:
    """Have the cyclic collector look through this process seldom.

    A batch of an import holds a million objects without a cycle, and the collector went through all of them
    again and again: a sixth of the time of an import. What is not in a cycle is freed at once as before.
    """
    gc.set_threshold(*COLLECTED)


@contextmanager
def plant(settings: Settings, *, write_index: bool = True) -> Iterator[Plant]:
    """Open the parts of an installation.

    Raises:
        Broken: The database or the index is unfit, or the rulebook is invalid.
    """
    package = load_rulebook()
    with opened(settings) as engine:
        if found := differences(engine):
            raise Broken("the schema of the database was altered", problems=list(map(str, found)))
        with writing(engine) as session:
            Devices(settings.second_factor_file).check(session)
            ensure_archived(session, effective_rulebook(session, package), clock())

        def read() -> Rulebook:
            with reading(engine) as session:
                return effective_rulebook(session, package)

        watch = Watch(engine)
        law = Kept[Rulebook](watch)

        def rulebook() -> Rulebook:
            return law.get(None, read)

        index = open_index(settings, engine, write=write_index)
        parts = Plant(settings, engine, index, clock, rulebook)
        try:
            parts.reports.check()
            yield parts
        finally:
            parts.reports.engine.dispose()
            index.close()
            watch.close()


def open_index(settings: Settings, engine: Engine, *, write: bool) -> Index:
    """Open the search index; its writer builds it from the database where it was never filled.

    Where a search server does not answer, the database does, and the index is built by the delivery as
    soon as the server is there.
    """
    index = opening.open_index(settings, write=write, renew=write)
    if write:
        try:
            _fill(index, engine)
        except IndexSilent as silent:
            log.warning("%s; it is asked again with every delivery", silent)
    return index


def _fill(index: Index, engine: Engine) -> None:
    if index.needs_rebuild:
        with reading(engine) as session:
            documents = index_documents(session, legal_day(clock()))
            rebuild(index, (from_source(source) for source in documents))


def application(parts: Plant, *, jobs: bool, intake: bool = True) -> Any:
    """Return the ASGI application: API and site, the intake beside them, and the jobs if it runs them."""

    @asynccontextmanager
    async def working(_app: Litestar) -> AsyncIterator[None]:
        with runner.running(parts):
            yield

    app = create_app(
        parts.settings,
        parts.engine,
        parts.index,
        parts.now,
        rulebook=parts.rulebook,
        routes=site_routes(),
        rights=RIGHTS,
        on_errors=partial(pages_for_errors, parts.settings),
        lifespans=[working] if jobs else [],
    )
    return Beside(served(app), reporters(app.state.edge)) if intake else served(app)


def serve(settings: Settings, host: str, port: int, *, jobs: bool, intake: bool = True) -> None:
    """Serve until a signal ends the process; the one that runs the jobs also writes the index.

    Raises:
        Broken: Another process holds the folder of SQLite, the port, or the jobs; or the
            installation is unfit.
    """
    with sole_holder(settings.data_dir) as holder, ExitStack() as held:
        if settings.on_sqlite and not holder:
            raise Broken(f"another process serves {settings.data_dir}; end it first")
        serving.refuse_taken(host, port)
        parts = held.enter_context(plant(settings, write_index=jobs))
        if jobs:
            held.enter_context(_led(settings, parts))
        click.echo(f"http://{host}:{port}/")
        asyncio.run(serving.serve_app(application(parts, jobs=jobs, intake=intake), host, port))
        if holder:
            checkpoint(parts.engine)
            checkpoint(parts.reports.engine)


@contextmanager
def _led(settings: Settings, parts: Plant) -> Iterator[None]:
    """Lead the jobs: on SQLite the holder of the folder does, on PostgreSQL the holder of a lock."""
    if settings.on_sqlite:
        yield
        return
    with runner.leading(parts.engine) as leader:
        if not leader:
            raise Broken("another process leads the jobs; serve with --no-jobs, or end it first")
        yield


def work(settings: Settings) -> None:
    """Run the jobs alone, as leader on PostgreSQL, until a signal ends the process.

    Raises:
        Broken: The database is SQLite, whose jobs run in the serving process, or another leads.
    """
    if settings.on_sqlite:
        raise Broken("on SQLite the serving process runs the jobs; a worker needs PostgreSQL")
    with plant(settings) as parts, _led(settings, parts), runner.running(parts):
        asyncio.run(_until_ended())


async def _until_ended() -> None:
    ended = asyncio.Event()
    serving.on_signals(ended.set)
    await ended.wait()
