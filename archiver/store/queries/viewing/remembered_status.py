"""The status for pages that ask for it again and again: it is asked of the archive only after something was written."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from archiver.store.archive import Reading
from archiver.store.queries.status import Status, status


class RememberedStatus:
    """The last status of one home. In a large archive finding it takes most of the time of a first page."""

    def __init__(self) -> None:
        """Begin without one."""
        self._last: tuple[Hashable, tuple[str, ...], Status] | None = None

    def status(self, reading: Reading, *, authorities: Sequence[str] = ()) -> Status:
        """As `status.status`, which is all that it depends on: what the database holds, and these names."""
        last, key = self._last, (reading.written, tuple(authorities))  # another thread may replace it meanwhile
        if last is not None and last[:2] == key:
            return last[2]
        found = status(reading, authorities=authorities)
        if reading.written is not None:
            self._last = (reading.written, tuple(authorities), found)
        return found
