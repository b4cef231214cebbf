"""Post, edit, delete, fail, wait and sync in any order: what was ever shown is held, what was missed is a gap."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.rounds import alerting
from archiver.store import migrate, seals
from archiver.store.archive import Archive, Writing
from archiver.store.engine import DATABASE
from archiver.store.received_facts_and_record_forms import readable_text
from archiver.store.time_text import from_text, to_text
from archiver.sync.download import DownloadLimits
from archiver.sync.report import RoomOutcome, SyncReport
from tests.support.chatwork.faulty_server import FaultyAnswer
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork, Fault, HttpRequest
from tests.support.world import Clock, World

LIMITS = DownloadLimits(large_from=50_000, keep_free=0)
RESERVE = 60
TEXTS = strategies.sampled_from(["はい", "いいえ", "[deleted]", "\ud83d\x00", "", "お支払いは検収後で。"])
PATHS = strategies.sampled_from(
    ["", "/messages", "/messages/", "/files", "/members", "/tasks", "/rooms$", "/uploadfile/"]
)
FAULTS = strategies.sampled_from(
    [fault for fault in Fault if fault not in (Fault.RATE_LIMIT, Fault.WRONG_DATE, Fault.NO_DATE)]
)
"""Each kind but the refusal, which has a rule of its own, and those of dates, without which no time is known."""
JUMPS = strategies.sampled_from([0, -2 * 3600, 3600, -3 * 86400, 2 * 86400])
"""Seconds by which the local clock differs from Chatwork's after a jump."""
CANARY = "CANARY"

MISSING, HIDDEN = object(), object()


class Kill(BaseException):
    """The process is gone."""


class Mortal(Archive):
    """An archive whose process dies at a request or at an end of a transaction: after `left` such moments."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.left: int | None = None
        self.dead = False

    def tick(self) -> None:
        """One more moment; who is dead does nothing any more."""
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left < 0
        if self.dead:
            raise Kill

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction, before and after whose commit the process may die."""
        with super().writing() as writing:
            yield writing
            self.tick()
        self.tick()


class Event(NamedTuple):
    """A text that a message really got (None: it vanished), and when, by Chatwork's clock."""

    at: str
    body: str | None


class Witness(Chatwork):
    """A Chatwork that notes what each of its answers told of messages, as whoever got it must have understood."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(now=clock)
        self.over = -10_000
        """The most requests in one window beyond the limit less the reserve, as the server counts."""
        self.latest: set[tuple[int, int, str]] = set()
        """What the last answer about messages told."""
        self.last_before: dict[tuple[int, int], object] = {}
        """`last` before that answer."""
        self.told: set[tuple[int, int, str]] = set()
        """Room, message and text of everything that was ever shown."""
        self.last: dict[tuple[int, int], object] = {}
        """What was last told of each message: its text, MISSING or HIDDEN."""

    def answer_api(self, request: HttpRequest) -> FaultyAnswer:
        """The true answer, noted."""
        answer = super().answer_api(request)
        self.over = max(self.over, self.used - (self.limit - min(RESERVE, self.limit // 5)))
        found = re.fullmatch(r"/v2/rooms/([0-9]+)/messages(?:/([0-9]+)|\?force=1)", request.path)
        whole = answer.sent is None and not answer.dropped and not answer.wait  # nobody waits so long for an answer
        if found and whole:
            with suppress(ValueError, KeyError):  # a spoilt answer tells nothing
                self._note(int(found[1]), found[2], answer)
        return answer

    def _note(self, room: int, message: str | None, answer: FaultyAnswer) -> None:
        self.latest, self.last_before = set(), dict(self.last)
        limited = answer.headers.get("chatwork-message-limitation") == "true"
        value: Any = json.loads(b"".join(answer.body.chunks())) if answer.body.size else []
        if message is not None and answer.status == 404 and "errors" in value:
            if self.last.get((room, int(message))) is not MISSING:
                self.last[room, int(message)] = HIDDEN if limited else MISSING
            return
        if answer.status not in (200, 204) or isinstance(value, list) == (message is not None):
            return
        bodies = {int(one["message_id"]): one["body"] for one in (value if message is None else [value])}
        if message is None and limited and len(bodies) < 100:
            self._hide_before(room, min(bodies, default=2**63))
        self.latest = {(room, number, body) for number, body in bodies.items()}
        self.told |= self.latest
        self.last.update({(room, number): body for number, body in bodies.items()})

    def _hide_before(self, room: int, oldest: int) -> None:
        for place, last in self.last.items():
            if place[0] == room and place[1] < oldest and last is not MISSING:
                self.last[place] = HIDDEN


@cache
def blank() -> Path:
    """An empty archive, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="blank-"))
    migrate.create_database(folder / DATABASE)
    return folder / DATABASE


