"""The demo's story: its archive is for practice, and says so everywhere; it shows each family of alerts once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from archiver.cli.reading.commands import _tell_where
from archiver.comparison.comparison_report import compare
from archiver.demo import story
from archiver.export.package.make_package import ExportReport
from archiver.records import JST
from archiver.store.queries.status import status
from archiver.store.working.alerts import alerts
from archiver.store.working.remembered_values import PRACTICE
from tests.support.archives.maker import ROOM, at
from tests.support.archives.maker import story as made_story
from tests.support.packages.exported_archives import export_package, zip_files
from tests.support.reports import pdf_reader
from tests.support.viewer.client import open_viewer

MARK = "練習用"


def test_the_demo_says_so_to_its_archive_and_leads_to_the_users_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is kept is since when; the last line is how to begin."""
    with story.set_stage(tmp_path / "home", lambda _text: None) as staged:
        _tell_where(staged)
        with staged.app.archive.reading() as reading:
            assert status(reading).is_practice

    assert capsys.readouterr().out.rstrip().endswith("archive app")


@pytest.mark.drawn
@pdf_reader.needs_poppler
def test_every_page_of_its_packages_and_its_archive_is_marked(tmp_path: Path) -> None:
    """Pages of PDFs, pages of conversations, texts, and the viewer; nothing of another archive is."""
    maker = made_story(tmp_path / "home")
    plain = texts_of(export_package(maker, "consult", tmp_path / "plain"))
    with maker.archive.writing() as writing:
        PRACTICE.remember(writing, at(0))
    package = export_package(maker, "lawyer", tmp_path / "lawyer")
    texts = texts_of(package)
    maker.archive.close()
    compare(Path(package.path), maker.home, folder=tmp_path / "compared", at=at(60))
    compared = [(tmp_path / "compared" / name).read_text("utf-8") for name in ("README.txt", "comparison.html")]
    with open_viewer(maker.home) as browser:
        pages = [browser.get(path) for path in (f"/room/{ROOM}", "/")]

    assert {
        "00_README.txt",
        "VERIFY.txt",
        "data/report.pdf 2",
        "data/evidence_list.pdf 1",
        "data/evidence_list.docx",
        "data/transcript/index.html",
    } <= texts.keys()
    assert [] == [name for name, text in texts.items() if MARK not in text]
    assert [] == [name for name, text in plain.items() if MARK in text]
    assert [True, True, True] == [MARK in text for text in (*compared, Path(package.path).name)]
    assert "Practice: yes" in (Path(package.path) / "bag-info.txt").read_text("utf-8")
    assert [True, True] == [">practice</span>" in page for page in pages]


def texts_of(report: ExportReport) -> dict[str, str]:
    """The text of each file for people, and of each page of a PDF, by name."""
    found: dict[str, str] = {}
    for name, data in zip_files(report).items():
        if name.endswith(".pdf"):
            found |= {f"{name} {n}": page for n, page in enumerate(pdf_reader.pages(data), 1)}
        elif re.fullmatch(r"(?:0\d_|VERIFY).*\.txt|data/transcript/.*\.html", name):
            found[name] = data.decode("utf-8-sig")
        elif name.endswith((".docx", ".xlsx")):
            found[name] = b"".join(pdf_reader.office_parts(data).values()).decode()
    return found


@pytest.mark.slow
def test_the_demo_has_its_seals_stamped(tmp_path: Path) -> None:
    """By an authority of its own on this computer, weeks ago by the story's clock."""
    command = [sys.executable, "-m", "archiver", "demo", "--dir", str(tmp_path / "demo")]
    subprocess.run(command, capture_output=True, check=True)
    folder = tmp_path / "demo" / "seals"
    seals = {path.name for path in folder.glob("*.json")}

    assert len(seals) > 20
    assert seals == {path.name.removesuffix(".demo.tsr") for path in folder.glob("*.demo.tsr")}
    assert (folder / "demo.pem").is_file()


class _LateEvening(datetime):
    """A clock that shows ten minutes to midnight: the longest time after the story's last evening."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Yesterday, 23:50 in Japan."""
        yesterday = datetime.now(JST) - timedelta(days=1)
        return yesterday.replace(hour=23, minute=50).astimezone(tz)


@pytest.mark.slow
def test_each_family_of_alerts_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, changes, silence, a deadline, a pause, early contact, a departure and what went with it: each once."""
    monkeypatch.setattr(story, "datetime", _LateEvening)
    with story.set_stage(tmp_path / "home", lambda _text: None) as story_played:
        whole = story.play(story_played)
        with story_played.app.archive.reading() as reading:
            rules = Counter(one.rule.value for one in alerts(reading) if not one.dismissed)

    expected = ["A1", "A5", "A10", "A11", "A14", "deadline", "deletions", "early_contact", "account_closed"]
    expected += ["member_gone", "file_gone"]
    assert dict.fromkeys(expected, 1) == rules
    assert whole
