"""`archive status` as a user sees it: slow works, warnings of the document, how saving stands, 80 columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.output import columns
from archiver.cli.reading.full_status import tell_progress
from archiver.health.snapshot import ComputerState, Starters
from archiver.setup.answers import BEGUN, FINISHED, note_answer
from archiver.standing.emergencies import emergencies
from archiver.standing.emergency_words import emergency_text
from archiver.standing.home_document import saving_words
from archiver.store.archive import Archive
from archiver.store.queries.looks_and_gaps import LastLooks
from archiver.store.queries.status import status
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastSync, ScheduledRun
from archiver.store.working.single_reads import BackfillCounts, SlowWork
from tests.support.archives.maker import hidden_story
from tests.support.chatwork.simulator import Fault
from tests.support.terminals.situations import ago, situation
from tests.support.terminals.terminal import Terminal
from tests.support.terminals.terminal_world import TerminalWorld

# --- the slow works ------------------------------------------------------------------------------


def test_re_reading_and_back_fill_stand_on_the_screen_and_in_the_document(desk: TerminalWorld) -> None:
    """What is old, what came of ids that something named; and when those were posted that could not be read."""
    for number in (5, 60):
        desk.posts(number)
        desk.sync()
    gone = desk.post("消える")
    desk.chatwork.vanish(gone)
    desk.post(f"[rp aid=1 to={desk.room}-{gone}]はい")
    desk.posts(50)
    desk.sync()

    screen, _talk = desk.both("status", "--full", code=4)
    document = desk.document("status")

    oldest = desk.rows("window")[-1]["oldest"]
    old = sum(int(one) < oldest for one in desk.states())
    assert {"old": old, "confirmed": old} == document["reread"]
    assert {"waiting": 0, "read": 0, "hidden_by_plan": 0, "not_readable": 1} == document["backfill"]
    assert f"Checked again   {old} of {old} old messages seen again within 30 days" in screen
    today = f"{desk.clock() + timedelta(hours=9):%Y-%m-%d}"
    assert "Back-fill   not readable 1" in screen
    assert f"unseen ones: about {today} - {today} (derived from the ids)" in screen
    assert not [line for line in screen.splitlines() if columns(line) > 80 and str(desk.home) not in line]


@pytest.mark.parametrize("number", [1, 999_999_999])
def test_the_lines_fit_on_the_screen(capsys: pytest.CaptureFixture[str], number: int) -> None:
    """Whatever the numbers, and whether or not the ids tell a time."""
    unseen = None if number == 1 else (5, 2_124_000_580_861_972_481)

    tell_progress(SlowWork(number, number, BackfillCounts(number, number, number, number, unseen)), days=30)

    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if columns(line) > 80]
    assert (number > 1) == any("? - 2026-07-01" in line for line in lines)


def test_a_list_that_came_empty_is_said(desk: TerminalWorld) -> None:
    """As long as the last list is the empty one; nothing is called deleted. A young archive tells of no slow work."""
    desk.posts(3)
    desk.sync()
    desk.chatwork.fail(Fault.REPLY, r"messages\?force=1", status=204, body=b"")
    desk.sync(full=True)
    emptied, _talk = desk.both("status")
    desk.sync()
    healed, _talk = desk.both("status")

    told = "came empty, though messages are saved"
    assert (True, False) == tuple(told in " ".join(screen.split()) for screen in (emptied, healed))
    assert ("Checked again" in emptied + healed, "Back-fill" in emptied + healed) == (False, False)


# --- warnings ------------------------------------------------------------------------------------


def warnings(desk: TerminalWorld) -> str:
    """The warnings of the document in English."""
    return " | ".join(desk.document("status")["warnings"])


def test_a_good_day_has_no_warning(desk: TerminalWorld) -> None:
    """But before the first run it says what to do, and after a typed one that nothing saves by itself."""
    before = warnings(desk)
    desk.sync()
    typed = warnings(desk)
    desk.both("-q", "sync")

    assert "Run: archive save" in before
    assert "Automatic saving is off on this computer" in typed
    assert "" == warnings(desk)


def harm(desk: TerminalWorld) -> None:
    """A chat that cannot be opened, a gap, a wrong clock, unread messages that became fewer."""
    for number in (3, 130):
        desk.posts(number)
        desk.sync()
    desk.chatwork.remove_owner(desk.room)
    desk.sync()
    desk.remember(remembered_values.CLOCK_OFFSET, -90_000)
    desk.remember(remembered_values.UNREAD_DROPPED, datetime.now(UTC))


def test_each_trouble_is_one_warning_without_names(desk: TerminalWorld) -> None:
    """Of those."""
    harm(desk)

    text = warnings(desk)

    expected = (
        f"This chat cannot be opened (reason unknown): {desk.room} (since ",
        "are not saved, about 30. Bring them in: archive guide old",
        "clock is 2 minutes ahead",
        "your unread messages became fewer",
    )
    assert [] == [sentence for sentence in expected if sentence not in text]
    assert not [name for name in ("田中", "動画編集") if name in text]


def test_chats_that_fail_or_are_left_unread_are_named_with_a_time(desk: TerminalWorld) -> None:
    """However often the others are saved meanwhile."""
    failing, left = (desk.chatwork.add_room(name, members=[desk.tanaka]) for name in ("別", "もう一つ"))
    desk.contract("job1", desk.room, failing, left)
    desk.clock.pass_by(hours=-20)
    desk.sync()
    desk.clock.pass_by(hours=20)
    desk.chatwork.post(left, desk.tanaka, "急ぎです")
    desk.chatwork.post(failing, desk.tanaka, "はい")
    desk.chatwork.fail(Fault.FORBIDDEN, f"/rooms/{failing}/messages", times=None)
    desk.sync(rooms=frozenset({desk.room, failing}))

    text = warnings(desk)

    assert f"This chat was not read last time: {left} (last read " in text
    assert f"This chat could not be read: {failing} (since " in text
    assert "Nothing was saved" not in text
    rooms = {room["room_id"]: room for room in desk.document("status")["rooms"]}
    assert rooms[desk.room]["looked_at"] > rooms[left]["looked_at"]


@pytest.mark.drawn
def test_a_cut_list_of_files_is_told(desk: TerminalWorld) -> None:
    """In every `status`, not only after the run that met it."""
    for number in range(100):
        desk.chatwork.upload(desk.room, desk.tanaka, f"f{number}", data=b"x")
    desk.sync()
    desk.sync()

    assert f"there may be more that are not kept: {desk.room} files." in warnings(desk)


def test_where_every_contract_has_ended_that_is_said(desk: TerminalWorld) -> None:
    """Nothing is saved any more, and that may not be what the user thinks."""
    desk.sync()
    desk.contract("job1", desk.room, state="stopped")

    assert "Every job has ended: no chat is saved any more." in warnings(desk)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_worst_screen_fits_in_80_columns(desk: TerminalWorld, language: str) -> None:
    """Long names, a gap, a chat that is gone, old messages: no line is longer than the screen."""
    desk.chatwork.rename_room(desk.room, "とても長い名前のチャット、動画編集とサムネイルとそのほかいろいろ_田中様")
    desk.contract("job1", desk.room, title="とても長い題の仕事、動画の編集10本とサムネイル10枚とそのほかいろいろ")
    harm(desk)

    screen, _talk = desk.both("status", ARCHIVE_LANG=language)

    assert [] == [line for line in screen.splitlines() if columns(line) > 80 and str(desk.home) not in line]


def test_the_worst_day_counts_deletions_that_the_plan_hid_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`rescue` and the block of `status` tell of them."""
    monkeypatch.setenv("LANGUAGE", "en")
    maker = hidden_story(tmp_path / "home")
    with maker.archive.reading() as reading:
        emergency = emergencies(reading, status(reading).contracts, [], always=True)[0]
    maker.archive.close()

    words = " ".join(line for row in emergency_text(emergency, datetime.now(UTC))[1] for line in row.lines)
    assert "1 message of the client deleted after saving" in words
    assert "3 messages of the client hidden by the plan" in words


