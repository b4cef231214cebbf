"""Nothing happens at import: no file, no socket, no process, no change of the environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.module_imports import imports_of

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
