"""Checks what a package holds of whether the certificates behind its stamps were revoked: lists and answers.

Each is about a certificate that lies beside it (`a.1.pem`, its issuer's being `a.2.pem`, and so on up to a root).
Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import base64
import re
from gettext import gettext as _
from typing import AbstractSet, Callable, Iterator, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.pem import single_roots
from archiver.evidence.stamps.reply_claims import read_reply
from archiver.evidence.verify.findings import Verification

TSA_FOLDER = "data/tsa/"
ANSWER_GOOD, ANSWER_REVOKED, ANSWER_UNKNOWN = "good", "revoked", "unknown"
"""What an answer says of a certificate."""

KEEPING_REASONS = frozenset(("unspecified", "affiliationChanged", "superseded", "cessationOfOperation"))
"""Reasons that, if they are stated, leave stamps of before the revocation as good as they were (RFC 3161, 4, 1); with
any other, and with none, no stamp of the certificate counts."""

_ANSWER_NAME = re.compile(r"data/tsa/(?P<authority>[a-z0-9-]{1,20})\.(?P<number>[0-9]{1,2})\.(?P<kind>crl|ors)")
_ABOVE_LIMIT = 10


class AnswerResult(NamedTuple):
    """What an answer says; times are RFC 3339 UTC."""

    state: str | None
    """None: it could not be checked here, or does not count."""
    issued: str
    revoked_at: str | None
    problem: str | None
    """A sentence if it does not count."""
    reason: str | None = None
    """Why it was revoked, as RFC 5280 names it; None: not said."""


UNCHECKED_ANSWER = AnswerResult(None, "", None, None)

CheckAnswer = Callable[[str, bytes, Sequence[bytes], bytes], AnswerResult]
"""Checks an answer: its kind (`crl` or `ors`), its bytes, the certificates from the one it is about up to a root,
each a PEM file, and the roots (PEM)."""


def check_answers(
    verification: Verification, names: AbstractSet[str], read: Callable[[str], bytes], check: CheckAnswer | None
) -> bool:
    """Check every list and answer of the package; returns whether there are any, and all were checked.

    `read` raises OSError; `check` is None where nothing on this computer can check them.
    """
    matches = [match for match in map(_ANSWER_NAME.fullmatch, sorted(names)) if match is not None]
    unchecked = []
    for match in matches:
        try:
            result = _judge_answer(match, names, read, check)
        except OSError as error:
            result = AnswerResult(None, "", None, str(error))
        if result.problem is not None:
            verification.add_finding("revocation", match.group(), result.problem)
        elif result.state is None:
            unchecked.append(match.group())
        elif result.state == ANSWER_REVOKED:
            _judge_revocation(verification, match, result, names, read)
        else:
            verification.add_note(_statement_text(match, result))
    if unchecked:
        add_unchecked_answers(verification, unchecked)
    return bool(matches) and not unchecked


def add_unchecked_answers(verification: Verification, names: Sequence[str]) -> None:
    """Say that answers were not checked."""
    sentence = _(
        "{files}: what was answered to whether certificates were revoked. It was not checked here; VERIFY.txt has the "
        "lines with which OpenSSL shows it."
    )
    verification.add_unchecked("revocation", sentence.format(files=", ".join(names)))


def _judge_answer(
    match: re.Match[str], names: AbstractSet[str], read: Callable[[str], bytes], check: CheckAnswer | None
) -> AnswerResult:
    authority, number = match.group("authority"), int(match.group("number"))
    chain = list(_certificates_from(authority, number, names, read))
    roots = read(TSA_FOLDER + authority + ".pem") if TSA_FOLDER + authority + ".pem" in names else b""
    replies = [read(name) for name in sorted(names) if name.endswith(f".{authority}.tsr")]
    if len(chain) < 2 or not all(_is_behind(one, replies, roots) for one in chain):
        return AnswerResult(
            None,
            "",
            None,
            _("It is not about a certificate behind the stamps of {authority}.").format(authority=authority),
        )
    return UNCHECKED_ANSWER if check is None else check(match.group("kind"), read(match.group()), chain, roots)


def _certificates_from(
    authority: str, number: int, names: AbstractSet[str], read: Callable[[str], bytes]
) -> Iterator[bytes]:
    """The certificate with this number and those above it, each a PEM file."""
    for place in range(number, number + _ABOVE_LIMIT):
        name = f"{TSA_FOLDER}{authority}.{place}.pem"
        if name not in names:
            return
        yield read(name)


def _is_behind(pem: bytes, replies: Sequence[bytes], roots: bytes) -> bool:
    """Whether a PEM file is one certificate that stands in a reply or among the roots."""
    blocks = single_roots(pem)
    if len(blocks) != 1:
        return False
    try:
        der = _pem_content(blocks[0])
        pinned = [_pem_content(one) for one in single_roots(roots)]
    except ValueError:
        return False
    return der in pinned or any(der in reply for reply in replies)


def _pem_content(block: bytes) -> bytes:
    return base64.b64decode(b"".join(block.split(b"-----")[2].split()))


def _judge_revocation(
    verification: Verification,
    match: re.Match[str],
    result: AnswerResult,
    names: AbstractSet[str],
    read: Callable[[str], bytes],
) -> None:
    """Report the stamps that do not count any more, as their certificate, or one above it, is revoked."""
    times = list(_times_behind(match.group("authority"), int(match.group("number")), names, read))
    keeps = result.reason in KEEPING_REASONS and result.revoked_at is not None
    lost = [time for time in times if not keeps or time >= str(result.revoked_at)]
    said = _statement_text(match, result)
    if not lost:
        kept = _("Its {n} stamps here are from before that, and with this reason they go on to count (RFC 3161, 4).")
        verification.add_note(f"{said} {kept.format(n=len(times))}")
        return
    if keeps:
        why = _("{n} of its {all} stamps here are from after that and do not count (RFC 3161, 4).")
    else:
        why = _("With this reason, or none, no stamp of it counts any more, whatever its time: {n} here (RFC 3161, 4).")
    verification.add_finding("revocation", match.group(), f"{said} {why.format(n=len(lost), all=len(times))}")


def _times_behind(authority: str, number: int, names: AbstractSet[str], read: Callable[[str], bytes]) -> Iterator[str]:
    """The times of the stamps that were made with this certificate, or with one below it on the way to the root."""
    below = [
        _pem_content(single_roots(read(f"{TSA_FOLDER}{authority}.{place}.pem"))[0])
        for place in range(1, number + 1)
        if f"{TSA_FOLDER}{authority}.{place}.pem" in names
    ]
    for name in sorted(names):
        reply = read(name) if name.endswith(f".{authority}.tsr") else b""
        claims = read_reply(reply) if any(der in reply for der in below) else None
        if claims is not None:
            yield claims.time


def _statement_text(match: re.Match[str], result: AnswerResult) -> str:
    sentences = {
        ANSWER_GOOD: _(
            "{file}: as of {issued}, certificate {number} behind the stamps of {authority} was not revoked."
        ),
        ANSWER_REVOKED: _(
            "{file}: as of {issued}, certificate {number} behind the stamps of {authority} is revoked, since "
            "{revoked_at} (reason: {reason})."
        ),
        ANSWER_UNKNOWN: _(
            "{file}: as of {issued}, who was asked did not know certificate {number} behind the stamps of {authority}."
        ),
    }
    return sentences[str(result.state)].format(
        file=match.group(),
        issued=result.issued,
        number=match.group("number"),
        authority=match.group("authority"),
        revoked_at=result.revoked_at,
        reason=result.reason or _("none stated"),
    )