MINUTE = timedelta(minutes=1)
WRONG = {"CHATWORK_API_TOKEN": "f" * 32}


LONG_AGO = {"last_run": ago(hours=30), "looks": LastLooks({}), "scheduled_run": None}
NEVER = {"last_run": None, "looks": LastLooks({}), "scheduled_run": None}


REFUSED = "failed: the API token is not accepted"


def starting(names: str | None, *, is_idle: bool = False) -> ComputerState:
    """A computer on which this starts the runs."""
    return ComputerState(starters=Starters(names, is_idle))


# --- the line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "is_idle", "failed_at", "changed", "expected"),
    [
        ("systemd", False, None, {}, "automatically (every 5 minutes; systemd) last save 22:27 next 22:32"),
        ("systemd", False, None, {"is_complete": False}, "last 22:27 incomplete next 22:32"),
        ("systemd", False, None, LONG_AGO, "last save 11-23 16:31 next within 5 minutes"),
        ("systemd", False, None, NEVER, "last: none yet next within 5 minutes"),
        ("systemd", False, ago(minutes=1), {"error_name": "TokenRefused"}, f"last 22:30 {REFUSED}"),
        ("systemd", False, None, {"error_name": "ArchiverError"}, "last failed next 22:32"),
        ("cron", False, None, {"scheduled_run": ScheduledRun(ago(minutes=2), "TokenRefused")}, f"last 22:29 {REFUSED}"),
        ("cron", True, None, {}, "registered with cron, which does not run last save 22:27"),
        (None, False, None, {}, "nothing here starts it last save 22:27"),
    ],
)
def test_the_line_says_who_saves_how_the_last_round_ended_and_when_the_next_comes(
    names: str | None, is_idle: bool, failed_at: datetime | None, changed: dict[str, Any], expected: str
) -> None:
    """In good and in bad times."""
    words = saving_words(situation(computer=starting(names, is_idle=is_idle), **changed), failed_at=failed_at)

    assert expected in " ".join(words)


