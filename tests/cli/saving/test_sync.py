"""`archive save` as a user sees it: what a dry run tells, what goes to stderr, and the one line of a quiet run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.cli.output import columns
from archiver.cli.saving.save import notice_line
from archiver.records import JST, RoomId
from archiver.rounds import run_log
from archiver.standing.outcome_words import round_lines
from archiver.store.working import remembered_values, single_reads
from archiver.store.working.single_reads import Origin
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.killed_runs import set_up_rooms
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.terminals.terminal_world import TerminalWorld

# --- the dry run ---------------------------------------------------------------------------------


def test_a_dry_run_tells_what_is_read_why_and_what_it_costs(desk: TerminalWorld) -> None:
    """One line a step on stdout, the total below it; the talk goes to stderr; only two requests are made."""
    output, talk = desk.both("sync", "--dry-run")

    lines = output.splitlines()
    assert [("Messages", "1"), ("List", "1"), ("People", "4")] == [
        (line.split()[0], line.split()[-1]) for line in lines[:3]
    ]
    assert all("first time" in line for line in lines[:3])
    assert "Together at least 8 requests." == lines[3]
    assert "Nothing was saved" in talk
    assert ["/me", "/rooms"] == desk.take_requests()
    assert [] == desk.rows("window")


def test_a_dry_run_lists_single_messages_with_cost_and_reason(desk: TerminalWorld) -> None:
    """What something named and what is to be read again stand below the lists."""
    named = desk.posts(3, "前の")
    desk.posts(100)
    desk.sync()
    with desk.archive.writing() as writing:
        found = {(desk.room, int(one)): Origin.REPLY for one in named}
        single_reads.enqueue(writing, found, rooms=[desk.room], at=desk.clock())
    desk.clock.pass_by(seconds=5)

    output, _talk = desk.both("sync", "--dry-run")

    (line,) = [line for line in output.splitlines() if line.startswith("Back-fill")]
    assert "mentioned" in line
    assert line.endswith(" 3")
    assert "Together at least 5 requests." == output.splitlines()[-1]
    assert not [line for line in output.splitlines() if columns(line) > 80]


def test_a_dry_run_gives_one_document(desk: TerminalWorld) -> None:
    """The steps in order, and what they take."""
    output, _talk = desk.both("sync", "--dry-run", "--json")

    found = json.loads(output)
    step = {"room_id": desk.room, "name": "動画編集", "kind": "messages", "why": "first", "requests": 1}
    assert step == found["steps"][0]
    assert ["messages", "files", "people"] == [one["kind"] for one in found["steps"]]
    assert 8 == found["requests"]


def test_a_dry_run_with_nothing_to_do_says_so(desk: TerminalWorld) -> None:
    """After a run nothing has moved."""
    desk.sync()

    output, _talk = desk.both("sync", "--dry-run")

    assert output.startswith("Nothing has changed and nothing is due")


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "1e30", "99999999999"])
def test_a_run_without_end_is_refused(desk: TerminalWorld, seconds: str) -> None:
    """What no clock can count is wrong usage."""
    assert "--max-seconds" in desk.both("sync", "--max-seconds", seconds, code=2)[1]


# --- stderr --------------------------------------------------------------------------------------


def test_a_wrong_clock_is_told_on_stderr_alone(desk: TerminalWorld) -> None:
    """Once. The document on stdout stays one, and the exit code is 0."""
    desk.clock.pass_by(seconds=200)

    output, talk = desk.both("sync", "--json")

    assert 1 == talk.count("3 minutes behind Chatwork's. Set it right.")
    assert json.loads(output)["clock_offset_ms"] > 60_000


def test_alerts_of_a_run_are_one_line_on_stderr(desk: TerminalWorld) -> None:
    """They name nobody and change no exit code."""
    post = desk.post("約束")
    desk.post("はい")
    desk.sync()
    desk.chatwork.delete(post, moves_room=True)

    output, talk = desk.both("sync")

    (line,) = talk.splitlines()
    assert line.startswith("Alerts: 1 new")
    assert "田中" not in talk
    assert "Alerts" not in output


def test_who_types_a_save_reads_the_title_of_the_job(desk: TerminalWorld) -> None:
    """And not its number; what a job of the scheduler prints, which may be mailed, names nothing."""
    desk.contract("job1", desk.room, title="動画編集10本", platform="crowdworks", platform_id="12345678")
    desk.sync()
    desk.chatwork.remove_owner(desk.room)
    desk.both("sync", code=4)
    desk.remember(remembered_values.NOTICED, {})

    typed = desk.both("sync")[1]
    desk.remember(remembered_values.NOTICED, {})
    scheduled = desk.both("-q", "sync")[1]

    assert "The chat of job “動画編集10本” cannot be opened any more" in typed
    assert "The chat of job 12345678 cannot be opened any more" in scheduled


@pytest.mark.parametrize(("minutes", "code"), [(5, 0), (90, 11)])
def test_a_run_of_the_job_that_meets_another_one_is_content(desk: TerminalWorld, minutes: int, code: int) -> None:
    """It leaves a line in the log; a run that has lasted for an hour is no longer a reason to be content."""
    begun, log = desk.clock() - timedelta(minutes=minutes), desk.home / "logs/archive.log"
    with desk.archive.round_lock(), run_log.log_round_end(desk.home, now=lambda: begun):
        output, talk = desk.both("-q", "sync", code=code)

    assert ("", code == 11) == (output, "Something else is using this archive" in talk)
    assert (code == 0) == ("skipped=another-run" in log.read_text() if log.exists() else False)


def test_of_a_list_that_was_not_read_nothing_new_is_not_said() -> None:
    """Its turn did not come: that is said, and it is no trouble."""
    report = SyncReport(1, NOW, rooms=[RoomReport(5, "動画編集", RoomOutcome.WAITING)])

    assert [
        "動画編集  no sign of news (its list was not read this time)",
        "Saved: all that was seen. Not every list was read this time.",
    ] == list(round_lines(report))


def test_a_gap_is_told_as_what_is_not_saved_yet() -> None:
    """Before the first save by its day and number; one that is estimated at nothing has no line."""
    start: dict[str, object] = {"after": None, "before": "1", "from": None, "to": "2026-10-02T03:00:00+00:00"}
    start["reason"] = "first_sync"
    gaps = [start | {"missing": missing} for missing in (1073, None, 0)]
    room = RoomReport(5, "動画編集", RoomOutcome.ARCHIVED, gaps=gaps)
    report = SyncReport(1, NOW, rooms=[room])

    assert [
        "  Messages before Fri 2 Oct 12:00 are not saved yet, about 1,073.",
        "  Messages before Fri 2 Oct 12:00 are not saved yet.",
    ] == [line for line in round_lines(report) if "not saved yet" in line or "estimate" in line]


def test_another_try_is_offered_only_for_what_can_still_succeed() -> None:
    """A chat that is shut is counted; the page's button and the next run are named where something else is left."""
    shut, failed = (RoomReport(5, "動画", one) for one in (RoomOutcome.INACCESSIBLE, RoomOutcome.FAILED))
    report = SyncReport(1, NOW, complete=False, rooms=[shut])
    lines = {n: list(round_lines(replace(report, rooms=[shut, failed][:n]))) for n in (1, 2)}

    assert "1 chat can no longer be opened. What was saved stays." == lines[1][-1] == lines[2][-2]
    assert "The next save tries again" in lines[2][-1]


