"""What a run loads when Chatwork shows nothing new: it starts every few minutes, and imports are most of its time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

LOADED = (
    "import sys; from archiver.cli.main import main; code = main(sys.argv[1:]); "
    "sys.stdout.write(chr(10).join(sys.modules)); sys.exit(code)"
)

LIBRARIES = {
    *("backports", "certifi", "charset_normalizer", "click", "cython_runtime", "filelock", "idna", "msgspec"),
    *("platformdirs", "requests", "sqlalchemy", "typing_extensions", "urllib3"),
}
"""What a quiet run needs besides Python and this program: HTTP, SQL, the command line, the forms of replies."""

UNNEEDED = (
    *("archiver.alerts", "archiver.chatwork.notation", "archiver.custody.backup", "archiver.custody.verify"),
    *("archiver.demo", "archiver.evidence.tables", "archiver.evidence.verify.package", "archiver.export"),
    *("archiver.notices.delivery", "archiver.rounds.alert_judging", "archiver.setup", "archiver.store.backup"),
    *("archiver.web", "multiprocessing", "plistlib", "smtplib", "xml"),
)
"""What is only needed where something is to be judged, told, copied, exported or shown."""

NO_PART_OF_STATUS = frozenset({"archiver.sync.pull.context", "archiver.sync.run_end", "archiver.sync.transfer"})
"""Parts of a run, which how things stand is told without."""


def test_a_quiet_run_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    """No rules, no exports, no pages, no mail: they are imported by the run that has something for them.

    Nor does `status` load what only a run needs.
    """
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka])
        chatwork.post(room, tanaka, "よろしくお願いします")
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", room, "--title", "動画編集10本")
        for _run in range(2):
            terminal.run("--quiet", "sync")

        loaded = _modules_of(terminal, "--quiet", "sync")
        loaded_by_status = set(_modules_of(terminal, "status"))

    assert set() == loaded_by_status & NO_PART_OF_STATUS
    ours = {name for name in loaded if any(f"{name}.".startswith(f"{part}.") for part in UNNEEDED)}
    roots = {name.partition(".")[0] for name in loaded if not name.startswith("_")}
    assert set() == ours
    assert set() == roots - LIBRARIES - sys.stdlib_module_names - {"archiver", "sitecustomize"}


def _modules_of(terminal: Terminal, *arguments: str) -> list[str]:
    process = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env={**os.environ, **terminal.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.splitlines()
