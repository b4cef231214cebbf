"""`archive daemon` as a real process: it saves again and again, stops at a word, and may be killed at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.schedule import schedulers
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.killed_runs import change_rooms, set_up_rooms, table_contents
from tests.support.terminals.terminal import TOKEN, Terminal

PATIENCE = 120
"""Seconds that anything may take here: on a computer with ten times as much other work a start alone took 40."""


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        yield chatwork


@pytest.fixture
def terminal(chatwork: Chatwork, tmp_path: Path) -> Terminal:
    """An archive of one room with one message, and a round each second."""
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    chatwork.post(room, tanaka, "こんにちは")
    made = Terminal(tmp_path / "home", chatwork)
    set_up_rooms(made, [room])
    hurry(made)
    return made


def hurry(terminal: Terminal) -> None:
    """Let rounds come each second."""
    path = terminal.home / "archive.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('every = "5m"', 'every = "1s"'), encoding="utf-8")


def start(terminal: Terminal, *options: str) -> subprocess.Popen[str]:
    """A daemon of its own."""
    return subprocess.Popen(
        terminal.command("daemon", *options),
        env=terminal.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def wait(until: Callable[[], bool]) -> None:
    """Wait for something that the daemon does."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def rounds(terminal: Terminal) -> int:
    """How many rounds went through."""
    log = terminal.home / "logs" / "archive.log"
    return log.read_text(encoding="utf-8").count("requests=") if log.exists() else 0


def stop(daemon: subprocess.Popen[str], sign: int = signal.SIGTERM) -> tuple[float, str]:
    """Ask it to stop: seconds until it has, and what it said. It ends with 0."""
    begun = time.monotonic()
    daemon.send_signal(sign)
    output, _ = daemon.communicate(timeout=PATIENCE)
    assert 0 == daemon.returncode, output
    return time.monotonic() - begun, output


MORE = pytest.mark.drawn


@pytest.mark.parametrize(
    "sign",
    [signal.SIGTERM, pytest.param(signal.SIGINT, marks=MORE), pytest.param(signal.SIGHUP, marks=MORE)],
)
def test_it_saves_again_and_again_and_stops_at_a_signal(terminal: Terminal, sign: int) -> None:
    """Several rounds, one verification, the lock free between them, and a clean end."""
    daemon = start(terminal)
    wait(lambda: rounds(terminal) >= 2)
    wait(lambda: "verified=whole findings=0" in (terminal.home / "logs" / "archive.log").read_text(encoding="utf-8"))
    payload = terminal.json("verify")
    seconds, output = stop(daemon, sign)

    assert seconds < 5
    assert payload["ok"]
    assert "Traceback" not in output
    terminal.run("sync")


@pytest.mark.drawn
def test_a_second_one_is_refused(terminal: Terminal) -> None:
    """Exit 11 at once; other commands are not in its way, and whoever asks what saves by itself is told of it."""
    assert None is schedulers.find_starters(terminal.home, {})
    daemon = start(terminal)
    wait(lambda: rounds(terminal) >= 1)

    terminal.run("daemon", code=11)

    terminal.run("status")
    assert "archive daemon" == schedulers.find_starters(terminal.home, {})
    stop(daemon)
    assert None is schedulers.find_starters(terminal.home, {})


def test_it_needs_an_archive_and_right_settings(terminal: Terminal) -> None:
    """Without an archive, or with a broken archive.toml, it does not begin: exit 5."""
    terminal.run("--home", terminal.home.parent / "nothing", "daemon", code=5)
    (terminal.home / "archive.toml").write_text("sync = 1", encoding="utf-8")

    terminal.run("daemon", code=5)


@pytest.mark.drawn
@pytest.mark.parametrize(("fault", "path"), [(Fault.HANG, "/messages"), (Fault.SERVER_ERROR, "/rooms")])
def test_it_stops_in_seconds_even_if_chatwork_hangs_or_it_waits_for_its_turn(
    terminal: Terminal, chatwork: Chatwork, fault: Fault, path: str
) -> None:
    """A call that nobody answers does not hold it, nor does a wait; what it had is there, and nobody's lock."""
    chatwork.fail(fault, path, times=None, seconds=25)
    chatwork.requests.clear()
    daemon = start(terminal)
    wait(lambda: any(path in request.path for request in chatwork.requests))

    seconds, _ = stop(daemon)

    assert seconds < 12  # half of the hang: a busy computer needs some of them for the end itself
    chatwork.heal()
    terminal.run("sync")
    assert terminal.json("verify")["ok"]


@pytest.mark.drawn
def test_a_refused_token_is_said_and_mended_without_a_new_start(terminal: Terminal, chatwork: Chatwork) -> None:
    """It stops asking; `init token`, while it runs, is enough."""
    path, token = terminal.home / "archive.toml", terminal.home / "token"
    settings = path.read_text(encoding="utf-8").replace("env:CHATWORK_API_TOKEN", "file:token")
    path.write_text(settings, encoding="utf-8")
    token.touch(mode=0o600)
    token.write_text(TOKEN, encoding="utf-8")
    del terminal.environ["CHATWORK_API_TOKEN"]
    daemon = start(terminal)
    wait(lambda: rounds(terminal) >= 1)
    chatwork.revoke_token(new="another")
    log = terminal.home / "logs" / "archive.log"
    wait(lambda: "failed=TokenRefused code=10" in log.read_text(encoding="utf-8"))
    count_before = len(chatwork.requests)
    time.sleep(3)
    assert count_before == len(chatwork.requests)

    stored = token.with_name("token.new")
    stored.touch(mode=0o600)
    stored.write_text("another", encoding="utf-8")
    stored.replace(token)  # at once, as `init token` does: the daemon may look at any moment
    before = rounds(terminal)
    wait(lambda: rounds(terminal) > before)
    _, output = stop(daemon)

    assert (1, 1) == (output.count("APIトークンが使えません"), output.count("archive init token"))


