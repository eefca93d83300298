"""A mail server on loopback that keeps what it is given, as bytes."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What arrived, and where the server listens.

    Attributes:
        refusing: Whether recipients are refused.
    """

    address: str = ""
    letters: list[bytes] = field(default_factory=list)
    refusing: bool = False

    def take(self) -> list[bytes]:
        """Return what arrived since the last time."""
        taken, self.letters[:] = list(self.letters), []
        return taken


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run the server as long as the context lasts."""
    box = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                command = line[:4].upper()
                if command == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    box.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                refused = command == b"RCPT" and box.refusing
                self.wfile.write(
                    b"550 no\r\n" if refused else b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n"
                )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        box.address = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
