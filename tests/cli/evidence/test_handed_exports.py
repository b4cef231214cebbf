"""`archive export --handed`: to whom a package was handed, as a record, on the list and in later packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.export.pdf.blocks import Bullets
from archiver.export.report import method
from archiver.export.report.statistics import survey_messages
from archiver.records import ExportedPackage, Handover
from archiver.store.archive import Archive
from archiver.store.queries.runs import exports
from tests.support.archives.maker import at, story
from tests.support.chatwork.simulator import Chatwork
from tests.support.packages.exported_archives import export_package
from tests.support.reports import report_inputs
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """Never asked anything."""
    with Chatwork(token=TOKEN) as chatwork:
        yield chatwork


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """An archive from which two packages were made."""
    made = story(tmp_path / "home")
    for minutes in (300, 360):
        export_package(made, "daily", tmp_path / "out", minutes=minutes)
    made.archive.close()
    desk = Terminal(tmp_path / "home", chatwork)
    desk.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
    return desk


def test_a_handover_is_a_record_and_stands_on_the_list(desk: Terminal) -> None:
    """Once, however often it is stated; the package that it is about is named by its number."""
    said = [
        desk.both("export", "--handed", "2", "--whom", "山田弁護士", "--on", "2026-11-24", "--how", "郵送")[0]
        for _ in range(2)
    ]
    listed = desk.both("export", "--list")[0]

    document = json.loads(desk.both("export", "--list", "--json")[0])

    assert [[], [{"to": "山田弁護士", "on": "2026-11-24", "how": "郵送"}]] == [
        one["handed"] for one in document["exports"]
    ]
    assert ["Entered", "Already entered"] == [one.partition(":")[0] for one in said]
    assert listed.index("  2  ") < listed.index("handed to 山田弁護士 on 2026-11-24 (郵送)")
    archive = Archive(desk.home)
    with archive.reading() as reading:
        assert [0, 1] == [len(one.handovers) for one in exports(reading)]
    archive.close()


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize(
    ("number", "to", "day", "words"),
    [
        ("3", "x", "2026-11-24", "number 3"),
        ("1", " ", "2026-11-24", "--whom TEXT"),
        ("1", "x", "2999-01-01", "in the future"),
        ("1", "x", "soon", "soon"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(desk: Terminal, number: str, to: str, day: str, words: str) -> None:
    """One sentence, and nothing is written."""
    assert words in desk.both("export", "--handed", number, "--whom", to, "--on", day, code=2)[1]
    assert "handed to" not in desk.both("export", "--list")[0]


def test_chapter_10_lists_it() -> None:
    """With the name and the digest of the package, as stated by the user."""
    handover = Handover("クラウドワークス 運営", "2026-11-24", "")
    package = ExportedPackage(1, 9, at(0), "job1", "support", "CW1_x_support", "ab" * 32, (handover,))
    case = report_inputs.case(handed_over=(package,))

    (bullets,) = (one for one in method.chapters(case, survey_messages(case))[0].blocks if isinstance(one, Bullets))

    assert ("2026-11-24　クラウドワークス 運営: CW1_x_support　SHA-256 先頭16桁 " + "ab" * 8,) == bullets.items
