"""The most memory that commands hold over an archive of a million messages, each in a process of its own."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from archiver.cli.main import main
from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import Figure, run_alone

BAR = 300
COUNT = 1_000_000
A_READING = 10
COMMANDS = {
    "status": ("status", "--json"),
    "verify": ("verify", "--json"),
    "export": ("export", "job1", "--profile", "lawyer", "--json"),
}


def measure(folder: Path) -> list[Figure]:
    """The peak of memory of each command; the largest is compared with the bar."""
    home = folder / "home"
    fill_archive(home, COUNT, new=A_READING).close()
    results = {name: run_alone(command, str(home), *arguments) for name, arguments in COMMANDS.items()}
    package = next(path for path in (home / "exports").iterdir() if path.is_dir())
    results["verify PACKAGE"] = run_alone(command, str(home), "verify", str(package), "--json")
    for name, result in results.items():
        assert result.result == 0, f"{name} ended with {result.result}"
    measured = ", ".join(f"`{name}` {one.mebibytes:.0f} MiB in {one.seconds:.0f} s" for name, one in results.items())
    numbers: dict[str, float] = {}
    for name, result in results.items():
        key = name.lower().replace(" ", "_")
        numbers |= {f"{key}_mebibytes": result.mebibytes, f"{key}_seconds": result.seconds}
    met = max(one.mebibytes for one in results.values()) <= BAR
    return [Figure(f"memory at {COUNT:,} messages", f"≤ {BAR} MiB", measured, met, numbers)]


def command(home: str, *arguments: str) -> int:
    """Run `archive` in this process; its exit code."""
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--home", home, *arguments])
