"""Looks at a list that stayed the same, with the time of each, as a `steady` entry holds them.

Times have whole seconds, as the `Date` of a reply has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SteadyLooks:
    """The looks at one list that were all the same."""

    first: datetime
    last: datetime
    times: int = 1
    longest_s: int = 0
    """The longest time in seconds between two of these looks; 0 for a single one."""
    intervals: tuple[tuple[int, int], ...] = ()
    """Seconds from each look to the next as (seconds, how many times in a row)."""

    @classmethod
    def begin(cls, at: datetime) -> SteadyLooks:
        """One look."""
        return cls(_whole_second(at), _whole_second(at))

    def add(self, at: datetime) -> SteadyLooks:
        """These looks and a later one; an earlier time counts as the last one's."""
        last = max(_whole_second(at), self.last)
        seconds = (last - self.last) // SECOND
        *before, newest = self.intervals or ((seconds, 0),)
        grown = (*before, (seconds, newest[1] + 1)) if newest[0] == seconds else (*before, newest, (seconds, 1))
        return SteadyLooks(self.first, last, self.times + 1, max(self.longest_s, seconds), grown)

    def each(self) -> Iterator[datetime]:
        """The time of each look, oldest first."""
        at = self.first
        yield at
        for seconds, times in self.intervals:
            for _look in range(times):
                at += timedelta(seconds=seconds)
                yield at


def _whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
