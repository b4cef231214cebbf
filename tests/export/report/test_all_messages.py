"""Appendix A: every message is in exactly one volume, volumes are bounded, and their memory is given back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.export.pdf.blocks import Interruption, MessageBlock, Report, Subheading
from archiver.export.report import all_messages
from archiver.export.report.all_messages import MAX_CHARACTERS, MAX_MESSAGES, volume_reports, write_volumes
from archiver.records import RoomId
from tests.support.reports import pdf_reader, report_inputs, sample_conversation


def numbers(report: Report) -> list[str]:
    return [one.number for chapter in report.chapters for one in chapter.blocks if isinstance(one, MessageBlock)]


def characters(report: Report) -> int:
    blocks = [one for chapter in report.chapters for one in chapter.blocks if isinstance(one, MessageBlock)]
    return sum(len(part.text) for one in blocks for part in one.parts)


def test_volumes_are_cut_by_messages() -> None:
    """One message more than fits begins the next volume, whose head names its numbers."""
    first, second = volume_reports(report_inputs.case([sample_conversation.long(MAX_MESSAGES + 1)]))

    assert (MAX_MESSAGES, ["No.2501"]) == (len(numbers(first)), numbers(second))
    assert "付録A　保存できたメッセージ 第1巻(No.1 から No.2500、2,500件)" == first.header
    assert "付録A　保存できたメッセージ 第2巻(No.2501 から No.2501、1件)" == second.header


def test_volumes_are_cut_by_characters() -> None:
    """Long messages fill a volume before their number does."""
    made = list(volume_reports(report_inputs.case([sample_conversation.long(100, body="あ" * 20_000)])))

    assert 3 == len(made)
    assert all(characters(one) <= MAX_CHARACTERS for one in made)


@given(counts=strategies.lists(strategies.integers(0, 7), min_size=1, max_size=4), limit=strategies.integers(1, 9))
def test_every_message_is_in_one_volume(counts: list[int], limit: int) -> None:
    """Over rooms and volumes of any size, each message is there once and in order."""
    rooms = [report_inputs.room(["本文"] * count, number=number) for number, count in enumerate(counts, 1)]
    expected = [f"No.{message.no}" for room in rooms for message in room.messages()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(all_messages, "MAX_MESSAGES", limit)

        made = list(volume_reports(report_inputs.case(rooms)))

    assert expected == [number for one in made for number in numbers(one)]
    assert max(1, -(-len(expected) // limit)) == len(made)


def test_rooms_and_days_have_headings_and_gaps_their_place() -> None:
    """Each room is a chapter, each day a heading in it, and what was never seen stands between the messages."""
    (made,) = volume_reports(
        report_inputs.case([sample_conversation.sample(), report_inputs.room(["一"], number=2, name="二\n番")])
    )

    first, second = made.chapters
    days = [one.text for one in first.blocks if isinstance(one, Subheading)]
    breaks = [one.text for one in first.blocks if isinstance(one, Interruption)]
    assert ["2026年11月5日(木)", "2026年11月6日(金)", "2026年11月8日(日)"] == days[:3]
    assert 4 == len(breaks)
    assert "チャット「二[U+000A]番」(ルームID 2)" == second.title


@pytest.mark.drawn
@pdf_reader.needs_poppler
def test_files_are_named_in_order_and_alike_each_time(tmp_path: Path) -> None:
    """Two runs give the same names and bytes, and every message's text is in them."""
    case = report_inputs.case(
        [replace(report_inputs.room([f"メッセージの{n}番" for n in range(1, 7)]), room_id=RoomId(7))]
    )
    once, again = tmp_path / "once", tmp_path / "again"
    once.mkdir()
    again.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(all_messages, "MAX_MESSAGES", 4)

        made = list(write_volumes(case, once))
        assert [one.read_bytes() for one in write_volumes(case, again)] == [one.read_bytes() for one in made]

    assert ["report_all_messages-01.pdf", "report_all_messages-02.pdf"] == [one.name for one in made]
    text = pdf_reader.without_spaces("".join(pdf_reader.text(one.read_bytes()) for one in made))
    assert all(f"メッセージの{n}番" in text for n in range(1, 7))


@pdf_reader.needs_poppler
def test_nothing_held_is_a_volume_too(tmp_path: Path) -> None:
    """A case without messages gives one volume that says so."""
    (path,) = write_volumes(report_inputs.case([sample_conversation.empty()]), tmp_path)

    assert "保存したメッセージはありません。" in pdf_reader.without_spaces(pdf_reader.text(path.read_bytes()))


def started(folder: Path, *lines: str) -> str:
    """What a program prints that writes the volumes of a case into its folder, with these lines."""
    head = (
        "import resource, sys; from pathlib import Path",
        "from archiver import errors",
        "from archiver.export.report.all_messages import write_volumes",
        "from tests.benchmarks.instruments import measure",
        "from tests.support.reports import report_inputs, sample_conversation",
        "if __name__ == '__main__':",
    )
    (folder / "run.py").write_text("\n".join([*head, *(f"    {line}" for line in lines)]), encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(folder / "run.py"), str(folder)],
        env={"PYTHONPATH": f"{folder}:{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_an_error_of_the_process_is_an_error_of_ours(tmp_path: Path) -> None:
    """Where the process of a volume cannot make it, the error arrives here and no file is left."""
    (tmp_path / "typst.py").write_text("raise ImportError('none here')\n", encoding="utf-8")

    printed = started(
        tmp_path,
        "try:",
        "    list(write_volumes(report_inputs.case(), Path(sys.argv[1])))",
        "except errors.PdfUnavailable:",
        "    print('unavailable')",
    )

    assert ("unavailable\n", []) == (printed, list(tmp_path.glob("*.pdf")))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of memory")
def test_a_full_volume_takes_less_than_its_share(tmp_path: Path) -> None:
    """A volume of 2,500 messages is laid out in at most 500 MiB, which are given back with its process."""
    printed = started(
        tmp_path,
        "room = sample_conversation.long(5000, body='お世話になっております。' * 18)",
        "made = list(write_volumes(report_inputs.case([room]), Path(sys.argv[1])))",
        "child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024",
        "print(len(made), child, round(measure.peak()))",
    )

    made, child, own = map(int, printed.split())
    assert made >= 2
    assert child <= 500
    assert own <= 500
