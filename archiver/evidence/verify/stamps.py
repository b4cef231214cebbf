"""Checks of stamps of seals or a package: each is over their bytes, leads to a root beside it, and is not too early.

Those that the records say arrived are compared with the files.
The function that verifies signatures is passed in; digest and time are read here, so that most errors are found even
where no signature can be verified. Standard library and Python 3.8 syntax, because this module is also handed out
inside packages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from gettext import gettext as _
from pathlib import Path
from typing import AbstractSet, Any, Callable, Iterable, Mapping, NamedTuple, Sequence, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import digest_bytes
from archiver.evidence.stamps.reply_claims import KNOWN_ROOTS, fingerprints, read_reply, single_roots, stamp_end
from archiver.evidence.verify.findings import StampedTime, Verification, first_names, time_in_japan
from archiver.evidence.verify.times import (
    CLOCK_TOLERANCE_SECONDS,
    JudgedStamp,
    SealTime,
    StampPlace,
    note_reach,
    note_renewals,
    unix_seconds,
    utc_text,
)


class RecordedStamp(NamedTuple):
    """A record that a stamp arrived."""

    seq: int
    number: int
    """The number of its seal."""
    authority: str
    sha256: str


def read_recorded_stamp(entry: Mapping[str, Any]) -> RecordedStamp | None:
    """What a `stamp` record says; None for one that was not written by this program."""
    payload = entry["payload"]
    number = payload.get("seal")
    if type(number) is not int:
        return None
    return RecordedStamp(entry["seq"], number, str(payload.get("authority")), str(payload.get("sha256")))


def record_seals(
    recorded: Iterable[RecordedStamp],
    ranges: Sequence[Tuple[int, int, int]],  # noqa: UP006
) -> dict[StampPlace, int]:
    """The number of the seal that holds the record of each stamp; `ranges` are (number, first, last) of the seals."""
    found: dict[StampPlace, int] = {}
    ordered, index = sorted(ranges, key=lambda one: one[1]), 0
    for record in sorted(recorded, key=lambda one: one.seq):
        while index < len(ordered) and ordered[index][2] < record.seq:
            index += 1
        if index < len(ordered) and ordered[index][1] <= record.seq:
            found.setdefault((record.number, record.authority, record.sha256), ordered[index][0])
    return found


_STAMP_NAME = re.compile(r"(?P<over>[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json)\.(?P<authority>[a-z0-9-]{1,20})\.tsr")


class TokenResult(NamedTuple):
    """The result of checking a token; with neither time nor problem it could not be checked here."""

    time: str | None
    """The time that the token states, RFC 3339 UTC."""
    root: str | None
    """SHA-256 of the root it was checked against, in hex; None if that is not known."""
    problem: str | None
    """What is wrong, as one sentence."""


CheckToken = Callable[[bytes, bytes, bytes], TokenResult]
"""Checks a reply over data against roots (PEM): takes reply, data and roots."""

UNCHECKED = TokenResult(None, None, None)


class StampJudge(NamedTuple):
    """What verifies stamps, and by which roots and clock."""

    check: CheckToken | None = None
    """Verifies signatures; None: nothing here can."""
    pinned: Mapping[str, AbstractSet[str]] = {}
    """SHA-256 (hex) of the roots that the settings name, by authority."""
    known: Callable[[str], bool] | None = None
    """Whether browsers trust the root with this SHA-256; None: not known here."""
    known_roots: Mapping[str, str] = KNOWN_ROOTS
    """The roots that this program knows, by SHA-256 (hex), each with its name."""
    now: float | None = None
    """The time of this computer's clock in Unix seconds; None: times are not compared with it."""

    def is_ahead(self, time: str) -> bool:
        """Whether a stamped time is later than this computer's clock."""
        stamped = unix_seconds(time)
        return self.now is not None and stamped is not None and stamped > self.now + CLOCK_TOLERANCE_SECONDS


class StampSource(NamedTuple):
    """Where the stamps of an archive or a package are read."""

    names: Iterable[str]
    """The names of the files in the folder of the seals."""
    read: Callable[[str], bytes]
    """Returns the bytes of one of these files. Raises OSError."""
    root_path: str
    """The path of the roots, with `{authority}` in it."""
    read_root: Callable[[str], bytes]
    """Returns the PEM of an authority's roots. Raises OSError."""


