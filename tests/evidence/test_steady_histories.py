"""Looks that were counted give the same intervals as one record for each of them, whatever happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from hypothesis import strategies as some

from archiver.evidence import history as histories
from archiver.evidence.history import MessageHistory, Sightings, message_history
from archiver.evidence.looks import code_intervals, decode_intervals
from archiver.records import SteadyLooks
from archiver.store.time_text import from_text, to_text
from tests.support.archives.entries import message_entry, window

BEGIN = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
DELETED = "[deleted]"
WINDOW = 4
"""So many messages a list shows."""

ACTIONS = ("nothing", "nothing", "nothing", "post", "edit", "delete", "vanish", "seal")
STEPS = strategies.lists(
    strategies.tuples(strategies.sampled_from(ACTIONS), strategies.integers(0, 9), strategies.integers(0, 7200)),
    min_size=1,
    max_size=25,
)
"""What happens between two looks, to which message, and the seconds from one to the next."""


@dataclass
class Recorder:
    """Entries of one room as a run writes them: a `window` for each look, or the same ones counted."""

    counts: bool
    entries: list[dict[str, Any]] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    _last: tuple[dict[int, str], dict[str, Any]] | None = None
    _looks: SteadyLooks | None = None

    def look(self, shown: dict[int, str], at: datetime) -> None:
        """Take in one list."""
        if self.counts and self._last is not None and self._last[0] == shown:
            self._looks = SteadyLooks.begin(at) if self._looks is None else self._looks.add(at)
            return
        self.end_looks()
        lacking = tuple(one for one in self.known if min(shown) <= one <= max(shown) and one not in shown)
        reply = f"reply {len(self.entries)}"
        entry = self._add(window(self._next(), min(shown), max(shown), absent=lacking, reply=reply), at)
        self._last = None if lacking else (dict(shown), entry)
        for one, body in shown.items():
            if self.known.get(one) != body:
                self._add(message_entry(self._next(), one, body, state=_state(self.known, one, body), reply=reply), at)
                self.known[one] = body
        for one in lacking:
            if one not in self.gone:
                self.gone.add(one)
                self._add(message_entry(self._next(), one, self.known[one], state="missing"), at)

    def end_looks(self) -> None:
        """Write the looks so far, as before a seal."""
        if self._looks is not None and self._last is not None:
            looks, (_shown, last) = self._looks, self._last
            payload = {name: last["payload"][name] for name in ("oldest", "newest", "count")}
            times = {
                "first": to_text(looks.first),
                "last": to_text(looks.last),
                "looks": code_intervals(looks.intervals),
            }
            entry = last | {"kind": "steady", "payload": payload | times, "reply": None, "seq": self._next()}
            self._add(entry, looks.last)
        self._looks = None

    def histories(self) -> dict[int, MessageHistory]:
        """What the records tell of each message, without the numbers that count records."""
        self.end_looks()
        sightings = Sightings(self.entries)
        return {one: self._history(one, sightings) for one in self.known}

    def look_times(self) -> list[datetime]:
        """The time of each look."""
        found: list[datetime] = []
        for entry in self.entries:
            if entry["kind"] == "window":
                found.append(from_text(entry["observed_at"]))
            elif entry["kind"] == "steady":
                payload = entry["payload"]
                intervals = decode_intervals(payload["looks"])
                steps = [timedelta(seconds=seconds) for seconds, number in intervals for _look in range(number)]
                found += (from_text(payload["first"]) + after for after in accumulate(steps, initial=timedelta()))
        return found

    def _history(self, one: int, sightings: Sightings) -> MessageHistory:
        entries = [entry for entry in self.entries if entry["key"] == f"message/{one}"]
        history = message_history(entries, lambda entry: sightings.before(one, entry), lambda: sightings.last(one))
        versions = tuple(span._replace(seq=0) for span in history.versions)
        return history._replace(versions=versions, entry_seq=0)

    def _next(self) -> int:
        return len(self.entries) + 1

    def _add(self, entry: dict[str, Any], at: datetime) -> dict[str, Any]:
        self.entries.append(entry | {"observed_at": to_text(at)})
        return self.entries[-1]


def _state(known: dict[int, str], one: int, body: str) -> str:
    if body == DELETED:
        return "deleted"
    return "edited" if one in known else "present"


def play(steps: Sequence[tuple[str, int, int]]) -> tuple[Recorder, Recorder]:
    """One history recorded both ways."""
    each, counted, at, last_id = Recorder(counts=False), Recorder(counts=True), BEGIN, 101
    shown = {100: "はい", 101: "いいえ"}
    for number, (action, which, seconds) in enumerate(steps):
        message = list(shown)[which % len(shown)]
        if action == "post":
            last_id += 1
            shown[last_id] = "はい"
        elif action in ("edit", "delete"):
            shown[message] = DELETED if action == "delete" else f"{number}"
        elif action == "vanish" and len(shown) > 1:
            del shown[message]
        elif action == "seal":
            counted.end_looks()
        for one in sorted(shown)[:-WINDOW]:
            del shown[one]
        at += timedelta(seconds=seconds)
        for recorder in (each, counted):
            recorder.look(shown, at)
    return each, counted


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_counted_looks_give_the_intervals_of_single_ones(steps: list[tuple[str, int, int]]) -> None:
    """Posts, edits, deletions, disappearances and seals at random, between looks at random times."""
    each, counted = play(steps)

    assert each.histories() == counted.histories()
    assert each.look_times() == counted.look_times()


def test_the_histories_would_show_a_look_that_was_forgotten() -> None:
    """Without its counted looks a text seems to have been seen for less long."""
    each, counted = play([("nothing", 0, 0), ("nothing", 0, 60), ("edit", 0, 60)])
    counted.entries = [entry for entry in counted.entries if entry["kind"] != "steady"]

    assert each.histories() != counted.histories()


# --- a history ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2026-11-05T01:02:01.000Z", "2026-11-05T01:02:01.000Z"),
        ("2026-11-05T01:01:58.000Z", "2026-11-05T01:02:00.000Z"),
        ("2026-11-05T01:01:57.000Z", "2026-11-05T01:01:57.000Z"),
        ("no time at all", "no time at all"),
    ],
)
def test_a_text_begins_not_before_the_one_before_it_was_last_seen(second: str, expected: str) -> None:
    """Chatwork's servers differ by seconds, and order goes by the numbers of the entries."""
    entries = [message_entry(1, 5, "はい"), message_entry(3, 5, "いいえ") | {"observed_at": second}]
    sightings = Sightings([window(2, 1, 9), window(4, 1, 9)])

    history = message_history(entries, lambda entry: sightings.before(5, entry), lambda: None)

    assert ["2026-11-05T01:02:00.000Z"] == [history.versions[0].last_seen]
    assert expected == history.versions[1].first_seen