# --- on the screen ---------------------------------------------------------------------------------


@pytest.mark.drawn
def test_while_every_run_fails_the_page_is_not_good(desk: TerminalWorld) -> None:
    """The reason and what to do stand first, on the screen and in the document, until a round goes through."""
    desk.sync()
    for _ in range(2):
        desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")
    document = desk.document("status")
    desk.both("sync")
    typed, _talk = desk.both("status")
    desk.both("-q", "sync")
    desk.remember(remembered_values.CLOCK_OFFSET, None)  # the simulated clock stands still
    after, _talk = desk.both("status")

    assert screen.startswith("The last save failed. Reason: the API token is not accepted.")
    assert "archive init token" in screen
    assert "fault" == document["headline"]["kind"]
    assert ["The last save failed. Reason: the API token is not accepted."] == [
        warning.partition(" Paste the one")[0] for warning in document["warnings"]
    ]
    assert typed.startswith("The last automatic save failed")
    assert after.startswith("All good. ")
    assert "failed" not in after


def test_after_a_long_time_the_reason_is_said_and_not_to_save_by_hand(desk: TerminalWorld) -> None:
    """What the notices say is what the page says."""
    desk.sync()
    last = datetime.now(UTC) - timedelta(hours=26)
    desk.remember(remembered_values.LAST_SYNC, LastSync(last, complete=True, every_room=True))
    desk.both("-q", "sync", code=10, **WRONG)

    screen, _talk = desk.both("status")

    assert (True, True) == ("26 hours" in screen, "archive init token" in screen)
    assert "archive save" not in screen


def test_an_interrupted_first_save_is_not_called_none(desk: TerminalWorld) -> None:
    """What came is there; it is said how to go on."""
    desk.post("こんにちは")
    desk.sync()
    desk.remember(remembered_values.LAST_SYNC, None)

    screen, _talk = desk.both("status")

    assert (True, False) == ("No save into this folder has ended" in screen, "Nothing has been saved yet" in screen)


def test_a_set_up_without_a_token_goes_on_with_init(desk: TerminalWorld, tmp_path: Path) -> None:
    """Contracts come later."""
    from archiver.store import migrate

    home = tmp_path / "fresh"
    home.mkdir()
    migrate.create_database(Archive(home).database)
    terminal = Terminal(home, desk.chatwork)

    output = terminal.run(ARCHIVE_LANG="en")

    assert (True, False) == ("Go on with: archive" in output, "job add" in output)


def test_a_first_run_that_was_left_is_remembered(desk: TerminalWorld) -> None:
    """Until its end, or until something saves by itself."""
    desk.sync()
    note_answer(desk.archive, BEGUN)
    left, _talk = desk.both("status")
    note_answer(desk.archive, FINISHED)
    finished, _talk = desk.both("status")

    assert (True, False) == ("The setup is not finished." in left, "setup is not finished" in finished)
