"""What is handed out, byte for byte: the tables of the story's package, and the report of the sample as values.

Renewed on purpose with `python -m tests.export.test_golden`, and looked at.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest

from archiver.export.pdf.blocks import layout_data
from archiver.export.report.chapters import build_report
from tests.support.archives.maker import story
from tests.support.packages.exported_archives import export_package
from tests.support.reports import report_inputs

GOLDEN = Path(__file__).parent / "golden"
TABLES = (
    "messages.jsonl", "messages.csv", "files.csv", "events.csv", "links.csv", "tasks.csv", "operator_inquiry.csv",
    "pauses.jsonl", "pauses.csv",
)  # fmt: skip
PROFILES = ("support", "lawyer", "court")


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of a lawyer's package of the story; salts and digests are in none of them."""
    package = Path(export_package(story(folder / "home"), "lawyer", folder / "out").path)
    return {name: (package / "data" / name).read_bytes() for name in TABLES}


def chapters(profile: str) -> bytes:
    """The sample's report for the layout."""
    data = layout_data(report_inputs.build_with_survey(build_report, report_inputs.case(profile=profile)))
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def test_the_tables_are_as_expected(tmp_path: Path) -> None:
    """Every byte of the story's tables is known."""
    assert {name: (GOLDEN / "tables" / name).read_bytes() for name in TABLES} == tables(tmp_path)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_report_is_as_expected(profile: str) -> None:
    """Every word of the sample's report is known, for each reader."""
    assert (GOLDEN / "report" / f"{profile}.json").read_bytes() == chapters(profile)


def renew() -> None:
    """Write the expected files anew."""
    for name in ("tables", "report"):
        (GOLDEN / name).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, body in tables(Path(folder)).items():
            (GOLDEN / "tables" / name).write_bytes(body)
    for profile in PROFILES:
        (GOLDEN / "report" / f"{profile}.json").write_bytes(chapters(profile))


if __name__ == "__main__":
    renew()
    sys.exit(0)