_ANYTHING: some.SearchStrategy[Any] = (
    some.none() | some.booleans() | some.integers(-1, 2**64) | some.text(max_size=3) | some.just([])
)
_BODIES = some.sampled_from(["はい", "", "[deleted]", "[info][dtext:live_start][/info]"]) | _ANYTHING
_ACCOUNTS = _ANYTHING | some.fixed_dictionaries(
    {}, optional={"account_id": _ANYTHING | some.just(7), "name": _ANYTHING | some.just("田中")}
)
_OBJECTS = some.fixed_dictionaries(
    {}, optional={"account": _ACCOUNTS, "body": _BODIES, "send_time": _ANYTHING, "update_time": _ANYTHING}
)


@given(
    received=_OBJECTS,
    state=some.sampled_from(["present", "edited", "deleted", "missing", "hidden"]),
    last=some.sampled_from([None, "2026-11-05T01:00:00.000Z", "2027-01-01T00:00:00.000Z"]),
)
def test_the_history_of_one_entry_is_that_of_several_that_are_one(
    received: dict[str, Any], state: str, last: str | None
) -> None:
    """It is made in one step, as nearly every message has one entry; whatever that holds, it comes out the same."""
    entry = message_entry(1, 5, "はい")
    entry |= {"account_id": 7, "payload": {"object": received, "state": state, "source": "list"}}

    folded = histories._fold([entry], lambda _entry: None, lambda: last)

    assert folded == message_history([entry], lambda _entry: None, lambda: last)
