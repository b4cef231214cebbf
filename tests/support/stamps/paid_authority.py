"""A simulated authority behind TLS that answers nobody without a name and password."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

from tests.support.certificate import loopback_certificate
from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler
from tests.support.stamps.simulated_authority import SimulatedAuthority


class PaidAuthority(LoopbackReceiver):
    """It answers those who give the name and password."""

    def __init__(self, folder: Path, *, login: tuple[str, str]) -> None:
        self.simulated = SimulatedAuthority()
        self.login = login
        self.asked: list[str | None] = []
        """The header `Authorization` of each request."""
        super().__init__()
        self.certificate = folder / "server.pem"
        self.certificate.write_bytes(loopback_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The address for requests."""
        return f"https://{self.place}/tsr"

    def answer(self, request: QuietHandler) -> None:
        """Answer with a stamp, or with 401."""
        given, query = request.headers["Authorization"], request.body()
        self.asked.append(given)
        reply = self.simulated.reply(query) if given == self.expected else b""
        request.send_response(200 if reply else 401)
        request.send_header("Content-Type", "application/timestamp-reply")
        request.send_header("Content-Length", str(len(reply)))
        request.end_headers()
        request.wfile.write(reply)

    @property
    def expected(self) -> str:
        """The header that opens it."""
        return f"Basic {base64.b64encode(':'.join(self.login).encode()).decode()}"
