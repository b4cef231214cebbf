"""How the data was got: looks at a room's list and the pauses between them, and the service that was asked."""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from datetime import datetime, timedelta
from gettext import gettext as _
from itertools import groupby
from typing import Any, Callable, Iterable, Iterator, List, Mapping, NamedTuple, Sequence, Tuple, Union  # noqa: UP035 - Python 3.8 syntax  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification, time_in_japan

LookIntervals = Tuple[Tuple[int, int], ...]  # noqa: UP006
"""Seconds from each look to the next as (seconds, how many times in a row)."""

CodedLooks = Union[List[List[int]], str]  # noqa: UP006, UP007
"""Intervals as they stand in JSON: pairs, or packed."""

MOST_LOOKS = 1_000_000
"""So many looks are far more than a day has: an entry with more was not made here."""

_LEB_BITS, _LEB_MORE = 0x7F, 0x80
_SHORTEST_PACKED = 16
"""No packed text has fewer characters."""


def code_intervals(intervals: LookIntervals) -> CodedLooks:
    """The shorter of both forms."""
    pairs = [list(pair) for pair in intervals]
    length = len(json.dumps(pairs, separators=(",", ":")))
    if length <= _SHORTEST_PACKED:
        return pairs
    # whichever way of zlib gives the least; it reads them all alike
    plain = b"".join(_leb128(seconds) * times for seconds, times in intervals)
    ways = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
    packed = base64.b64encode(min((_compress_looks(plain, way) for way in ways), key=len)).decode("ascii")
    return packed if len(packed) < length else pairs


def decode_intervals(coded: CodedLooks) -> LookIntervals:
    """The intervals of either form. Raises ValueError."""
    if not isinstance(coded, str):
        if sum(times for _seconds, times in coded) > MOST_LOOKS:
            raise ValueError("too many looks")
        return tuple((seconds, times) for seconds, times in coded)
    unpacked = _unpack_looks(coded)
    numbers: Iterable[int] = unpacked if max(unpacked, default=0) < _LEB_MORE else _leb_numbers(unpacked)
    return tuple((seconds, len(list(equal))) for seconds, equal in groupby(numbers))


def _compress_looks(plain: bytes, way: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, way)
    return compressor.compress(plain) + compressor.flush()


def _unpack_looks(coded: str) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        unpacked = decompressor.decompress(base64.b64decode(coded), MOST_LOOKS)
    except zlib.error as error:
        raise ValueError("the looks cannot be unpacked") from error
    if not decompressor.eof:
        raise ValueError("the looks are cut, or too many")
    return unpacked


def _leb128(number: int) -> bytes:
    coded: Sequence[int] = ()
    while number > _LEB_BITS:
        coded = (*coded, number & _LEB_BITS | _LEB_MORE)
        number >>= 7
    return bytes((*coded, number))


def _leb_numbers(coded: Iterable[int]) -> Iterator[int]:
    number, shift = 0, 0
    for byte in coded:
        number |= (byte & _LEB_BITS) << shift
        shift += 7
        if byte < _LEB_MORE:
            yield number
            number, shift = 0, 0


USUAL_INTERVALS = 3
"""A pause is longer than so many usual intervals …"""

SHORTEST_PAUSE, LONGEST_INTERVAL = timedelta(minutes=15), timedelta(minutes=90)
"""… but than no less than the one, and than no more than the other, however rarely the room is looked at (ADR 20)."""

LATEST_LOOKS = 200
"""So many of the latest records of looks show what is usual."""

SECOND = timedelta(seconds=1)

TimeSpan = Tuple[datetime, datetime]  # noqa: UP006


class LookStretch(NamedTuple):
    """The looks that one entry tells of: a list that was read, or looks at it that showed the same."""

    first: datetime
    last: datetime
    intervals: LookIntervals = ()

    def spans(self, limit: timedelta) -> Iterator[TimeSpan]:
        """The times from a look to the last one before a pause."""
        begun = self.first
        for pause_begun, pause_ended in pauses_between_looks(self.first, self.intervals, limit):
            yield begun, pause_begun
            begun = pause_ended
        yield begun, self.last


