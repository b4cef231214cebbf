"""Verifies stamps, and answers about revoked certificates, with this computer's `openssl`, if there is one that can.

The signature is verified at the token's own time: an authority's certificate ends after some years, and without
`-attime` a valid stamp would fail then. Standard library and Python 3.8 syntax, because this module is
also handed out inside packages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.pem import fingerprints, single_roots
from archiver.evidence.stamps.reply_claims import read_reply
from archiver.evidence.verify.revocation_answers import (
    ANSWER_GOOD,
    ANSWER_REVOKED,
    UNCHECKED_ANSWER,
    AnswerResult,
    CheckAnswer,
)
from archiver.evidence.verify.stamps import UNCHECKED, CheckToken, TokenResult

_TIMEOUT_SECONDS = 60
"""Seconds that one call may take."""

_ABLE_VERSION = re.compile(rb"OpenSSL (?:1\.1\.[1-9]|[2-9]\.)")
"""LibreSSL and older versions do not know `-attime` here."""


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TIME = r"([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9:]{8}) ([0-9]{4}) GMT"


def openssl_check() -> CheckToken | None:
    """A function that checks tokens with the `openssl` found here; None if there is none that can."""
    program = _able_program()
    return None if program is None else lambda reply, data, roots: _check_token(program, reply, data, roots)


def openssl_answer_check() -> CheckAnswer | None:
    """A function that checks answers about revocations with the `openssl` found here; None if there is none."""
    program = _able_program()
    if program is None:
        return None
    return lambda kind, body, chain, roots: _check_answer(program, kind, body, chain, roots)


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
    problem = _("The stamp does not lead to the root certificate beside it, or its signature is wrong.")
    return TokenResult(None, None, problem)


def _check_answer(program: str, kind: str, body: bytes, chain: Sequence[bytes], roots: bytes) -> AnswerResult:
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        files = {
            "body": body,
            "certificate": chain[0],
            "issuer": chain[1],
            "above": b"".join(chain[1:]),
            "roots": roots,
        }
        paths = {name: str(Path(folder) / name) for name in files}
        for name, content in files.items():
            Path(paths[name]).write_bytes(content)
        show = _list_command if kind == "crl" else _answer_command
        shown = _run_command([program, *show(paths)])
        serial = _run_command([program, "x509", "-in", paths["certificate"], "-noout", "-serial"])
        if shown is None or serial is None:
            return UNCHECKED_ANSWER
        number = serial.stdout.decode("ascii", "replace").strip()
        number = number[len("serial=") :]
        text = shown.stdout.decode("utf-8", "replace")
        result = (_read_list if kind == "crl" else _read_answer)(text, number)
        is_signed = re.search(rb"(?m)^(?:Response )?[Vv]erify OK\r?$", shown.stderr) is not None
        if result is None or not is_signed:
            return AnswerResult(None, "", None, _("Its signature is not that of the issuer, or it is damaged."))
        at = str(_seconds(result.issued))
        where = ["-CAfile", paths["roots"], "-untrusted", paths["above"], "-attime", at, "-purpose", "any"]
        leads = _run_command([program, "verify", *where, paths["certificate"]])
    if leads is None:
        return UNCHECKED_ANSWER
    if leads.returncode != 0:
        return AnswerResult(None, "", None, _("The certificates beside it do not lead to the root certificate."))
    return result


def _list_command(paths: dict[str, str]) -> list[str]:
    return ["crl", "-inform", "DER", "-in", paths["body"], "-CAfile", paths["issuer"], "-noout", "-text"]


def _answer_command(paths: dict[str, str]) -> list[str]:
    """The answer's own time is not known before it is read, so the certificates are judged without one."""
    about = ["-issuer", paths["issuer"], "-cert", paths["certificate"]]
    where = ["-CAfile", paths["roots"], "-verify_other", paths["above"], "-no_check_time"]
    return ["ocsp", "-respin", paths["body"], *about, *where]


def _read_list(text: str, serial: str) -> AnswerResult | None:
    """What `openssl crl -text` shows; None if it shows no list."""
    issued = re.search(r"(?m)^ *Last Update: " + _TIME, text)
    number = serial.lstrip("0")
    revoked = re.search(rf"(?m)^ *Serial Number: 0*{number}\r?\n *Revocation Date: {_TIME}(?P<more>(?s:.*))", text)
    if issued is None or not serial:
        return None
    if revoked is None:
        return AnswerResult(ANSWER_GOOD, _rfc3339(issued), None, None)
    own = re.split(r"(?m)^ *(?:Serial Number|Signature Algorithm): ", revoked.group("more"))[0]
    reason = re.search(r"CRL Reason Code: *(?:critical)? *\r?\n *([A-Za-z ]+?) *\r?\n", own)
    named = None if reason is None else _reason_name(reason.group(1))
    return AnswerResult(ANSWER_REVOKED, _rfc3339(issued), _rfc3339(revoked), None, named)


def _read_answer(text: str, _serial: str) -> AnswerResult | None:
    """What `openssl ocsp` shows; None if it shows no answer. Warnings may stand before the state."""
    state = re.search(r"(?m)^(?:.*: )?(good|revoked|unknown)\r?\n\tThis Update: " + _TIME, text)
    if state is None:
        return None
    revoked = re.search(r"(?m)^\tRevocation Time: " + _TIME, text)
    reason = re.search(r"(?m)^\tReason: ([A-Za-z]+)", text)
    issued, named = _rfc3339(state, 2), None if reason is None else _reason_name(reason.group(1))
    return AnswerResult(state.group(1), issued, None if revoked is None else _rfc3339(revoked), None, named)


def _reason_name(shown: str) -> str:
    """The name of a reason as RFC 5280 writes it (`keyCompromise`), of what `openssl` shows (`Key Compromise`)."""
    joined = shown.replace(" ", "")
    return joined[:1].lower() + joined[1:]


def _rfc3339(match: re.Match[str], first: int = 1) -> str:
    """The time whose parts are the groups from `first` on: month, day, time, year."""
    month, day, time, year = match.groups()[first - 1 : first + 3]
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{time}.000Z"


def _seconds(time: str) -> int:
    return int(datetime.strptime(time[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp())


def _run_command(command: list[str]) -> subprocess.CompletedProcess[bytes] | None:
    """The result of a command; None if it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False)  # noqa: S603 - our own arguments
    except (OSError, subprocess.SubprocessError):
        return None
