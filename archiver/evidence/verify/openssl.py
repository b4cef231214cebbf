"""Judges stamps with the `openssl` of this computer, if there is one that can.

The moment of judging is the token's own time: an authority's certificate ends after some years, and without
`-attime` a good stamp would be called bad then. Standard library and Python 3.8 syntax, because this module is
also handed out inside packages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from gettext import gettext as _
from pathlib import Path

from archiver.evidence.stamps.pem import fingerprints, single_roots
from archiver.evidence.stamps.reply_text import read_reply
from archiver.evidence.verify.stamps import UNCHECKED, CheckToken, TokenResult

_PATIENCE = 60
"""Seconds that one call may take."""

_ABLE = re.compile(rb"OpenSSL (?:1\.1\.[1-9]|[2-9]\.)")
"""LibreSSL and older versions do not know `-attime` here."""


def openssl_check() -> CheckToken | None:
    """A check of tokens by the `openssl` that is found here; None if there is none that can."""
    program = shutil.which("openssl")
    if program is None:
        return None
    found = _run([program, "version"])
    if found is None or not _ABLE.match(found.stdout):
        return None
    return lambda reply, data, roots: _check(program, reply, data, roots)


def _check(program: str, reply: bytes, data: bytes, roots: bytes) -> TokenResult:
    said = read_reply(reply)
    if said is None:
        return TokenResult(None, None, _("The file is no reply of an authority with a time stamp in it."))
    could = False
    for root in single_roots(roots):
        with tempfile.TemporaryDirectory(prefix="stamp-") as folder:
            paths = [Path(folder) / name for name in ("data", "reply.tsr", "root.pem")]
            for path, body in zip(paths, (data, reply, root)):  # noqa: B905 - Python 3.8
                path.write_bytes(body)
            where = ["-data", str(paths[0]), "-in", str(paths[1]), "-CAfile", str(paths[2])]
            found = _run([program, "ts", "-verify", *where, "-attime", str(said.seconds)])
        if found is not None and found.returncode == 0:
            return TokenResult(said.time, fingerprints(root)[0], None)
        could = could or found is not None
    if not could:
        return UNCHECKED
    problem = _("The stamp does not lead to the root certificate that lies beside it, or its signature is wrong.")
    return TokenResult(None, None, problem)


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes] | None:
    """What a call gives; None if it cannot be made."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - our own arguments
    except (OSError, subprocess.SubprocessError):
        return None