def kill_and_restart(
    terminal: Terminal, chatwork: Chatwork, times: int, dice: random.Random, *, post: Callable[[], None]
) -> None:
    """Start daemons and kill each at a random moment: one in five while it starts, the others in or after a round.

    Something is posted before each, so that there is work.
    """
    for _ in range(times):
        post()
        count_before = len(chatwork.requests)
        daemon = subprocess.Popen(
            terminal.command("daemon"), env=terminal.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if dice.random() > 1 / 5:
            wait(lambda: len(chatwork.requests) > count_before)  # noqa: B023 - over before the next one begins
        time.sleep(dice.uniform(0, dice.choice((0.05, 0.3))))  # a round of a fast computer takes a tenth of a second
        daemon.kill()
        assert -signal.SIGKILL == daemon.wait()


def judge(chatwork: Chatwork, tmp_path: Path, *, rooms: int, steps: int, kills: int) -> int:
    """A daemon that was killed over and over against undisturbed runs: both hold the same, and verify.

    Gives how many of its rounds were killed half-way; the other kills came before, between or after rounds.
    """
    client = chatwork.add_account("田中")
    made = [chatwork.add_room(f"部屋{number}", members=[client], announce=False) for number in range(rooms)]
    for room in made:
        for number in range(60):  # with what comes until the first sync no more than a list holds
            chatwork.post(room, client, f"前からの{number}通目")
    calm, rough = Terminal(tmp_path / "calm", chatwork), Terminal(tmp_path / "rough", chatwork)
    set_up_rooms(calm, made)
    shutil.copytree(calm.home, rough.home)
    hurry(rough)
    dice, posts = random.Random(11), list[str]()

    def post() -> None:
        for room in made:
            chatwork.post(room, client, f"{len(chatwork.requests)}回の後のメッセージ")
            if dice.random() < 1 / 2:  # fewer in all than a list of files holds
                chatwork.upload(room, client, "途中.bin", data=bytes(50_000))

    for step in range(steps):
        change_rooms(chatwork, made, client, posts, step)
        kill_and_restart(rough, chatwork, kills // steps, dice, post=post)
        calm.run("sync", "--full")
        rough.run("sync", "--full")

    assert table_contents(calm.home) == table_contents(rough.home)
    verified = rough.json("verify", "--deep")
    assert (True, []) == (verified["ok"], verified["findings"])
    assert [] == list((rough.home / "files" / "incoming").glob("*"))
    return (rough.home / "logs" / "archive.log").read_text(encoding="ascii").count("killed=")


@pytest.mark.parametrize(
    ("rooms", "steps", "kills"),
    [pytest.param(2, 2, 20, marks=pytest.mark.drawn), pytest.param(3, 10, 100, marks=pytest.mark.slow)],
)
def test_kills_lose_nothing(chatwork: Chatwork, tmp_path: Path, rooms: int, steps: int, kills: int) -> None:
    """Killed at random moments and several times within a round, the archive is as if undisturbed."""
    assert judge(chatwork, tmp_path, rooms=rooms, steps=steps, kills=kills) >= kills // 4


@pytest.mark.drawn
def test_it_goes_on_when_nobody_reads_what_it_says(terminal: Terminal, chatwork: Chatwork) -> None:
    """A closed terminal is no reason to stop saving."""
    daemon = subprocess.Popen(
        terminal.command("-v", "daemon"), env=terminal.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert daemon.stdout is not None
    daemon.stdout.readline()
    daemon.stdout.close()
    before = rounds(terminal)
    wait(lambda: rounds(terminal) >= before + 2)

    daemon.terminate()

    assert daemon.wait(PATIENCE) in (0, 1, 120)  # Python itself complains of the pipe at its end, by 120 while it ends


@pytest.mark.drawn
def test_a_job_without_a_console_runs(terminal: Terminal) -> None:
    """With no stdout and no stderr at all, as pythonw starts it on Windows, a scheduled round saves all the same."""
    command = " ".join(f"'{word}'" for word in terminal.command("-q", "sync"))

    completed = subprocess.run(["sh", "-c", f"{command} >&- 2>&-"], env={**os.environ, **terminal.environ})

    assert (0, 1) == (completed.returncode, rounds(terminal))


@pytest.mark.drawn
def test_one_process_saves_all_archives_and_a_broken_one_stops_nobody(terminal: Terminal, chatwork: Chatwork) -> None:
    """Two homes are saved, a third with broken settings is named, and a word stops all."""
    second, broken = (Terminal(terminal.home.with_name(name), chatwork) for name in ("second", "broken"))
    terminal.run("sync")
    for other in (second, broken):
        shutil.copytree(terminal.home, other.home)
        other.run("sync")
    for made in (terminal, second):
        (made.home / "token").write_text(TOKEN, encoding="utf-8")
        (made.home / "token").chmod(0o600)
        path = made.home / "archive.toml"
        path.write_text(
            path.read_text(encoding="utf-8").replace('"env:CHATWORK_API_TOKEN"', '"file:token"'), encoding="utf-8"
        )
    (broken.home / "archive.toml").write_text("[sync", encoding="utf-8")
    before = [rounds(terminal), rounds(second)]

    daemon = start(terminal, "--all")
    wait(lambda: rounds(terminal) > before[0] + 1 and rounds(second) > before[1] + 1)
    seconds, output = stop(daemon)

    assert seconds < 5
    assert str(broken.home) in output
    assert str(second.home) not in output
