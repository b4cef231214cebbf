"""Nothing happens at import: no file, no socket, no process; and a run without news imports little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.module_imports import imports_of
from tests.support.terminals.terminal import TOKEN, Terminal

ROOT = Path(__file__).parents[1]

#: Runs in a process of its own: argv is the folder to import from, then libraries, `--`, and modules.
#: Libraries come first and unwatched, so that what they do at import is not laid at our door.
WATCHER = r"""
import importlib, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
cut = sys.argv.index("--")
current = ""
seen = set()

LOUD = (
    "socket.", "subprocess.", "shutil.", "tempfile.", "sqlite3.", "urllib.", "http.", "ctypes.dlopen",
    "os.putenv", "os.unsetenv", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
    "os.chdir", "os.kill", "signal.", "_thread.start_new_thread",
)

def watch(event, arguments):
    if not current:
        return
    if event == "open":
        path, mode, flags = arguments
        is_code = str(path).endswith((".py", ".pyc", ".so", ".pyd"))
        writes = isinstance(flags, int) and flags & 3
        if writes or not is_code:
            seen.add(f"{current}: open {path}")
    elif event.startswith(LOUD):
        seen.add(f"{current}: {event}")

for name in sys.argv[2:cut]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # absent on this platform or in this Python: then ours must do without it too
sys.addaudithook(watch)
for name in sys.argv[cut + 1:]:
    current = name
    importlib.import_module(name)
    current = ""
for line in sorted(seen):
    print(line)
"""


def import_noises(folder: Path, libraries: set[str], names: list[str]) -> list[str]:
    """What importing the modules does besides loading code, one line each: `module: event`."""
    command = [sys.executable, "-c", WATCHER, str(folder), *sorted(libraries), "--", *names]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_importing_any_module_touches_nothing() -> None:
    """Every module can be imported without a trace: what it needs it is given later."""
    found = imports_of(ROOT / "archiver")
    # Alembic runs these scripts itself, within a migration; they are no modules to import.
    names = [f"archiver.{name}" for name in found if not name.endswith("migrations.env")]
    libraries = {name for names_of_one in found.values() for name in names_of_one if not name.startswith("archiver")}

    actual = import_noises(ROOT, libraries, names)

    assert [] == actual


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("import socket; socket.socket().close()", "socket.__new__"),
        ("import os; os.environ['LOUD'] = '1'", "os.putenv"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "subprocess.Popen"),
        ("open(__file__ + '.txt', 'w').close()", "open"),
        ("from pathlib import Path; Path(__file__ + '.d').mkdir()", "os.mkdir"),
    ],
)
def test_a_noisy_module_is_noticed(tmp_path: Path, source: str, event: str) -> None:
    """A module that does something at import is named, with what it did."""
    (tmp_path / "noisy.py").write_text(source, encoding="utf-8")

    actual = import_noises(tmp_path, set(), ["noisy"])

    assert any(line.startswith(f"noisy: {event}") for line in actual)


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
    *("archiver.notices.delivery", "archiver.rounds.alert_judging", "archiver.setup", "archiver.store.backup_copy"),
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
