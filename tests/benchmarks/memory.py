"""What commands over an archive of a million messages hold of memory, and how long its largest package takes.

Each command runs in a process of its own.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from archiver.cli.context import INCOMPLETE
from archiver.cli.main import main
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.benchmarks.instruments.million_messages import CHANGED, COUNT, add_changes, million_messages

BAR = 300
MINUTES_BAR = 6
COMMANDS = {
    "status": ("status", "--json"),
    "verify": ("verify", "--json"),
    "export": ("export", "job1", "--for", "lawyer", "--json"),
}


def measure(folder: Path) -> list[Figure]:
    """The peak of memory of each command, of which the largest is compared with the bar; the time of the package."""
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
    numbers: dict[str, float] = {}
    for name, result in results.items():
        key = name.lower().replace(" ", "_")
        numbers |= {f"{key}_mebibytes": result.mebibytes, f"{key}_seconds": result.seconds}
    met = max(one.mebibytes for one in results.values()) <= BAR
    memory = Figure(f"memory at {COUNT:,} messages", f"≤ {BAR} MiB", measured, met, numbers)
    return [memory, _package(results["export"].seconds, results["verify"].seconds)]


def _package(seconds: float, verify_seconds: float) -> Figure:
    """How long the package takes, beside the verification of the archive, which reads all that goes into it."""
    what = f"`export --for lawyer` of {COUNT:,} messages, {CHANGED:,} of them edited, as many files and tasks"
    measured = f"{seconds / 60:.1f} min ({seconds / verify_seconds:.0f} × `archive verify` of the same)"
    met = seconds <= MINUTES_BAR * 60
    return Figure(what, f"≤ {MINUTES_BAR} min", measured, met, {"seconds": seconds})


def command(home: str, *arguments: str) -> int:
    """Run `archive` in this process; its exit code."""
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--home", home, *arguments])
