"""Verifies stamps with this computer's `openssl`, if there is one that can.

The signature is verified at the token's own time: an authority's certificate ends after some years, and without
`-attime` a valid stamp would fail then. Standard library and Python 3.8 syntax, because this module is
also handed out inside packages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from gettext import gettext as _
from pathlib import Path

from archiver.evidence.stamps.known_roots import fingerprints, single_roots
from archiver.evidence.stamps.reply_claims import read_reply
from archiver.evidence.verify.stamps import UNCHECKED, CheckToken, TokenResult

_TIMEOUT_SECONDS = 60
"""Seconds that one call may take."""

_ABLE_VERSION = re.compile(rb"OpenSSL (?:1\.1\.[1-9]|[2-9]\.)")
"""LibreSSL and older versions do not know `-attime` here."""


def openssl_check() -> CheckToken | None:
    """A function that checks tokens with the `openssl` found here; None if there is none that can."""
    program = _able_program()
    return None if program is None else lambda reply, data, roots: _check_token(program, reply, data, roots)


def _able_program() -> str | None:
    program = shutil.which("openssl")
    result = None if program is None else _run_command([program, "version"])
    return program if result is not None and _ABLE_VERSION.match(result.stdout) else None


def _check_token(program: str, reply: bytes, data: bytes, roots: bytes) -> TokenResult:
    claims = read_reply(reply)
    if claims is None:
        return TokenResult(None, None, _("The file is not an authority's reply with a time stamp in it."))
    could_run = False
    for root in single_roots(roots):
        with tempfile.TemporaryDirectory(prefix="stamp-") as folder:
            paths = [Path(folder) / name for name in ("data", "reply.tsr", "root.pem")]
            for path, body in zip(paths, (data, reply, root)):  # noqa: B905 - Python 3.8
                path.write_bytes(body)
            where = ["-data", str(paths[0]), "-in", str(paths[1]), "-CAfile", str(paths[2])]
            result = _run_command([program, "ts", "-verify", *where, "-attime", str(claims.seconds)])
        if result is not None and result.returncode == 0:
            return TokenResult(claims.time, fingerprints(root)[0], None)
        could_run = could_run or result is not None
    if not could_run:
        return UNCHECKED
    problem = _("The time stamp does not lead to the root certificate beside it, or its signature is wrong.")
    return TokenResult(None, None, problem)


def _run_command(command: list[str]) -> subprocess.CompletedProcess[bytes] | None:
    """The result of a command; None if it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False)  # noqa: S603 - our own arguments
    except (OSError, subprocess.SubprocessError):
        return None