@pytest.mark.drawn
def test_where_no_contract_is_read_nothing_is_called_saved(desk: TerminalWorld) -> None:
    """180 days after its end a job's rooms are read no more; rescue says how they are saved again."""
    now = desk.clock.time
    desk.sync()
    desk.contract("job1", desk.room, state="closed", closed_at=now - timedelta(days=181))

    screen, _talk = desk.both("sync")
    rescued = desk.both("save", "--all", code=2)[1]
    listed, _talk = desk.both("job")
    output, _talk = desk.both("job", "show", "job1")

    assert screen.startswith("Every job has ended: no chat is saved any more.")
    assert "Nothing is missing" not in screen
    assert "closed more than 180 days ago. To save it again: archive job end job1 --undo" in " ".join(rescued.split())
    ended = f"closed, not saved since {now.astimezone(JST) - timedelta(days=1):%Y-%m-%d}"
    assert ended in listed
    assert ended in output


def test_a_closed_contract_tells_until_when_it_is_saved(desk: TerminalWorld) -> None:
    """A day, not a number of days that stays the same."""
    now = desk.clock.time
    desk.contract("job1", desk.room, state="closed", closed_at=now - timedelta(days=100))

    listed, _talk = desk.both("job")

    assert f"closed, saved until {now.astimezone(JST) + timedelta(days=80):%Y-%m-%d}" in listed


