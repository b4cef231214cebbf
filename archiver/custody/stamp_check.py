"""Chooses what checks time stamps in a verification: the library if it is installed, else `openssl`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from archiver.evidence.stamps import roots, timestamp
from archiver.evidence.stamps.timestamp import REASONS, Authority, StampRefused
from archiver.evidence.verify.openssl import openssl_check
from archiver.evidence.verify.stamps import UNCHECKED, CheckToken, StampSource, TokenResult
from archiver.store import seals
from archiver.store.time_text import to_text


def token_check() -> CheckToken | None:
    """A function that checks time stamp tokens; None if nothing on this computer can."""
    return _check_token if timestamp.can_stamp() else openssl_check()


def is_known_root(sha256: str) -> bool:
    """Whether browsers trust the root with this SHA-256 (hex)."""
    try:
        roots.certifi_root(sha256)
    except ValueError:
        return False
    return True


def archive_stamps(
    folder: Path, names: Sequence[str], authorities: Sequence[Authority] | None, now: datetime | None = None
) -> StampSource:
    """The stamps and root certificates of an archive, which are beside its seals."""
    return StampSource(
        names,
        lambda name: (folder / name).read_bytes(),
        f"{seals.FOLDER}/{{authority}}.pem",
        lambda authority: (folder / f"{authority}.pem").read_bytes(),
        token_check(),
        {one.name: frozenset(map(roots.fingerprint, one.roots)) for one in authorities or ()},
        is_known_root,
        now=None if now is None else now.timestamp(),
    )


def _check_token(reply: bytes, data: bytes, pem: bytes) -> TokenResult:
    try:
        token = timestamp.check_stamp(reply, data, roots.pem_to_der(pem.decode("ascii", "replace")))
    except ValueError:
        return TokenResult(None, None, _("The root certificate beside the time stamp cannot be read."))
    except StampRefused as error:
        if error.reason == "unsupported":
            return UNCHECKED
        return TokenResult(
            None, None, _("The time stamp is not valid: {reason}.").format(reason=_(REASONS[error.reason]))
        )
    return TokenResult(to_text(token.time), token.root, None)
