"""The check `time-order`: times that do not fit their neighbours or the stamps are notes with the entries' numbers.

They are no findings: a clock that was wrong, or a server that was, falsifies nothing that the seals hold. Standard
library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from gettext import ngettext
from typing import Any, Callable, Mapping  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.stamp_coverage import CLOCK_TOLERANCE_SECONDS, unix_seconds

BACK_SECONDS = 2 * 60
"""Seconds by which the time of a reply may lie before that of the reply before."""

_NUMBERS_SHOWN = 3


class _Entries:
    """Numbers of entries: how many there are, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[int] = []

    def add(self, seq: int) -> None:
        self.count += 1
        if len(self._first) < _NUMBERS_SHOWN:
            self._first.append(seq)

    def text(self) -> str:
        return ", ".join(map(str, self._first)) + (" …" if self.count > len(self._first) else "")


class TimeOrder:
    """Takes the entries in order of their numbers; `close` adds the notes."""

    def __init__(self, verification: Verification) -> None:
        """Take the verification to which the notes go."""
        self._verification = verification
        self._back = _Entries()
        self._before = ""
        self._latest: dict[int, tuple[str, int]] = {}

    def add(self, entry: Mapping[str, Any], seal: int | None) -> None:
        """Take an entry and the number of the seal over it (None: it is not sealed)."""
        is_dated_by_reply = entry["reply"] is not None and entry["clock"] != entry["observed_at"]
        self.add_time(str(entry["observed_at"]), entry["seq"], seal, is_dated_by_reply=is_dated_by_reply)

    def add_time(self, at: str, seq: int, seal: int | None, *, is_dated_by_reply: bool) -> None:
        """Take the time of an entry; `is_dated_by_reply`: the reply it came from has a date, and it is that."""
        if is_dated_by_reply:
            if at < self._before and _seconds_after(self._before, at) > BACK_SECONDS:
                self._back.add(seq)
            self._before = at
        if seal is not None and at > self._latest.get(seal, ("", 0))[0]:
            self._latest[seal] = (at, seq)

    def close(self, stamped_at: Callable[[int | None], str | None]) -> None:
        """Add the notes; `stamped_at` gives the earliest time stamped over a seal, by its number."""
        self._note(
            self._back,
            lambda n: ngettext(
                "{count} record is dated more than 2 minutes before the reply before it: {numbers}",
                "{count} records are dated more than 2 minutes before the reply before them: {numbers}",
                n,
            ),
        )
        ahead = _Entries()
        for seal, (at, seq) in sorted(self._latest.items()):
            if _seconds_after(at, stamped_at(seal)) > CLOCK_TOLERANCE_SECONDS:
                ahead.add(seq)
        self._note(
            ahead,
            lambda n: ngettext(
                "{count} seal holds a record that is dated more than 15 minutes after its first time stamp, as a "
                "computer's clock that was ahead dates it: {numbers}",
                "{count} seals hold records that are dated more than 15 minutes after their first time stamps, as a "
                "computer's clock that was ahead dates them: {numbers}",
                n,
            ),
        )

    def _note(self, entries: _Entries, sentence: Callable[[int], str]) -> None:
        if entries.count:
            self._verification.add_note(sentence(entries.count).format(count=entries.count, numbers=entries.text()))


def _seconds_after(later: str | None, earlier: str | None) -> float:
    """Seconds from one time of the archive to another; 0 if one is no time."""
    end, begin = unix_seconds(later), unix_seconds(earlier)
    return 0 if end is None or begin is None else end - begin
