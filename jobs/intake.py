"""The intake in a process of its own: it takes reports, holds public keys only, and reaches nobody."""

import asyncio
import resource
import sys
from contextlib import ExitStack

import click

from api.edge import Edge
from jobs.opening import opened
from jobs.serving import clock, refuse_taken, serve_app
from public_site.reporting.app import reporters
from registry.errors import Broken
from registry.overrides.queries import effective_rulebook
from registry.rulebook import Rulebook, load_rulebook
from registry.settings import Settings
from registry.store.engine import reading
from registry.store.watch import Kept, Watch
from search_index.opening import open_index

OUTWARD = ("socket.connect", "socket.sendto", "socket.sendmsg")


def take(settings: Settings, host: str, port: int) -> None:
    """Take reports until a signal ends the process.

    Raises:
        Broken: The port is taken, or the installation is unfit.
    """
    keep_no_core()
    refuse_taken(host, port)
    with ExitStack() as held:
        edge = _edge(settings, held)
        click.echo(f"http://{host}:{port}/report")
        reach_nobody()
        asyncio.run(serve_app(reporters(edge), host, port))


def keep_no_core() -> None:
    """Leave no image of the memory behind, however the process ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reach_nobody() -> None:
    """Let no code of this process open a connection; those of the database's own library stand already.

    What is below Python is for the operator to close: see the documentation of the command line.
    """

    def refuse(event: str, _args: object) -> None:
        if event in OUTWARD:
            raise Broken("the intake opens no connection")

    sys.addaudithook(refuse)


def _edge(settings: Settings, held: ExitStack) -> Edge:
    engine = held.enter_context(opened(settings))
    package = load_rulebook()
    index = open_index(settings, write=False)
    held.callback(index.close)
    watch = Watch(engine)
    held.callback(watch.close)
    law = Kept[Rulebook](watch)

    def read() -> Rulebook:
        with reading(engine) as session:
            return effective_rulebook(session, package)

    edge = Edge(settings, engine, index, clock, lambda: law.get(None, read))
    held.callback(edge.reports.engine.dispose)
    edge.reports.check()
    return edge
