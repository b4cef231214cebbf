"""What commands over an archive of a million messages hold of memory.

Each command runs in a process of its own.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from archiver.cli.context import INCOMPLETE
from archiver.cli.main import main
from tests.benchmarks.instruments.large_archives import COUNT, add_changes, million_messages
from tests.benchmarks.instruments.measure import Figure, run_alone

BAR = 300
COMMANDS = {
    "status": ("status", "--json"),
    "verify": ("verify", "--json"),
    "export": ("export", "job1", "--for", "lawyer", "--json"),
}


def measure(folder: Path) -> list[Figure]:
    """The peak of memory of each command, of which the largest is compared with the bar."""
    home = folder / "home"
    archive = million_messages(home)
    add_changes(archive)
    archive.close()
    results = {name: run_alone(command, str(home), *arguments) for name, arguments in COMMANDS.items()}
    package = next(path for path in (home / "exports").iterdir() if path.is_dir())
    results["verify PACKAGE"] = run_alone(command, str(home), "verify", str(package), "--json")
    for name, result in results.items():
        expected = INCOMPLETE if name == "export" else 0
        assert result.result == expected, f"{name} ended with {result.result}"
    measured = ", ".join(f"`{name}` {one.mebibytes:.0f} MiB in {one.seconds:.0f} s" for name, one in results.items())
    met = max(one.mebibytes for one in results.values()) <= BAR
    return [Figure(f"memory at {COUNT:,} messages", f"≤ {BAR} MiB", measured, met)]


def command(home: str, *arguments: str) -> int:
    """Run `archive` in this process; its exit code."""
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--home", home, *arguments])
