"""Third-party time stamps (RFC 3161) in a package: the service that gets them, and the stamps it holds.

An export contacts no authority itself. The stamps of seals are copies of the archive's. The package's own stamp is
over its last list of digests, which covers everything in it, and lies beside that list as one more tag file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from archiver.evidence.stamps import roots
from archiver.evidence.stamps.reply_claims import claimed_time, earliest_covering, stamp_end
from archiver.evidence.stamps.roots import LIST_AS_OF
from archiver.export.bag import TAG_MANIFEST, Bag
from archiver.records import Seal
from archiver.report_language import say
from archiver.store.seals import FOLDER
from archiver.store.time_text import from_text, to_text


@dataclass(frozen=True, slots=True)
class StampService:
    """The functions and roots with which a package gets its time stamps."""

    roots: Mapping[str, Sequence[bytes]]
    """The pinned roots (DER) of every authority that should stamp it."""
    stamp_seals: Callable[[], object]
    """Requests the stamps that seals wait for; called after the last seal is made and before anything is copied."""
    stamp: Callable[[bytes], Iterable[tuple[str, bytes]]]
    """Requests a stamp over bytes from each authority; gives names and replies of those whose reply is valid."""
    offered: Mapping[str, bool] = field(default_factory=dict)
    """Whether each is one that this program offers."""


class SealStamp(NamedTuple):
    """A time stamp of a seal in the package."""

    number: int
    seal_name: str
    """The name of the seal's file."""
    authority: str
    time: datetime
    """The time that the stamp states."""
    ends: datetime | None = None
    """When the first certificate of its chain ends; None: its reply does not tell."""


class RootCertificate(NamedTuple):
    """A root certificate in the package."""

    authority: str
    sha256: str
    subject: str
    is_trusted: bool
    """Whether browsers trust it."""


@dataclass(frozen=True, slots=True)
class StampStatement:
    """What a package says about its third-party time stamps."""

    configured: Sequence[str] = ()
    """The authorities that should stamp the package."""
    seals: int = 0
    stamped: int = 0
    """Seals with a stamp of their own."""
    last: datetime | None = None
    """The latest of the stamps on seals."""
    delay: timedelta | None = None
    """The longest time between a seal and the first stamp on it or a later one."""


@dataclass
class Stamps:
    """The stamps of seals and the root certificates in a package."""

    configured: tuple[str, ...] = ()
    """The authorities that should stamp it."""
    seal_stamps: list[SealStamp] = field(default_factory=list)
    roots: list[RootCertificate] = field(default_factory=list)

    def seal_times(self) -> dict[int, str]:
        """Number of a seal → its earliest stamp time, RFC 3339 UTC."""
        latest_first = sorted(self.seal_stamps, key=lambda one: one.time, reverse=True)
        return {one.number: to_text(one.time) for one in latest_first}

    def statement(self, seals: Sequence[Seal]) -> StampStatement:
        """The statement of the package about the stamps on its seals."""
        times = self.seal_times()
        since = earliest_covering(times)
        first_times = [(one, since(one.number)) for one in seals]
        return StampStatement(
            configured=self.configured,
            seals=len(seals),
            stamped=len(times),
            last=max((one.time for one in self.seal_stamps), default=None),
            delay=max((from_text(at) - one.closed_at for one, at in first_times if at is not None), default=None),
        )

    def missing_seal_stamps(self, seals: Sequence[Seal]) -> list[str]:
        """Sentences about stamps missing on the last seal, although they were just requested."""
        number = seals[-1].number if seals else 0
        authorities = {one.authority for one in self.seal_stamps if one.number == number}
        lacking = [name for name in self.configured if seals and name not in authorities]
        return [
            say("タイムスタンプ({name}): 最後の確定記録(第{number}号)にまだ付いていません", name=name, number=number)
            for name in lacking
        ]


def class_text(name: str, *, is_offered: bool) -> str:
    """What is known of an authority in one sentence, for a report."""
    if is_offered:
        return say(
            "{name}: 公開の認証局。総務大臣の認定を受けた時刻認証業務の一覧({month}現在)にはありません。",
            name=name,
            month=LIST_AS_OF,
        )
    return say("{name}: 報告者が選んだ認証局。種別はこのソフトウェアでは分かりません。", name=name)


def add_seal_stamp(home: Path, stamps: Stamps, seal: Seal, authority: str, reply: bytes, body: bytes) -> bool:
    """Add a stamp of a seal to `stamps`; False if it is not a stamp over the seal's bytes."""
    time = claimed_time(reply, body)
    if time is None:
        return False
    roots_pem = b""
    with suppress(OSError):
        roots_pem = (home / FOLDER / f"{authority}.pem").read_bytes()
    end = stamp_end(reply, roots_pem)
    ends = None if end is None else from_text(end.certificate)
    stamps.seal_stamps.append(SealStamp(seal.number, seal.name, authority, from_text(time), ends))
    return True


def put_roots(bag: Bag, home: Path, stamps: Stamps, pinned: Mapping[str, Sequence[bytes]]) -> None:
    """Write the roots of every authority: those archived with its stamps, then the pinned ones. Raises OSError."""
    for authority in sorted({one.authority for one in stamps.seal_stamps} | set(stamps.configured)):
        certificates = list(dict.fromkeys([*archived_roots(home, authority), *pinned.get(authority, ())]))
        if not certificates:
            continue
        bag.add(f"data/tsa/{authority}.pem", "".join(map(roots.der_to_pem, certificates)).encode("ascii"))
        stamps.roots += [_root(authority, der) for der in certificates]


def stamp_package(bag: Bag, stamping: StampService, over: str = TAG_MANIFEST) -> dict[str, str]:
    """Write the stamps over the package's last list; return authority → SHA-256 of its stamp. Raises OSError."""
    digests: dict[str, str] = {}
    for authority, reply in stamping.stamp((bag.folder / over).read_bytes()):
        if authority in stamping.roots and authority not in digests:
            name = package_stamp_name(authority, over)
            bag.add(name, reply)
            digests[authority] = bag.digests[name]
    return digests


def package_stamp_name(authority: str, over: str = TAG_MANIFEST) -> str:
    """The file name of the package's own stamp."""
    return f"{over}.{authority}.tsr"


def archived_roots(home: Path, authority: str) -> Iterator[bytes]:
    """The roots that the archive keeps beside the stamps of an authority."""
    try:
        yield from roots.pem_to_der((home / FOLDER / f"{authority}.pem").read_text(encoding="ascii"))
    except (OSError, ValueError):  # the pinned ones are written all the same; a verification reports what is missing
        return


def _root(authority: str, der: bytes) -> RootCertificate:
    try:
        subject = roots.subject(der)
    except ValueError:
        subject = ""
    return RootCertificate(authority, roots.fingerprint(der), subject, roots.is_in_certifi(der))