class StampCheck:
    """Checks the stamps of one seal after the other, then those over anything else; `close` reports the rest."""

    def __init__(self, verification: Verification, source: StampSource, judge: StampJudge) -> None:
        """Take the names; the files are read when their seal is checked."""
        self.verification = verification
        self.times: dict[int, str] = {}
        """The earliest time stamped on each seal itself, as the stamps say."""
        self._source, self._judge = source, judge
        self._unchecked_names: dict[str, list[str]] = {}
        for name in sorted(source.names):
            match = _STAMP_NAME.fullmatch(name)
            if match:
                self._unchecked_names.setdefault(match.group("over"), []).append(match.group("authority"))
        self._roots: dict[str, bytes | None] = {}
        self._seals: list[SealTime] = []
        self._known_times: dict[int, str] = {}
        self._unverified_count = 0
        self._judged: list[JudgedStamp] = []

    def check_seal(self, number: int, name: str, body: bytes, closed_at: str | None) -> None:
        """Check the stamps of a seal, later than all before; `closed_at` is None if its file is none of a seal."""
        times = []
        for authority in self._unchecked_names.pop(name, ()):
            subject, stamp = f"stamp/{number}/{authority}", f"{name}.{authority}.tsr"
            try:
                reply = self._source.read(stamp)
            except OSError as error:
                self._add_finding(
                    subject, _("The time stamp cannot be read: {detail}").format(detail=error.strerror or error)
                )
                continue
            time = self.check(subject, authority, reply, body, closed_at, number)
            if time is not None:
                times.append(time)
        if times:
            self.times[number] = min(times)
        self._seals.append(SealTime(number, unix_seconds(closed_at), min(times, default=None)))

    def check(
        self,
        subject: str,
        authority: str,
        reply: bytes,
        data: bytes,
        closed_at: str | None,
        seal: int | None = None,
    ) -> str | None:
        """Check one stamp over data that existed at `closed_at`; returns its time if it is over these data.

        `seal` is the number of the seal that the data are; None: they are the package's last list.
        """
        self.verification.checked["stamps"] += 1
        claims = read_reply(reply)
        if claims is None:
            self._add_finding(subject, _("The file is not an authority's reply with a time stamp in it."))
            return None
        if not claims.fits(data):
            self._add_finding(subject, _("The time stamp is not for these bytes."))
            return None
        if authority not in self._roots:
            self._roots[authority] = self._read_roots(authority)
        roots = self._roots[authority]
        if roots is not None:
            result = self._judge.check(reply, data, roots) if self._judge.check else UNCHECKED
            if result.problem is not None:
                self._add_finding(subject, result.problem)
            else:
                self._unverified_count += result.time is None
                self._note_time(subject, seal, authority, claims.time, None if result.time is None else result.root)
                end = stamp_end(reply, roots)
                if end is not None:
                    sha256 = digest_bytes(reply)
                    self._judged.append(JudgedStamp(seal, authority, sha256, claims.time, end.certificate))
        self._compare_times(subject, claims.time, closed_at)
        return claims.time

    def close(self) -> None:
        """Report stamps without a seal, how far the stamps reach, and the roots against which they were checked."""
        numbers = {one.number for one in self._seals}
        for over, authorities in sorted(self._unchecked_names.items()):
            number = int(over.partition("-")[0])
            if number > max(numbers, default=0) or number in numbers:  # else the missing seal is a finding already
                for authority in authorities:
                    subject = f"stamp/{number}/{authority}"
                    self._add_finding(subject, _("It is a time stamp for a seal that is not there."))
        note_reach(self.verification, self._seals, self.times, self._known_times)
        self._note_roots()
        self.verification.add_counted(
            self._unverified_count,
            "{count} time stamp was compared only with its bytes: its signature cannot be checked on this computer.",
            "{count} time stamps were compared only with their bytes: their signatures cannot be checked on "
            "this computer.",
        )

    def note_renewals(self, recorded: Iterable[RecordedStamp], ranges: Sequence[tuple[int, int, int]]) -> None:
        """Note which stamps whose certificate has ended later ones carry on; `ranges` are those of the seals."""
        now = self._judge.now
        if now is not None and not self.verification.findings:
            note_renewals(self.verification, self._judged, record_seals(recorded, ranges), utc_text(now))

    @property
    def has_roots(self) -> bool:
        """Whether a root certificate was found beside the stamps."""
        return any(fingerprints(roots or b"") for roots in self._roots.values())

    # --- times ------------------------------------------------------------------------------------

    def _note_time(self, subject: str, seal: int | None, authority: str, time: str, root: str | None) -> None:
        """Keep what a good stamp states, and of the known authorities the earliest time of each seal."""
        known = None if root is None else self._judge.known_roots.get(root)
        stamped = StampedTime(subject, seal, authority, time, root, known, self._judge.is_ahead(time))
        self.verification.stamped.append(stamped)
        if known is not None and seal is not None:
            self._known_times[seal] = min(time, self._known_times.get(seal, time))

    def _compare_times(self, subject: str, time: str, closed_at: str | None) -> None:
        stamped, closed = unix_seconds(time), unix_seconds(closed_at)
        if stamped is not None and closed is not None and stamped < closed - CLOCK_TOLERANCE_SECONDS:
            sentence = _("The time stamp is from {time}, but the seal says that it was closed only at {closed_at}.")
            told = sentence.format(time=time_in_japan(time), closed_at=time_in_japan(str(closed_at)))
            self.verification.add_finding("stamp-time", subject, told)

    # --- roots ------------------------------------------------------------------------------------

    def _read_roots(self, authority: str) -> bytes | None:
        """The PEM of an authority's roots; None if there is none, which is a finding."""
        path = self._source.root_path.format(authority=authority)
        try:
            roots = self._source.read_root(authority)
        except OSError:
            sentence = _("The root certificate of {authority} is not there, so its time stamps cannot be checked.")
            self.verification.add_finding("stamp-root", path, sentence.format(authority=authority))
            return None
        roots_found = fingerprints(roots)
        if not roots_found:
            self.verification.add_finding("stamp-root", path, _("There is no certificate in the file."))
            return None
        pinned = self._judge.pinned.get(authority)
        if pinned and not pinned & set(roots_found):
            sentence = _("None of the root certificates of {authority} is one that the settings name.")
            self.verification.add_finding("stamp-root", path, sentence.format(authority=authority))
        return roots

    def _note_roots(self) -> None:
        told = {one.root for one in self.verification.times if one.known is None}
        for authority, roots in sorted(self._roots.items()):
            for fingerprint in fingerprints(roots or b""):
                sentence = _("Root certificate of {authority}: SHA-256 {fingerprint}.")
                if self._judge.known is not None and self._judge.known(fingerprint):
                    sentence = _(
                        "Root certificate of {authority}: SHA-256 {fingerprint}. It is one that browsers trust."
                    )
                elif fingerprint in told:  # it stands beside the time that it states
                    continue
                elif self._judge.known is not None:
                    sentence = _(
                        "Root certificate of {authority}: SHA-256 {fingerprint}. It is not one that browsers trust: "
                        "compare it with what the authority publishes."
                    )
                self.verification.add_note(sentence.format(authority=authority, fingerprint=fingerprint))

    def _add_finding(self, subject: str, text: str) -> None:
        self.verification.add_finding("stamp", subject, text)