def pauses_between_looks(first: datetime, intervals: LookIntervals, limit: timedelta) -> Iterator[TimeSpan]:
    """The times between two looks that are longer than a limit, without going through each look."""
    most, after = limit / SECOND, 0
    for seconds, times in intervals:
        if seconds > most:
            begins = (first + (after + index * seconds) * SECOND for index in range(times))
            yield from ((begun, begun + seconds * SECOND) for begun in begins)
        after += times * seconds


def usual_interval(stretches: Iterable[LookStretch]) -> timedelta | None:
    """The interval that half of these looks keep (the lower median); None for less than two looks."""
    counted: Counter[float] = Counter()
    before = None
    for stretch in stretches:
        if before is not None:
            counted[max(0.0, (stretch.first - before) / SECOND)] += 1
        for seconds, times in stretch.intervals:
            counted[seconds] += times
        before = stretch.last
    half, seen = (sum(counted.values()) + 1) // 2, 0
    for interval in sorted(counted):
        seen += counted[interval]
        if seen >= half:
            return interval * SECOND
    return None


def pause_limit(usual: timedelta | None) -> timedelta:
    """The longest time without a look that is no pause, where looks usually are so far apart."""
    return min(max(USUAL_INTERVALS * (usual or SHORTEST_PAUSE), SHORTEST_PAUSE), LONGEST_INTERVAL)


def limit_of(stretches: Sequence[LookStretch]) -> timedelta:
    """That limit by the latest of a room's looks."""
    return pause_limit(usual_interval(stretches[-LATEST_LOOKS:]))


def pauses_in(stretches: Iterable[LookStretch], limit: timedelta) -> Iterator[TimeSpan]:
    """The pauses longer than a limit between and within these stretches, oldest first."""
    return pauses_between_spans((span for stretch in stretches for span in stretch.spans(limit)), limit)


def pauses_between_spans(spans: Iterable[TimeSpan], limit: timedelta) -> Iterator[TimeSpan]:
    """The times longer than a limit between these spans, oldest first."""
    last = None
    for begun, ended in sorted(spans):
        if last is not None and begun - last > limit:
            yield last, begun
        last = ended if last is None else max(last, ended)


CHATWORK = "https://api.chatwork.com/v2"
"""The address of Chatwork's API; source: developer.chatwork.com/docs/endpoints."""


class RecordedService(NamedTuple):
    """A service, from a time until that of the next one."""

    since: str
    """As records write it."""
    address: str
    certificate: str
    """The name in the certificate; empty without one."""
    issuer: str
    until: str = ""
    """When another address took its place; empty if none did, and where only the services are listed."""


def read_services(entries: Iterable[Mapping[str, Any]]) -> Sequence[RecordedService]:
    """The services that `service` records name, oldest first; those that this program did not write are left out."""
    found = []
    for entry in entries:
        payload = entry["payload"]
        if entry["kind"] == "service" and isinstance(payload.get("address"), str):
            certificate, issuer = (str(payload.get(name) or "") for name in ("certificate", "issuer"))
            found.append(RecordedService(str(entry["observed_at"]), payload["address"], certificate, issuer))
    return found


def other_addresses(services: Sequence[RecordedService]) -> Sequence[RecordedService]:
    """The first of each stretch of services at one address that is not Chatwork's, with the stretch's end."""
    first = [next(stretch) for stretch in stretches(services)]
    ends = [*(one.since for one in first[1:]), ""]
    return [one._replace(until=ends[number]) for number, one in enumerate(first) if one.address != CHATWORK]


def stretches(services: Sequence[RecordedService]) -> Iterator[Iterator[RecordedService]]:
    """The services parted where the address changes."""
    return (stretch for _address, stretch in groupby(services, lambda one: one.address))


def note_services(verification: Verification, services: Sequence[RecordedService]) -> None:
    """Say which other address than Chatwork's the data came from."""
    for one in other_addresses(services):
        verification.add_note(other_address_sentence(one))


def other_address_sentence(service: RecordedService, written: Callable[[str], str] = time_in_japan) -> str:
    """That the data came from an address that is not Chatwork's, and when; `written` gives a time in words."""
    sentence = _("At {time} the archive's data began to come from {address}, which is not Chatwork's address.")
    if service.until:
        sentence = _("From {time} until {until} the archive's data came from {address}, not Chatwork's address.")
    times = {"time": written(service.since), "until": service.until and written(service.until)}
    return sentence.format(address=service.address, **times)
