"""The packages of a long job: seconds with PDF, zip and all, beside a bare page of the same layout program."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.instruments.measure import Figure, run_alone

MESSAGES, FILES = 1_000, 30
SECONDS = 5.0
"""The bar for an office's package."""

MINUTES = 30_000
"""The time of the export after the beginning: three weeks after the delivery."""


def measure(folder: Path) -> list[Figure]:
    """Each package made in a process of its own, out of one archive; the archive is made before the clock runs."""
    from tests.support.packages.exported_archives import long_case

    home = folder / "home"
    long_case(home, MESSAGES, FILES).archive.close()
    bare = run_alone(make_bare_page)
    return [_figure(profile, home, folder, bare.seconds) for profile in ("support", "consult", "court", "lawyer")]


def make_package(home: str, profile: str, out: str) -> dict[str, int]:
    """One package as the command makes it; its size and that of its zip."""
    from tests.support.packages.exported_archives import export_package, reopen_maker

    report = export_package(reopen_maker(Path(home)), profile, Path(out), minutes=MINUTES)
    assert MESSAGES == report.messages
    return {"bytes": Path(str(report.zip)).stat().st_size}


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


def _figure(profile: str, home: Path, folder: Path, bare: float) -> Figure:
    made = run_alone(make_package, str(home), profile, str(folder / profile))
    megabytes = made.result["bytes"] / 1_000_000
    measured = f"{made.seconds:.1f} s ({made.seconds / bare:.1f} × one bare page), "
    measured += f"{made.mebibytes:.0f} MiB, zip of {megabytes:.2f} MB"
    is_office = profile == "support"
    numbers = {"seconds": made.seconds, "bare_seconds": bare, "mebibytes": made.mebibytes, "megabytes": megabytes}
    what = f"`{profile}` package of {MESSAGES:,} messages and {FILES} files, PDF included"
    return Figure(
        what,
        f"≤ {SECONDS:g} s" if is_office else "–",
        measured,
        made.seconds <= SECONDS if is_office else None,
        numbers,
    )
