"""What every serving process does: the clock, a free address, an end when it is told."""

import asyncio
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

from registry.errors import Broken


def clock() -> datetime:
    """Return the present instant; the only clock of the product."""
    return datetime.now(UTC)


def refuse_taken(host: str, port: int) -> None:
    """Refuse an address that cannot be bound, before anything begins.

    Raises:
        Broken: It is taken, or not this machine's.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as taken:
        raise Broken(f"{host}:{port} cannot be served: {taken.strerror}") from taken


async def serve_app(app: Any, host: str, port: int) -> None:
    """Serve an application until a signal ends it; no request is written down anywhere.

    Raises:
        Broken: The server ended by itself.
    """
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)
    on_signals(server.stop)  # the embedded server heeds none: jobs would be cut off in their work
    await server.serve()
    if server.interrupt_children:
        raise Broken(f"the server on {host}:{port} ended by itself")


def on_signals(act: Callable[[], object]) -> None:
    """Act when the process is told to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, act)