class Machine(RuleBasedStateMachine):
    """Two contracted rooms, one private one, and everything that can happen in them."""

    posts = Bundle("posts")
    files = Bundle("files")
    tasks = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        self.happened = 0
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        home = self.folder / "home"
        self.prepare(home)
        self.clock = Clock()
        self.chatwork = Witness(self.clock)
        without_sockets(self.chatwork)
        self.world = World(home, self.chatwork, self.clock)
        self.archive = self._reopen()
        for session in (self.world.api, self.world.downloads):
            connect_session(session, self.chatwork, self.clock)
            session.get = self._mortally(session.get)  # type: ignore[method-assign]
        self.surprises = 0
        """How often nobody could know how many requests are left: each is good for one too many."""
        self.crooked: set[int] = set()
        """Rooms whose counter does not tell how many messages there are."""
        self.events: dict[int, list[Event]] = {}
        self.lied = False
        """Whether an order to answer 404 was given."""
        self.sato = self.chatwork.add_account("佐藤")
        self.rooms = [
            self.world.room,
            self.chatwork.add_room("もう一つ", [self.world.tanaka, self.sato], announce=False),
        ]
        self.world.contract("job1", *self.rooms)
        stranger = self.chatwork.add_account(f"{CANARY}-person")
        self.private = self.chatwork.add_room(f"{CANARY}-room", [stranger])
        self.chatwork.post(self.private, stranger, f"{CANARY}-text")

    def prepare(self, home: Path) -> None:
        """An empty archive."""
        home.mkdir()
        shutil.copy(blank(), home / DATABASE)

    def _reopen(self) -> Mortal:
        """As a new process does."""
        self.world.archive.close()
        self.world.archive = archive = Mortal(self.world.home)
        return archive

    def _mortally(self, get: Callable[..., Any]) -> Callable[..., Any]:
        def tick_and_get(*args: Any, **keywords: Any) -> Any:
            self.archive.tick()
            return get(*args, **keywords)

        return tick_and_get

    def _happens(self, body: str | None, *messages: int | str) -> None:
        """Note the truth."""
        at = to_text(self.clock())
        for message in messages:
            self.events.setdefault(int(message), []).append(Event(at, body))

    # --- what happens on Chatwork --------------------------------------------------------------

    @initialize(
        target=posts,
        number=strategies.sampled_from([0, 1, 98, 120]),
        limit=strategies.sampled_from([60, 300]),
        begun=strategies.booleans(),
    )
    def before(self, number: int, limit: int, begun: bool) -> Any:
        """What was posted before the first sync; how many requests there are in five minutes."""
        self.chatwork.limit = limit
        made = self._post(self.rooms[0], number, "前から")
        if begun:
            self._sync()
        return multiple(*made)

    @rule(target=posts, room=strategies.integers(0, 1), number=strategies.sampled_from([1, 1, 1, 3]), text=TEXTS)
    def post(self, room: int, number: int, text: str) -> Any:
        """Some posts; those at the beginning, middle and end can be touched later."""
        return multiple(*self._post(self.rooms[room], number, text))

    @rule(target=posts, room=strategies.integers(0, 1), number=strategies.sampled_from([100, 101, 130]))
    def burst(self, room: int, number: int) -> Any:
        """More than a list shows, or just as much."""
        return multiple(*self._post(self.rooms[room], number, "急ぎの連絡"))

    def _post(self, room: int, number: int, text: str) -> list[str]:
        made = []
        for _ in range(number):
            self.clock.pass_by(milliseconds=10)
            made.append(self.chatwork.post(room, self.world.tanaka if number % 2 else self.sato, text))
        self._happens(text, *made)
        return [*dict.fromkeys([*made[:1], *made[number // 2 : number // 2 + 1], *made[-2:]])]

    @rule(message=posts, text=TEXTS, moves=strategies.booleans(), moves_room=strategies.booleans())
    def edit(self, message: str, text: str, moves: bool, moves_room: bool) -> None:
        """Another text, or the same again."""
        if int(message) in self.chatwork.messages:
            self.chatwork.edit(message, text, moves_update_time=moves, moves_room=moves_room)
            self._happens(text, message)

    @rule(message=posts, moves=strategies.booleans())
    def delete(self, message: str, moves: bool) -> None:
        """The mark in place of the text."""
        if int(message) in self.chatwork.messages:
            self.chatwork.delete(message, moves_update_time=moves)
            self._happens("[deleted]", message)

    @rule(message=consumes(posts), moves_room=strategies.booleans())
    def vanish(self, message: str, moves_room: bool) -> None:
        """Gone without a mark."""
        if int(message) in self.chatwork.messages:
            self.crooked.add(self.chatwork.messages[int(message)].room_id)
            self.chatwork.vanish(message, moves_room=moves_room)
            self._happens(None, message)

    @rule(target=files, room=strategies.integers(0, 1), size=strategies.sampled_from([0, 10, 10, 90_000]))
    def upload(self, room: int, size: int) -> int:
        """A file, small or large; some alike."""
        self.clock.pass_by(milliseconds=10)
        return self.chatwork.upload(self.rooms[room], self.world.tanaka, "a.bin", data=b"x" * size)

    @rule(file=files, size=strategies.integers(1, 20))
    def replace(self, file: int, size: int) -> None:
        """Other bytes under the same id: more of them, as a list shows nothing but the size."""
        if not self.chatwork.files[file].gone:
            self.chatwork.replace_file(file, data=b"y" * (self.chatwork.files[file].content.size + size))

    @rule(file=consumes(files))
    def remove(self, file: int) -> None:
        """The file goes, its post says so."""
        if not self.chatwork.files[file].gone:
            self.chatwork.remove_file(file)
            post = self.chatwork.messages.get(self.chatwork.files[file].message_id)
            if post is not None:
                self._happens(post.body, post.message_id)

    @rule(target=tasks, room=strategies.integers(0, 1))
    def task(self, room: int) -> int:
        """A task for the owner."""
        return self.chatwork.add_task(self.rooms[room], self.world.tanaka, self.chatwork.owner, "初稿")

    @rule(task=consumes(tasks), done=strategies.booleans())
    def end_task(self, task: int, done: bool) -> None:
        """Done, or deleted."""
        if done:
            self.chatwork.finish_task(task)
        else:
            self.chatwork.delete_task(task)

    @rule(room=strategies.integers(0, 1), announce=strategies.booleans())
    def leave(self, room: int, announce: bool) -> None:
        """田中 leaves a room, and what they sent there goes; or comes back."""
        here = self.chatwork.rooms[self.rooms[room]].members
        if self.world.tanaka not in here:
            if not self.chatwork.accounts[self.world.tanaka].cancelled:
                self.chatwork.add_member(self.rooms[room], self.world.tanaka, announce=announce)
        elif len(here) > 1:
            self.chatwork.leave_room(self.rooms[room], self.world.tanaka, announce=announce)

    @rule(who=strategies.booleans())
    def cancel(self, who: bool) -> None:
        """An account is given up, unless a room would be left without anybody."""
        account = self.world.tanaka if who else self.sato
        if all(self.chatwork.rooms[room].members.keys() - {account} for room in self.rooms):
            self.chatwork.cancel_account(account)

    @rule(name=strategies.sampled_from(["田中", "田中(解約済)", "\ud83d"]), text=TEXTS)
    def rename(self, name: str, text: str) -> None:
        """A person is called otherwise; a room is described."""
        self.chatwork.rename_account(self.world.tanaka, name)
        self.chatwork.describe_room(self.rooms[0], text, announce=False)

    @rule(days=strategies.sampled_from([None, 40]))
    def plan(self, days: int | None) -> None:
        """The plan hides what is old, or not."""
        self.chatwork.free_plan(days)

    @rule(room=strategies.integers(0, 1))
    def shut_or_open(self, room: int) -> None:
        """The owner is put out of a room, or comes back."""
        if self.chatwork.owner in self.chatwork.rooms[self.rooms[room]].members:
            self.chatwork.remove_owner(self.rooms[room])
        else:
            self.chatwork.restore_owner(self.rooms[room])

    @rule(minutes=strategies.sampled_from([1, 10, 400, 24 * 60, 25 * 24 * 60]))
    def wait(self, minutes: int) -> None:
        """Let some time pass."""
        self.clock.pass_by(minutes=minutes)

    @rule(seconds=JUMPS)
    def jump(self, seconds: int) -> None:
        """This machine's clock is set."""
        self.world.wrong = timedelta(seconds=seconds)
        self.surprises += 1

    # --- what goes wrong -----------------------------------------------------------------------

    @rule(fault=FAULTS, path=PATHS, times=strategies.sampled_from([1, 3, 20]), after=strategies.integers(0, 3))
    def fail(self, fault: Fault, path: str, times: int, after: int) -> None:
        """Answers are spoilt."""
        self.lied = self.lied or fault is Fault.NOT_FOUND
        self.chatwork.fail(fault, path, times=times, after=after)

    @rule(seconds=strategies.sampled_from([10, 250]))
    def refuse(self, seconds: int) -> None:
        """The budget is spent for a while."""
        self.chatwork.fail(Fault.RATE_LIMIT, "", times=2, after=3, seconds=seconds)
        self.surprises += 2

    @rule()
    def heal(self) -> None:
        """Everything answers again."""
        self.chatwork.heal()

    # --- what we do ----------------------------------------------------------------------------

    @rule(
        full=strategies.booleans(),
        seconds=strategies.sampled_from([None, None, 0, 30]),
        only=strategies.sampled_from([None, None, 0, 1]),
    )
    def sync(self, full: bool, seconds: float | None, only: int | None) -> None:
        """A run, of whatever kind."""
        chosen = None if only is None else frozenset([self.rooms[only]])
        with suppress(errors.ChatworkError, errors.TokenRefused):
            self._sync(full=full, max_seconds=seconds, rooms=chosen)
        self.judge()

    @rule(full=strategies.booleans())
    def watch(self, full: bool) -> None:
        """A run that turns urgent when somebody is going, and is judged after."""
        with suppress(errors.ChatworkError, errors.TokenRefused):
            self._sync(full=full, find_departing=alerting.departing_people, seal=self._seal)
        alerting.judge(self.world.archive, now=self.world.own_clock)
        self.judge()

    @rule(moments=strategies.integers(0, 30))
    def kill(self, moments: int) -> None:
        """A run that dies at any moment; another process goes on."""
        self.archive.left = moments
        with suppress(Kill, errors.ChatworkError, errors.TokenRefused):
            self._sync(full=True, find_departing=alerting.departing_people, seal=self._seal)
        died = self.archive.dead
        self.archive = self._reopen()
        if died:
            self.surprises += 1
            self._forget()
        self.judge()

    def _forget(self) -> None:
        """What died with the process is at most the last answer about messages."""
        lost = self.chatwork.told - self._texts()
        assert lost <= self.chatwork.latest, "more than one answer was lost"
        if lost or self._wrong_states():
            self.chatwork.told -= lost
            self.chatwork.last = self.chatwork.last_before

    def _seal(self) -> None:
        seals.close_seals(self.world.archive, now=self.world.own_clock())

    @precondition(lambda self: self.world.seqs())
    @rule()
    def close_seal(self) -> None:
        """The tail is sealed."""
        self._seal()

    def _sync(self, **options: Any) -> SyncReport:
        return self.world.sync(limits=LIMITS, **options)

    @invariant()
    def sync_now_and_then(self) -> None:
        """A plain run after each third thing that happened: Hypothesis leaves whole rules out of a story."""
        self.happened += 1
        if self.happened % 3 == 0:
            with suppress(errors.ChatworkError, errors.TokenRefused):
                self._sync()
            self.judge()

    # --- what must hold ------------------------------------------------------------------------

    def judge(self) -> None:
        """After each run, whatever became of it."""
        seqs = self.world.seqs()
        assert list(range(1, len(seqs) + 1)) == seqs
        assert set() == self.chatwork.told - self._texts(), "a text that was shown is not held"
        assert [] == self._missed(), "a message that was missed lies in no gap"
        assert [] == self._miscounted(), "a gap does not tell how many messages it holds"
        assert [] == self._misdated(), "the true time of a change lies outside its interval"
        assert self.chatwork.over <= self.surprises, "more requests than the budget has"
        assert [] == self._wrong_states(), "the state of a message is not what was last shown"

    def _texts(self) -> set[tuple[int, int, str]]:
        entries = self.world.entries("message")
        return {
            (row["room_id"], int(row["key"].partition("/")[2]), row["payload"]["object"]["body"] or "")
            for row in entries
        }

    def _missed(self) -> list[int]:
        """Messages that are there, older than the newest covered one, not held and in no open gap."""
        saved = {(row["room_id"], row["position"]) for row in self.world.rows("message")}
        gaps = [row for row in self.world.rows("gap") if row["open"]]
        covered: dict[int, int] = {}
        for row in self.world.rows("coverage"):
            covered[row["room_id"]] = max(covered.get(row["room_id"], 0), row["newest"] or 0)
        return [
            number
            for number, message in self.chatwork.messages.items()
            if message.room_id in self.rooms
            and (message.room_id, number) not in saved
            and number <= covered.get(message.room_id, 0)
            and not any(
                gap["room_id"] == message.room_id and int(gap["after"] or 0) < number < int(gap["before"])
                for gap in gaps
            )
        ]

    def _miscounted(self) -> list[tuple[int, int, int]]:
        """Open gaps with what they tell and what is true, in rooms whose counter is right."""
        saved = {(row["room_id"], row["position"]) for row in self.world.rows("message")}
        found = []
        for gap in self.world.rows("gap"):
            if not gap["open"] or gap["missing"] is None or gap["room_id"] in self.crooked:
                continue
            after, before = int(gap["after"] or 0), int(gap["before"])
            lost = [
                number
                for number, message in self.chatwork.messages.items()
                if message.room_id == gap["room_id"]
                and after < number < before
                and (gap["room_id"], number) not in saved
            ]
            if len(lost) != gap["missing"]:
                found.append((gap["number"], gap["missing"], len(lost)))
        return found

    def _misdated(self) -> list[tuple[int, str, str]]:
        """Intervals between two texts, or before a vanishing, in which nothing of the kind happened."""
        found = []
        versions: dict[int, list[dict[str, Any]]] = {}
        for row in self.world.rows("message_version"):
            versions.setdefault(row["position"], []).append(row)
        for position, rows in versions.items():
            events = self.events.get(position, [])
            for before, after in pairwise(rows):
                if not _happened(events, after["body"], before["last_seen"], after["first_seen"]):
                    found.append((position, before["last_seen"], after["first_seen"]))
        for row in self.world.rows("message"):
            events, until = self.events.get(row["position"], []), row["changed_at"]
            since = versions[row["position"]][-1]["last_seen"]
            if row["state"] == "missing" and not self.lied and not _happened(events, None, since, until):
                found.append((row["position"], since, until))
        return found

    def _wrong_states(self) -> list[tuple[int, str, object]]:
        rows = {(row["room_id"], row["position"]): row for row in self.world.rows("message")}
        return [
            (place[1], rows[place]["state"], last)
            for place, last in self.chatwork.last.items()
            if place in rows and not agrees(rows[place]["state"], last)
        ]

    def teardown(self) -> None:
        """When everything answers again, one run makes up for all; then the archive verifies in depth."""
        try:
            self._end()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    def _end(self) -> None:
        self.chatwork.heal()
        for room in self.rooms:
            self.chatwork.restore_owner(room)
        report = self._sync(full=True)
        self.judge()
        assert [RoomOutcome.FAILED] not in [[room.outcome] for room in report.rooms]
        assert not report.left_over
        self._compare_files()
        self._compare_tasks()
        self._seal()
        verification = verify_archive(self.world.archive, deep=True)
        assert [] == verification.findings
        assert {"GET"} == {request.method for request in (*self.chatwork.requests, *self.chatwork.downloads)}
        self.world.archive.close()
        every_byte = b"".join(path.read_bytes() for path in self.world.home.rglob("*") if path.is_file())
        assert CANARY.encode() not in every_byte

    def _compare_files(self) -> None:
        there = {
            file.file_id: self.chatwork.content_digest(file.file_id)
            for room in self.rooms
            for file in self.chatwork.rooms[room].files.values()
        }
        rows = {row["file_id"]: row for row in self.world.rows("file") if row["state"] == "present"}
        saved = {row["file_id"]: row["sha256"] for row in self.world.rows("blob") if row["state"] == "saved"}
        assert there.keys() == rows.keys()
        assert there == {file: digest for file, digest in saved.items() if file in there}

    def _compare_tasks(self) -> None:
        there = {task.task_id: task.status for room in self.rooms for task in self.chatwork.rooms[room].tasks.values()}
        assert there == {row["task_id"]: row["status"] for row in self.world.rows("task") if row["state"] == "present"}


def _happened(events: list[Event], body: str | None, since: str, until: str) -> bool:
    """Whether a message got this text (as columns show it) between two times of the archive, whole seconds."""
    end = to_text(from_text(until) + timedelta(seconds=1))
    conditions = (
        event.body if event.body is None else readable_text(event.body) for event in events if since <= event.at <= end
    )
    return body in conditions


def agrees(state: str, last: object) -> bool:
    """Whether a state is what was last told of a message."""
    if last is MISSING:
        return state == "missing"
    if last is HIDDEN:
        return state in ("hidden", "missing")
    return state == "deleted" if last == "[deleted]" else state in ("present", "edited")


def play(*, examples: int, steps: int, machine: type[Machine] = Machine) -> None:
    """Let the machine run."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,  # a story is many runs with thousands of messages: its time says nothing
        suppress_health_check=[HealthCheck.too_slow],  # for the same reason
        print_blob=True,
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.drawn
def test_whatever_happens_nothing_shown_is_lost_and_nothing_missed_unsaid() -> None:
    """A hundred short stories, in every run of the tests."""
    play(examples=100, steps=12)


@pytest.mark.slow
def test_many_long_stories_lose_nothing() -> None:
    """A thousand longer stories, by hand and before a release."""
    play(examples=1000, steps=40)
