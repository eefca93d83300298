"""Whether a commit may change what the public sees, counted in the transaction that changes it.

Everything counts but what only the tables in `QUIET` hold: sessions, audit entries and the like, which no
public answer reads. So an officer who signs in or reads a file makes no answer anew, and whatever is
forgotten here costs time and never shows anything too long. Statements that no engine of ours sends, by
hand or by a restored backup, are not seen: the service has to be started again after them.
"""

import re
from typing import Any

from sqlalchemy import Connection, Engine, event

QUIET = frozenset(
    (
        "account",
        "account_grant",
        "alembic_version",
        "api_key",
        "audit_entry",
        "credential",
        "dead_letter",
        "idempotency_key",
        "invitation",
        "key_request",
        "login_session",
        "login_throttle",
        "recovery",
        "saved_search",
        "scheduled_run",
        "session_secret",
        "sheet_order",
        "sign_up",
        "totp_secret",
        "webhook",
    )
)
SEEN = "SELECT max(changes) FROM public_changes"

_COUNTED = (
    "INSERT INTO public_changes (id, changes) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET changes = public_changes.changes + 1"
)
_WRITTEN = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE(?: ONLY)?|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_WRITES_NO_ROW = re.compile(
    r"(?:SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|SHOW|SET|EXPLAIN|LOCK|CREATE|ALTER|DROP|VACUUM|ANALYZE)\b",
    re.IGNORECASE,
)
_COUNTS = "what is shown may change"


def may_change_what_is_shown(statement: str) -> bool:
    """Say whether a statement may change what the public sees; what is not understood may."""
    said = statement.lstrip()
    if _WRITES_NO_ROW.match(said):
        return False
    written = _WRITTEN.match(said)
    return written is None or written[1].lower() not in QUIET


def count_changes(engine: Engine) -> None:
    """Count every commit through an engine that may change what the public sees.

    The count is the last statement of its transaction, so that on PostgreSQL nobody waits for the row
    longer than a commit takes, and no two wait for each other.
    """

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.info.pop(_COUNTS, None)

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if _COUNTS not in connection.info and may_change_what_is_shown(statement):
            connection.info[_COUNTS] = True

    @event.listens_for(engine, "commit")
    def _commit(connection: Connection) -> None:
        if connection.info.pop(_COUNTS, False):
            driver: Any = connection.connection
            driver.cursor().execute(_COUNTED)