# --- show ----------------------------------------------------------------------------------------


def test_a_time_that_no_calendar_holds_is_shown_as_unknown(desk: TerminalWorld) -> None:
    """The message stands there all the same."""
    message = {"message_id": "7", "account": {"account_id": 7}, "body": "いつのメッセージか", "send_time": 2**60}
    desk.chatwork.fail(Fault.REPLY, r"messages\?force=1", body=json.dumps([message]).encode())
    desk.sync()

    output, _talk = desk.both("search", "--chat", desk.room)

    assert output.startswith("?  ")
    assert "いつのメッセージか" in output


def test_a_message_known_by_its_id_alone_is_shown_with_a_derived_time(desk: TerminalWorld) -> None:
    """Between the others, marked as derived; a period leaves it out when its derived time does."""
    at = desk.clock() - timedelta(days=3)
    gone = desk.chatwork.post(desk.room, desk.tanaka, "消える", at=at)
    desk.chatwork.vanish(gone)
    desk.post(f"[rp aid={desk.tanaka} to={desk.room}-{gone}]はい")
    desk.sync()
    local = at + timedelta(hours=9)

    output, _ = desk.both("search", "--chat", desk.room)
    later, _ = desk.both("search", "--chat", desk.room, "--from", f"{local + timedelta(days=1):%Y-%m-%d}")

    (line,) = [line for line in output.splitlines() if f"m{gone}" in line]
    assert line.startswith(f"about {local:%Y-%m-%d %H:%M} (derived from the id)")
    assert "not readable" in line
    assert output.index(f"m{gone}") < output.index("はい")
    assert f"m{gone}" not in later


# --- rooms ---------------------------------------------------------------------------------------


def test_long_numbers_of_rooms_stand_apart_from_the_next_column(desk: TerminalWorld) -> None:
    """Twelve digits and more."""
    rooms = [{"room_id": 388277412345, "name": "長い", "type": "group"}, {"room_id": 5, "name": "短い", "type": "my"}]
    desk.chatwork.fail(Fault.REPLY, "/v2/rooms$", body=json.dumps(rooms).encode())

    output, _talk = desk.both("job", "chats")

    assert ["388277412345", "group"] == output.splitlines()[1].split()[:2]
    assert output.splitlines()[1].index("group") == output.splitlines()[2].index("my chat")


NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failed", "left_over", "expected"),
    [
        (0, True, "not everything was read in time; the next save reads the rest. See: archive status"),
        (1, True, "(chats 1, files 0, gaps 0). Some was left for the next save to read. See: archive status"),
        (1, False, "(chats 1, files 0, gaps 0). See: archive status"),
    ],
)
def test_what_was_left_over_is_said_as_that(failed: int, left_over: bool, expected: str) -> None:
    """And not as nothing of everything."""
    rooms = [RoomReport(RoomId(5), "", RoomOutcome.FAILED)] * failed
    report = SyncReport(1, NOW, complete=False, rooms=rooms, left_over=left_over)

    assert notice_line(report).endswith(expected)


@pytest.mark.drawn
def test_a_run_that_saved_does_not_say_that_nothing_was_saved_for_a_year(tmp_path: Path) -> None:
    """The computer is a year ahead, and nothing tells which clock is right; each run saves, so nothing is stale."""
    with Chatwork(token=TOKEN, now=lambda: datetime.now(UTC) - timedelta(days=365)) as chatwork:
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")], announce=False)
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ |= {"ARCHIVE_LANG": "en"}
        set_up_rooms(terminal, [room])
        told = [terminal.both("sync", code=4)[1] for _run in range(2)]
        told += terminal.both("status")[1:]

    assert "One of the two is wrong" in told[0]
    assert "Nothing was saved for" not in "".join(told)
