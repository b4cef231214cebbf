"""What `archive status --full` says when an account's calls are shared, and of a home over the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from archiver.health import folders
from archiver.settings.home import Mount
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.sync import run_end
from archiver.sync.run import run_sync
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.world import LIMITS, World, running_world


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork that answers."""
    with Chatwork(token=TOKEN, limit=300) as chatwork:
        yield chatwork


def look(terminal: Terminal, name: str) -> tuple[str, str]:
    """One look of `archive status --full`."""
    (found,) = [one for one in terminal.json("status", "--full")["looks"] if one["name"] == name]
    return found["level"], found["text"]


@pytest.mark.drawn
def test_two_archives_of_one_account_on_this_computer_are_told_of_each_other(
    chatwork: Chatwork, tmp_path: Path
) -> None:
    """After a save of each, by their folders; never in an exit code of a save; once one is gone it is over."""
    other = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[other], announce=False)
    first, second = Terminal(tmp_path / "one", chatwork), Terminal(tmp_path / "two", chatwork)
    for terminal in (first, second):
        terminal.environ["XDG_STATE_HOME"] = str(tmp_path / "state")
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", room)
        terminal.run("-q", "sync")
    budget = look(first, "budget")
    second.home.rename(tmp_path / "elsewhere")

    assert "attention" == budget[0]
    assert f"{first.home}, {second.home}" in budget[1]
    assert "good" == look(first, "budget")[0]


def others_call(world: World, number: int) -> None:
    """Another tool of the same person."""
    for _ in range(number):
        requests.get(
            f"{world.chatwork.base_url}/me", headers={"x-chatworktoken": world.chatwork.token or ""}, timeout=5
        )


@pytest.mark.parametrize(
    ("number", "expected"), [(0, False), (run_end.OWN_CALLS_AT_MOST, False), (run_end.OWN_CALLS_AT_MOST + 1, True)]
)
def test_a_run_remembers_that_others_called_meanwhile(tmp_path: Path, number: int, expected: bool) -> None:
    """More than our own commands do; what was called between two runs does not count."""
    with running_world(tmp_path / "home", limit=300, token=TOKEN) as world:
        others_call(world, 50)
        posted = world.posts(3)
        world.sync()
        others_call(world, 50)
        collected: list[str] = []

        def meanwhile(step: object, _name: str) -> None:
            collected.append(str(step))
            if len(collected) == 1:
                others_call(world, number)

        world.clock.pass_by(seconds=1)
        progress, options = ProgressCallbacks(on_step=meanwhile), Options(full=True, limits=LIMITS)
        run_sync(
            world.archive, world.new_client(), world.downloads, now=world.clock, options=options, progress=progress
        )
        with world.archive.reading() as reading:
            remembered = remembered_values.OTHER_CALLS.recall(reading)

    assert (expected, True) == (remembered is not None, bool(collected and posted))


def test_a_home_over_the_network_is_to_be_moved_and_can_still_be_read(chatwork: Chatwork, tmp_path: Path) -> None:
    """`check` calls for it; nothing else is refused."""
    terminal = Terminal(tmp_path / "home", chatwork)
    terminal.run("init", "--yes")

    mount = Mount(str(tmp_path.resolve()), "cifs", "//a/b")
    home_folder = folders.observe_home(terminal.home, {}, mounts=lambda: [mount])

    assert ("action", True) == (
        folders.check_home_folder(home_folder)[1].value,
        "cifs" in folders.check_home_folder(home_folder).text,
    )
    with Archive(terminal.home).reading() as reading:
        assert reading.home == terminal.home
