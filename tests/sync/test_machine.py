"""Post, edit, delete, fail, wait and sync in any order: what was ever shown is held, what was missed is a gap."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
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
from archiver.demo.chatwork import Chatwork, Fault, HttpRequest
from archiver.demo.chatwork_http import Answer
from archiver.schedule.verification import verify_archive
from archiver.store import revision, seal
from archiver.store.archive import DATABASE
from archiver.sync.download import Limits
from archiver.sync.report import Outcome, SyncReport
from tests.support.world import Clock, World

LIMITS = Limits(large=50_000, keep_free=0)
TEXTS = st.sampled_from(["はい", "いいえ", "[deleted]", "\ud83d\x00", "", "お支払いは検収後で。"])
PATHS = st.sampled_from(["", "/messages", "/messages/", "/files", "/members", "/tasks", "/rooms$", "/uploadfile/"])
FAULTS = st.sampled_from(
    [fault for fault in Fault if fault not in (Fault.HANG, Fault.SLOW, Fault.REPLY, Fault.RATE_LIMIT)]
)
CANARY = "CANARY"

MISSING, HIDDEN = object(), object()


class Witness(Chatwork):
    """A Chatwork that notes what each of its answers told of messages, as whoever got it must have understood."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(now=clock, limit=100_000)
        self.told: set[tuple[int, int, str]] = set()
        """Room, message and text of everything that was ever shown."""
        self.last: dict[tuple[int, int], object] = {}
        """What was last told of each message: its text, MISSING or HIDDEN."""

    def _answer_api(self, request: HttpRequest) -> Answer:
        answer = super()._answer_api(request)
        found = re.fullmatch(r"/v2/rooms/([0-9]+)/messages(?:/([0-9]+)|\?force=1)", request.path)
        whole = answer.sent is None and not answer.dropped
        if found and whole:
            with suppress(ValueError):
                self._note(int(found[1]), found[2], answer)
        return answer

    def _note(self, room: int, message: str | None, answer: Answer) -> None:
        limited = answer.headers.get("chatwork-message-limitation") == "true"
        value: Any = json.loads(b"".join(answer.body.pieces())) if answer.body.size else []
        if message is not None and answer.status == 404 and "errors" in value:
            if self.last.get((room, int(message))) is not MISSING:
                self.last[room, int(message)] = HIDDEN if limited else MISSING
            return
        if answer.status not in (200, 204) or isinstance(value, list) == (message is not None):
            return
        shown = {int(one["message_id"]): one["body"] for one in (value if message is None else [value])}
        if message is None and limited and len(shown) < 100:
            self._hide_before(room, min(shown, default=2**63))
        self.told |= {(room, number, body) for number, body in shown.items()}
        self.last.update({(room, number): body for number, body in shown.items()})

    def _hide_before(self, room: int, oldest: int) -> None:
        for place, last in self.last.items():
            if place[0] == room and place[1] < oldest and last is not MISSING:
                self.last[place] = HIDDEN


