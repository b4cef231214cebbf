"""Two archives with the same 100,000 messages side by side: `archive verify`, beside what it takes to verify both."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import Figure, run_alone

MESSAGES, A_READING = 100_000, 20
SECONDS = 20.0
"""Of CPU: the bar."""

AFTER = datetime(2036, 1, 1, tzinfo=UTC)
"""Later than the last message."""


def measure(folder: Path) -> list[Figure]:
    """Both are verified first, as in a user's call; the folder with page, PDF and tables counts, too."""
    a, b = folder / "a", folder / "b"
    fill_archive(a, MESSAGES, new=A_READING).close()
    shutil.copytree(a, b)
    compared = run_alone(compare_two, str(a), str(b), str(folder / "out"))
    verified = run_alone(verify_two, str(a), str(b))
    measured = (
        f"{compared.cpu:.1f} s of CPU ({compared.cpu / verified.cpu:.1f} × verifying both, {verified.cpu:.1f} s), "
    )
    measured += f"{compared.mebibytes:.0f} MiB"
    what = f"`archive verify A B` over {MESSAGES:,} common messages, with page, PDF and tables"
    return [Figure(what, f"≤ {SECONDS:g} s", measured, compared.cpu <= SECONDS)]


def compare_two(a: str, b: str, out: str) -> None:
    """Compare as the command does."""
    from archiver.comparison.comparison_report import compare
    from archiver.comparison.message_comparison import Outcome

    summary = compare(Path(a), Path(b), folder=Path(out), at=AFTER)
    assert MESSAGES == summary.total([Outcome.SAME]) == summary.total()
    assert summary.a.verification.ok


def verify_two(a: str, b: str) -> None:
    """Verify one after the other."""
    from archiver.custody.verify import verify_path

    assert verify_path(Path(a)).ok
    assert verify_path(Path(b)).ok
