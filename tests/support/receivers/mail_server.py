"""A mail server on loopback (SMTP) that keeps what it was sent, with or without TLS, and the faults of real ones."""

from __future__ import annotations

import base64
import socketserver
import ssl
from contextlib import AbstractContextManager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.support.receivers.loopback_receiver import LoopbackReceiver

USER, PASSWORD = "you@example.com", "canary-mail-6f1d"


class MailServer(LoopbackReceiver):
    """Takes mails of one user; refuses `login`, `recipient` or all sense, if told so; `hangs` where it stops."""

    def __init__(self, *, certificate: Path | None = None, starttls: bool = False, refuses: str = "") -> None:
        self.mails: list[EmailMessage] = []
        self.names: list[str] = []
        self.refuses, self.hangs, self.starttls = refuses, "", starttls
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        super().__init__()

    def make_server(self) -> socketserver.ThreadingTCPServer:
        """What listens."""
        return socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._talk)  # type: ignore[arg-type]

    def _talk(self, connection: object, _address: object, _server: object) -> None:
        with suppress(OSError, UnicodeDecodeError):  # the client left, or speaks TLS
            _Conversation(self, connection).talk()

    def settings(self, *, tls: str = "none", user: str = USER) -> str:
        """The lines of `[notify]` that lead here; the password lies in a file of the home."""
        return (
            f'mail_host = "127.0.0.1"\nmail_port = {self.port}\nmail_tls = "{tls}"\nmail_user = "{user}"\n'
            f'mail_password = "file:mail-password"\nmail_to = "{USER}"\n'
        )


class _Conversation:
    def __init__(self, server: MailServer, connection: object) -> None:
        self.server = server
        self.connection = connection
        self.is_secret = server.context is not None and not server.starttls
        if self.is_secret:
            self._wrap()
        else:
            self._read_from(connection)

    def talk(self) -> None:
        """Answer each line until the client leaves."""
        if self.server.hangs == "greeting":
            self.server.closed.wait(30)
            return
        self._say("220 localhost ready")
        while line := self.lines.readline():
            word, _space, rest = line.decode("utf-8").strip().partition(" ")
            if word.upper() == self.server.hangs:
                while not self.server.closed.wait(0.2):
                    self.connection.sendall(b"250-x\r\n")  # type: ignore[attr-defined]
                return
            if not self._answer(word.upper(), rest):
                return

    def _answer(self, word: str, rest: str) -> bool:
        server = self.server
        if word == "EHLO":
            server.names.append(rest)
            methods = "CRAM-MD5" if server.refuses == "sense" else "PLAIN"
            offers = [f"AUTH {methods}"] if self.is_secret or server.context is None else ["STARTTLS"]
            self._say(*(f"250-{one}" for one in ("localhost", *offers)), "250 8BITMIME")
        elif word == "STARTTLS":
            self._say("220 go ahead")
            self._wrap()
        elif word == "AUTH" and server.refuses == "sense":
            self._say("334 a")  # a challenge that no client can read
        elif word == "AUTH":
            _none, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
            is_right = (user, password) == (USER, PASSWORD) and server.refuses != "login"
            self._say("235 welcome" if is_right else f"535 no such user or password: {user} {password}")
        elif word == "RCPT" and server.refuses == "recipient":
            self._say("550 nobody of that name")
        elif word == "DATA":
            self._say("354 go on")
            self._take_mail()
        elif word == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 fine")
        return True

    def _take_mail(self) -> None:
        data = b""
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            data += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.mails.append(message_from_bytes(data, EmailMessage, policy=policy.default))
        self._say("250 taken")

    def _wrap(self) -> None:
        assert self.server.context is not None
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)  # type: ignore[arg-type]
        self.is_secret = True
        self._read_from(self.connection)

    def _read_from(self, connection: object) -> None:
        self.lines = connection.makefile("rb")  # type: ignore[attr-defined]

    def _say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())  # type: ignore[attr-defined]


def running_mail_server(
    *, certificate: Path | None = None, starttls: bool = False, refuses: str = ""
) -> AbstractContextManager[MailServer]:
    """A mail server that listens meanwhile."""
    return MailServer(certificate=certificate, starttls=starttls, refuses=refuses).listening()