@cache
def blank() -> Path:
    """An empty archive, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="blank-"))
    revision.create(folder / DATABASE)
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
        home.mkdir()
        shutil.copy(blank(), home / DATABASE)
        clock = Clock()
        self.chatwork = Witness(clock)
        self.chatwork.start()
        self.world = World(home, self.chatwork, clock)
        self.rooms = [self.world.room, self.chatwork.add_room("もう一つ", [self.world.tanaka], announce=False)]
        self.world.contract("job1", *self.rooms)
        stranger = self.chatwork.add_account(f"{CANARY}-person")
        self.private = self.chatwork.add_room(f"{CANARY}-room", [stranger])
        self.chatwork.post(self.private, stranger, f"{CANARY}-text")

    # --- what happens on Chatwork --------------------------------------------------------------

    @initialize(target=posts, number=st.sampled_from([0, 1, 98, 120]))
    def before(self, number: int) -> Any:
        """What was posted before the first sync."""
        return multiple(*self._post(self.rooms[0], number, "前から"))

    @rule(target=posts, room=st.integers(0, 1), number=st.sampled_from([1, 1, 1, 3, 99, 130]), text=TEXTS)
    def post(self, room: int, number: int, text: str) -> Any:
        """Some posts, at times more than a window; those at the beginning, middle and end can be touched later."""
        return multiple(*self._post(self.rooms[room], number, text))

    def _post(self, room: int, number: int, text: str) -> list[str]:
        made = []
        for _ in range(number):
            self.world.clock.pass_by(milliseconds=10)
            made.append(self.chatwork.post(room, self.world.tanaka, text))
        return [*dict.fromkeys([*made[:1], *made[number // 2 : number // 2 + 1], *made[-2:]])]

    @rule(message=posts, text=TEXTS, moves=st.booleans(), moves_room=st.booleans())
    def edit(self, message: str, text: str, moves: bool, moves_room: bool) -> None:
        """Another text, or the same again."""
        if int(message) in self.chatwork.messages:
            self.chatwork.edit(message, text, moves_update_time=moves, moves_room=moves_room)

    @rule(message=posts, moves=st.booleans())
    def delete(self, message: str, moves: bool) -> None:
        """The mark in place of the text."""
        if int(message) in self.chatwork.messages:
            self.chatwork.delete(message, moves_update_time=moves)

    @rule(message=consumes(posts), moves_room=st.booleans())
    def vanish(self, message: str, moves_room: bool) -> None:
        """Gone without a mark."""
        if int(message) in self.chatwork.messages:
            self.chatwork.vanish(message, moves_room=moves_room)

    @rule(target=files, room=st.integers(0, 1), size=st.sampled_from([0, 10, 10, 90_000]))
    def upload(self, room: int, size: int) -> int:
        """A file, small or large; some alike."""
        self.world.clock.pass_by(milliseconds=10)
        return self.chatwork.upload(self.rooms[room], self.world.tanaka, "a.bin", data=b"x" * size)

    @rule(file=files, size=st.integers(1, 20))
    def replace(self, file: int, size: int) -> None:
        """Other bytes under the same id: more of them, as a list shows nothing but the size."""
        if not self.chatwork.files[file].gone:
            self.chatwork.replace_file(file, data=b"y" * (self.chatwork.files[file].content.size + size))

    @rule(file=consumes(files))
    def remove(self, file: int) -> None:
        """The file goes, its post says so."""
        if not self.chatwork.files[file].gone:
            self.chatwork.remove_file(file)

    @rule(target=tasks, room=st.integers(0, 1))
    def task(self, room: int) -> int:
        """A task for the owner."""
        return self.chatwork.add_task(self.rooms[room], self.world.tanaka, self.chatwork.owner, "初稿")

    @rule(task=consumes(tasks), done=st.booleans())
    def end_task(self, task: int, done: bool) -> None:
        """Done, or deleted."""
        if done:
            self.chatwork.finish_task(task)
        else:
            self.chatwork.delete_task(task)

    @rule(name=st.sampled_from(["田中", "田中(解約済)", "\ud83d"]), text=TEXTS)
    def rename(self, name: str, text: str) -> None:
        """A person is called otherwise; a room is described."""
        self.chatwork.rename_account(self.world.tanaka, name)
        self.chatwork.describe(self.rooms[0], text, announce=False)

    @rule(days=st.sampled_from([None, 40]))
    def plan(self, days: int | None) -> None:
        """The plan hides what is old, or not."""
        self.chatwork.free_plan(days)

    @rule(room=st.integers(0, 1))
    def shut_or_open(self, room: int) -> None:
        """The owner is put out of a room, or comes back."""
        if self.chatwork.sees(self.rooms[room]):
            self.chatwork.remove_owner(self.rooms[room])
        else:
            self.chatwork.restore_owner(self.rooms[room])

    @rule(minutes=st.sampled_from([1, 10, 400, 24 * 60, 25 * 24 * 60]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.world.clock.pass_by(minutes=minutes)

    # --- what goes wrong -----------------------------------------------------------------------

    @rule(fault=FAULTS, path=PATHS, times=st.sampled_from([1, 3, 20]), after=st.integers(0, 3))
    def fail(self, fault: Fault, path: str, times: int, after: int) -> None:
        """Answers are spoilt."""
        self.chatwork.fail(fault, path, times=times, after=after)

    @rule(seconds=st.sampled_from([10, 250]))
    def refuse(self, seconds: int) -> None:
        """The budget is spent for a while."""
        self.chatwork.fail(Fault.RATE_LIMIT, "", times=2, after=3, seconds=seconds)

    @rule()
    def heal(self) -> None:
        """Everything answers again."""
        self.chatwork.heal()

    # --- what we do ----------------------------------------------------------------------------

    @rule(full=st.booleans(), seconds=st.sampled_from([None, None, 0, 30]), only=st.sampled_from([None, None, 0, 1]))
    def sync(self, full: bool, seconds: float | None, only: int | None) -> None:
        """A run, of whatever kind."""
        chosen = None if only is None else frozenset([self.rooms[only]])
        with suppress(errors.ChatworkError, errors.TokenRefused):
            self._sync(full=full, max_seconds=seconds, rooms=chosen)
        self.judge()

    @precondition(lambda self: self.world.seqs())
    @rule()
    def close_seal(self) -> None:
        """The tail is sealed."""
        seal.close(self.world.archive, now=self.world.clock())

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
        assert [] == self._wrong_states(), "the state of a message is not what was last shown"

    def _texts(self) -> set[tuple[int, int, str]]:
        entries = self.world.entries("message")
        return {
            (one["room_id"], int(one["key"].partition("/")[2]), one["payload"]["object"]["body"] or "")
            for one in entries
        }

    def _missed(self) -> list[int]:
        """Messages that are there, older than the newest covered one, not held and in no open gap."""
        held = {(row["room_id"], row["position"]) for row in self.world.rows("message")}
        gaps = [row for row in self.world.rows("gap") if row["open"]]
        covered: dict[int, int] = {}
        for row in self.world.rows("coverage"):
            covered[row["room_id"]] = max(covered.get(row["room_id"], 0), row["newest"] or 0)
        return [
            number
            for number, message in self.chatwork.messages.items()
            if message.room_id in self.rooms
            and (message.room_id, number) not in held
            and number <= covered.get(message.room_id, 0)
            and not any(
                gap["room_id"] == message.room_id and int(gap["after"] or 0) < number < int(gap["before"])
                for gap in gaps
            )
        ]

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
            self.chatwork.stop()
            shutil.rmtree(self.folder)

    def _end(self) -> None:
        self.chatwork.heal()
        for room in self.rooms:
            self.chatwork.restore_owner(room)
        report = self._sync(full=True)
        self.judge()
        assert [Outcome.FAILED] not in [[room.outcome] for room in report.rooms]
        assert not report.left_over
        self._compare_files()
        self._compare_tasks()
        seal.close(self.world.archive, now=self.world.clock())
        told = verify_archive(self.world.archive, deep=True)
        assert [] == told.findings
        self.world.archive.close()
        every_byte = b"".join(path.read_bytes() for path in self.world.home.rglob("*") if path.is_file())
        assert CANARY.encode() not in every_byte

    def _compare_files(self) -> None:
        there = {
            file.file_id: file.content.sha256()
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


def agrees(state: str, last: object) -> bool:
    """Whether a state is what was last told of a message."""
    if last is MISSING:
        return state == "missing"
    if last is HIDDEN:
        return state in ("hidden", "missing")
    return state == "deleted" if last == "[deleted]" else state in ("present", "edited")


def play(*, examples: int, steps: int) -> None:
    """Let the machine run."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Machine, settings=chosen)


def test_whatever_happens_nothing_shown_is_lost_and_nothing_missed_unsaid() -> None:
    """A small number of short stories, in every run of the tests."""
    play(examples=15, steps=12)


@pytest.mark.slow
@pytest.mark.sample
def test_some_longer_stories_lose_nothing() -> None:
    """As a sample for CI."""
    play(examples=20, steps=30)


@pytest.mark.slow
def test_many_long_stories_lose_nothing() -> None:
    """By hand, and before a release."""
    play(examples=300, steps=50)
