"""The packages of a job: seconds of CPU with PDF, zip and all, beside a bare page or its entries read once.

The messages that a package opens were read before, as somebody does on a page.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import Figure, run_alone

MESSAGES, FILES, SECONDS = 1_000, 30, 5.0
MANY, A_READING, SECONDS_OF_MANY = 100_000, 100, 8.0
"""Messages, and the bar for an office's package."""

MINUTES, MINUTES_OF_MANY = 30_000, 6_000_000
"""The time of the export after the beginning: three weeks after the delivery; after the last message."""


def measure(folder: Path) -> list[Figure]:
    """Each package made in a process of its own, out of archives that are made before the clock runs."""
    from tests.support.packages.exported_archives import long_case, reopen_maker

    home, large = folder / "home", folder / "large"
    long_case(home, MESSAGES, FILES).archive.close()
    fill_archive(large, MANY, new=A_READING).close()
    database = reopen_maker(large).archive.database
    page, entries = run_alone(make_bare_page).cpu, run_alone(read_entries, str(database)).cpu
    for one, minutes in ((home, MINUTES), (large, MINUTES_OF_MANY)):
        run_alone(read_opened, str(one), str(minutes))
    figure = partial(_figure, home, folder, MINUTES, f"{MESSAGES:,} messages and {FILES} files", page, "one bare page")
    what = f"{MANY:,} messages"
    return [
        figure("support", SECONDS),
        *(figure(profile, None) for profile in ("consult", "court", "lawyer")),
        _figure(large, folder, MINUTES_OF_MANY, what, entries, "reading its entries", "support", SECONDS_OF_MANY),
    ]


def read_opened(home: str, minutes: str) -> None:
    """Keep that everything was read that a package for an office opens."""
    from archiver.export.mask.policy_and_covers import masking_policy
    from archiver.export.package.masking_review import Decision, keep_reviews, opened_messages, reviews_of
    from archiver.export.package.order import ExportOrder
    from tests.support.archives.maker import at
    from tests.support.packages.exported_archives import reopen_maker

    archive, now = reopen_maker(Path(home)).archive, at(float(minutes))
    order = ExportOrder(contract="job1", profile="support", policy=masking_policy("support"))
    opened = opened_messages(archive, order, now=now)
    decisions = [Decision(one.id, one.digest) for one in opened]
    keep_reviews(archive, "job1", reviews_of(opened, decisions, at=now), at=now)


def make_package(home: str, profile: str, out: str, minutes: str) -> int:
    """One package as the command makes it; the bytes of its zip."""
    from tests.support.packages.exported_archives import export_package, reopen_maker

    report = export_package(reopen_maker(Path(home)), profile, Path(out), minutes=float(minutes), reads_all=False)
    assert report.messages in (MESSAGES, MANY)
    return Path(str(report.zip)).stat().st_size


def make_bare_page() -> None:
    """One line on one page, with the same fonts and standards."""
    import typst

    from archiver.export.pdf.blocks import FONTS

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "page.typ")
        place.write_text(
            '#set document(title: "一")\n#set text(font: "Noto Sans JP", lang: "ja")\n一行\n', encoding="utf-8"
        )
        typst.Compiler(root=folder, font_paths=fonts).compile(str(place), format="pdf", pdf_standards=["a-2a", "ua-1"])


def read_entries(database: str) -> None:
    """Every line of the archive's entries, parsed."""
    with closing(sqlite3.connect(database)) as source:
        for (line,) in source.execute("SELECT line FROM entry ORDER BY seq"):
            json.loads(line)


def _figure(
    home: Path, folder: Path, minutes: int, what: str, plain: float, beside: str, profile: str, bar: float | None
) -> Figure:
    made = run_alone(make_package, str(home), profile, str(folder / f"{home.name}-{profile}"), str(minutes))
    megabytes = made.result / 1_000_000
    measured = f"{made.cpu:.1f} s of CPU ({made.cpu / plain:.1f} × {beside}, {plain:.2f} s), "
    measured += f"{made.mebibytes:.0f} MiB, zip of {megabytes:.2f} MB"
    told, is_met = ("–", None) if bar is None else (f"≤ {bar:g} s", made.cpu <= bar)
    return Figure(f"`{profile}` package of {what}, PDF included", told, measured, is_met)
