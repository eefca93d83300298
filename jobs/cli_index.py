"""`index rebuild|check`."""

import sys
from contextlib import ExitStack

import click

from jobs import process, runner
from jobs.opening import opened
from jobs.telling import counted, counting
from registry.calendar import legal_day
from registry.errors import Broken
from registry.publication.public_view import index_documents
from registry.settings import read_settings
from registry.store.engine import reading, sole_holder
from search_index.check import compare
from search_index.documents import from_source
from search_index.opening import open_index
from search_index.rebuild import rebuild as rebuild_index


@click.group()
def index() -> None:
    """The search index: made from the public view, never the truth."""


@index.command("rebuild")
def rebuild() -> None:
    """Build the index anew beside the present one and swap."""
    settings = read_settings()
    with opened(settings) as engine, sole_holder(settings.data_dir) as holder, ExitStack() as held:
        if not holder:
            raise Broken("a process serves this folder and owns its index; end it first")
        # a search server has no lock: who leads the jobs writes there, on whichever machine
        if not settings.on_sqlite and not held.enter_context(runner.leading(engine)):
            raise Broken("another process leads the jobs and writes the index; end it first")
        fresh = open_index(settings, write=True, renew=True)
        with reading(engine) as session, counting("index") as tell:
            documents = index_documents(session, legal_day(process.clock()))
            sources = (from_source(source) for source in documents)
            count = rebuild_index(fresh, sources, lambda done: tell("documents", done))
        fresh.close()
    click.echo(f"documents {count}")


@index.command("check")
def check() -> None:
    """Compare the index with the database; exit 1 where they differ."""
    settings = read_settings()
    with opened(settings) as engine, reading(engine) as session:
        held = open_index(settings, write=False)
        documents = index_documents(session, legal_day(process.clock()))
        with counting("index") as tell:
            found = compare(held, counted(tell, "documents", map(from_source, documents)))
        held.close()
    click.echo(f"missing {len(found.missing)}, surplus {len(found.surplus)}, stale {len(found.stale)}")
    if found.missing or found.surplus or found.stale:
        sys.exit(1)


COMMANDS = (index,)