_SEAL_FILE = re.compile(r"([0-9]{6,18})-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")


def compare_stamps(
    verification: Verification,
    recorded: Iterable[RecordedStamp],
    names: Iterable[str],
    read: Callable[[str], bytes],
    *,
    all_seals: bool = True,
) -> None:
    """Check that each stamp with a record is beside its seal with the bytes that arrived.

    `names` are those in the folder of the seals, `read` returns the bytes of one and raises OSError. Without
    `all_seals`, stamps of seals that are not among the names are passed over; so are stamps of which the verification
    has a finding already.
    """
    recorded = list(recorded)
    known = {finding.subject for finding in verification.findings if finding.check == "stamp"}
    files: dict[tuple[int, str], list[str]] = {}
    seals = set()
    for name in sorted(names):
        stamp, seal = _STAMP_NAME.fullmatch(name), _SEAL_FILE.fullmatch(name)
        if stamp:
            files.setdefault((int(stamp["over"].partition("-")[0]), stamp["authority"]), []).append(name)
        elif seal:
            seals.add(int(seal.group(1)))
    if not all_seals:
        _tell_unrecorded(verification, files.keys() - {(one.number, one.authority) for one in recorded})
    for stamp_record in recorded:
        subject = f"stamp/{stamp_record.number}/{stamp_record.authority}"
        if subject not in known and (all_seals or stamp_record.number in seals):
            place = (stamp_record.number, stamp_record.authority)
            _compare_stamp(
                verification, subject, stamp_record, {digest_bytes(read(name)) for name in files.get(place, ())}
            )


def _tell_unrecorded(verification: Verification, places: AbstractSet[tuple[int, str]]) -> None:
    """Say which stamps have no record of their arrival in the package: anybody could have added them."""
    if places:
        sentence = _(
            "Time stamps without a record of their arrival in this package: {stamps}. Those of the last seal "
            "came after it was closed; others anybody could have added."
        )
        names = (f"{number}/{authority}" for number, authority in sorted(places))
        verification.add_unchecked("stamps", sentence.format(stamps=first_names(names)))


def _compare_stamp(
    verification: Verification, subject: str, recorded: RecordedStamp, digests: AbstractSet[str]
) -> None:
    if not digests:
        sentence = _("Record {seq} says that this time stamp arrived, but its file is not there.")
        verification.add_finding("stamp-missing", subject, sentence.format(seq=recorded.seq))
    elif recorded.sha256 not in digests:
        sentence = _("It is not the time stamp that arrived: record {seq} gives another SHA-256.")
        verification.add_finding("stamp-changed", subject, sentence.format(seq=recorded.seq))


_TIMEOUT_SECONDS = 60
"""Seconds that one call may take."""

_ABLE_VERSION = re.compile(rb"OpenSSL (?:1\.1\.[1-9]|[2-9]\.)")
"""LibreSSL and older versions do not know `-attime` here."""


def openssl_check() -> CheckToken | None:
    """A function that checks tokens with the `openssl` found here; None if there is none that can."""
    program = shutil.which("openssl")
    result = None if program is None else _run_command([program, "version"])
    if program is None or result is None or not _ABLE_VERSION.match(result.stdout):
        return None
    return lambda reply, data, roots: _check_token(program, reply, data, roots)


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
