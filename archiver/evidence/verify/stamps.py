"""Checks of stamps: each is over the bytes beside it, leads to the root beside it, and fits the seal's own time.

Who judges the signature is handed in; digest and time are read here, so that most of what can be wrong is found
where nobody can judge. Standard library and Python 3.8 syntax, because this module is also handed out inside
packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from gettext import ngettext
from typing import AbstractSet, Callable, Iterable, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.pem import fingerprints
from archiver.evidence.stamps.reply_text import read_reply
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.stamp_reach import EARLIEST, SealTime, seconds_of, tell_reach

_STAMP_NAME = re.compile(r"(?P<over>\d{6,18}-\d{4}-\d\d-\d\d\.json)\.(?P<authority>[a-z0-9-]{1,20})\.tsr")


class TokenResult(NamedTuple):
    """What became of a token's check; neither a time nor a problem: it could not be checked here."""

    time: str | None
    """RFC 3339 UTC, as the token says."""
    root: str | None
    """SHA-256 of the root it was checked against, in hex; None if that is not known."""
    problem: str | None
    """What is wrong, as one sentence."""


CheckToken = Callable[[bytes, bytes, bytes], TokenResult]
"""Judges a reply over data against roots (PEM)."""

UNCHECKED = TokenResult(None, None, None)


class StampSource(NamedTuple):
    """Where the stamps of an archive or a package come from, and who judges them."""

    names: Iterable[str]
    """What lies in the folder of the seals."""
    read: Callable[[str], bytes]
    """The bytes of one of these. Raises OSError."""
    root_path: str
    """Where roots lie: a path with `{authority}`."""
    read_root: Callable[[str], bytes]
    """The PEM of an authority's roots. Raises OSError."""
    check: CheckToken | None = None
    """None: nobody here can judge signatures."""
    pinned: Mapping[str, AbstractSet[str]] = {}
    """SHA-256 (hex) of the roots that the settings name, by authority."""
    known: Callable[[str], bool] | None = None
    """Whether browsers trust the root with this SHA-256; None: not known here."""


class StampCheck:
    """Looks at the stamps of one seal after the other, then at those over anything else; `close` tells the rest."""

    def __init__(self, told: Verification, source: StampSource) -> None:
        """Take the names once; files are read when their seal comes."""
        self.told = told
        self.times: dict[int, str] = {}
        """The earliest time stamped on each seal itself, as the stamps say."""
        self._source = source
        self._waiting: dict[str, list[str]] = {}
        for name in sorted(source.names):
            found = _STAMP_NAME.fullmatch(name)
            if found:
                self._waiting.setdefault(found.group("over"), []).append(found.group("authority"))
        self._roots: dict[str, bytes | None] = {}
        self._seals: list[SealTime] = []
        self._unchecked = 0

    def look(self, number: int, name: str, body: bytes, closed_at: str | None) -> None:
        """Check the stamps of a seal, later than all before; `closed_at` is None if its file is none of a seal."""
        times = []
        for authority in self._waiting.pop(name, ()):
            subject, stamp = f"stamp/{number}/{authority}", f"{name}.{authority}.tsr"
            try:
                reply = self._source.read(stamp)
            except OSError as error:
                self._find(subject, _("The stamp cannot be read: {detail}").format(detail=error.strerror or error))
                continue
            time = self.check(subject, authority, reply, body, closed_at)
            if time is not None:
                times.append(time)
        if times:
            self.times[number] = min(times)
        self._seals.append(SealTime(number, seconds_of(closed_at), min(times, default=None)))

    def check(self, subject: str, authority: str, reply: bytes, data: bytes, closed_at: str | None) -> str | None:
        """Check one stamp over data that were there at `closed_at`; the time it says, if it is over these data."""
        self.told.checked["stamps"] += 1
        said = read_reply(reply)
        if said is None:
            self._find(subject, _("The file is no reply of an authority with a time stamp in it."))
            return None
        if not said.fits(data):
            self._find(subject, _("The stamp is not one over these bytes."))
            return None
        roots = self._roots_of(authority)
        if roots is not None:
            result = self._source.check(reply, data, roots) if self._source.check else UNCHECKED
            if result.problem is not None:
                self._find(subject, result.problem)
            elif result.time is None:
                self._unchecked += 1
        self._compare(subject, said.time, closed_at)
        return said.time

    def close(self) -> None:
        """Say which stamps are over nothing, how far the stamps reach, and against which roots they were checked."""
        seen = {one.number for one in self._seals}
        for over, authorities in sorted(self._waiting.items()):
            number = int(over.partition("-")[0])
            if number > max(seen, default=0) or number in seen:  # else the seal itself was told to be missing
                for authority in authorities:
                    subject = f"stamp/{number}/{authority}"
                    self._find(subject, _("It is a stamp over a seal that is not there."))
        tell_reach(self.told, self._seals, self.times)
        self._tell_roots()
        if self._unchecked:
            said = ngettext(
                "{count} stamp was compared with its bytes alone: its signature cannot be checked on this computer.",
                "{count} stamps were compared with their bytes alone: "
                "their signatures cannot be checked on this computer.",
                self._unchecked,
            )
            self.told.note(said.format(count=self._unchecked))

    # --- times ------------------------------------------------------------------------------------

    def _compare(self, subject: str, time: str, closed_at: str | None) -> None:
        stamped, closed = seconds_of(time), seconds_of(closed_at)
        if stamped is not None and closed is not None and stamped < closed - EARLIEST:
            said = _("The stamp is of {time}, but the seal says that it was closed only at {closed_at}.")
            self.told.find("stamp-time", subject, said.format(time=time, closed_at=closed_at))

    # --- roots ------------------------------------------------------------------------------------

    def _roots_of(self, authority: str) -> bytes | None:
        """The PEM of an authority's roots; None if there is none, which has been told."""
        if authority not in self._roots:
            self._roots[authority] = self._read_roots(authority)
        return self._roots[authority]

    def _read_roots(self, authority: str) -> bytes | None:
        path = self._source.root_path.format(authority=authority)
        try:
            roots = self._source.read_root(authority)
        except OSError:
            said = _("The root certificate of {authority} is not there, so its stamps cannot be checked.")
            self.told.find("stamp-root", path, said.format(authority=authority))
            return None
        found = fingerprints(roots)
        if not found:
            self.told.find("stamp-root", path, _("There is no certificate in the file."))
            return None
        pinned = self._source.pinned.get(authority)
        if pinned and not pinned & set(found):
            said = _("None of the root certificates of {authority} is one that the settings name.")
            self.told.find("stamp-root", path, said.format(authority=authority))
        return roots

    def _tell_roots(self) -> None:
        for authority, roots in sorted(self._roots.items()):
            for fingerprint in fingerprints(roots or b""):
                said = _("Root certificate of {authority}: SHA-256 {fingerprint}.")
                if self._source.known is not None and self._source.known(fingerprint):
                    said = _("Root certificate of {authority}: SHA-256 {fingerprint}. It is one that browsers trust.")
                elif self._source.known is not None:
                    said = _(
                        "Root certificate of {authority}: SHA-256 {fingerprint}. It is not one that browsers trust: "
                        "compare it with what the authority publishes."
                    )
                self.told.note(said.format(authority=authority, fingerprint=fingerprint))

    def _find(self, subject: str, text: str) -> None:
        self.told.find("stamp", subject, text)
