"""The HTML pages as files: as expected to the byte, alike each time, safe, and quick for a large room."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.export.html import write
from archiver.records import Conversation, RoomId
from tests.support.conversation import ATTACK, empty, link, long, sample
from tests.support.markup import read

GOLDEN = Path(__file__).parent / "golden" / "html"


def renew() -> None:
    """Write the expected files anew: `python -c "from tests.export.test_html import renew; renew()"`."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    write(sample(), GOLDEN, link)


def written(conversation: Conversation, folder: Path) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    write(conversation, folder, link)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_sample_is_as_expected(tmp_path: Path) -> None:
    """Every byte of the sample's pages is known; a change is looked at and renewed on purpose."""
    expected = {path.name: path.read_bytes() for path in sorted(GOLDEN.iterdir())}

    actual = written(sample(), tmp_path)

    assert expected == actual


@pytest.mark.parametrize("conversation", [sample(), empty(), long(1200)], ids=["sample", "empty", "long"])
def test_the_same_conversation_gives_the_same_bytes(conversation: Conversation, tmp_path: Path) -> None:
    """Twice into two folders, and twice into the same."""
    first = written(conversation, tmp_path / "a")

    assert first == written(conversation, tmp_path / "b")
    assert first == written(conversation, tmp_path / "a")


def test_files_are_utf8_with_line_feeds(tmp_path: Path) -> None:
    """No byte-order mark and no carriage return."""
    actual = written(sample(), tmp_path)

    assert all(b"\r" not in data and data.startswith(b"<!DOCTYPE html>") for data in actual.values())


def test_nothing_hostile_survives(tmp_path: Path) -> None:
    """Scripts, styles, frames, handlers and javascript links of the sample are text and nothing else."""
    for data in written(sample(), tmp_path).values():
        page = read(data.decode())

        assert [] == page.faults
        assert 1 == page.styles
        assert len(page.ids) == len(set(page.ids))
        assert [] == [
            one for one in page.hrefs if not one.startswith(("https://", "http://", "R", "index", "../files/"))
        ]
        assert [] == [one for one in page.sources if not one.startswith("../files/")]
        assert b"default-src 'none'" in data


def test_hostile_text_is_shown_not_dropped(tmp_path: Path) -> None:
    """What the counterpart typed can be read, tags and all."""
    page = read(written(sample(), tmp_path)["R123456789-0001.html"].decode())

    assert ATTACK.partition("\n")[0] in "".join(page.texts)


def test_the_index_lists_all_rooms_of_the_folder(tmp_path: Path) -> None:
    """A second room joins the first; a room written again replaces only itself."""
    other = dataclasses.replace(empty(), room_id=RoomId(42))

    written(sample(), tmp_path)
    written(other, tmp_path)
    actual = written(sample(), tmp_path)["index.html"].decode()

    assert ["room42", "room123456789"] == read(actual).ids
    assert [] == read(actual).faults


MEASURE = """
import resource, sys, time
from pathlib import Path
from archiver.export.html import write
from tests.support.conversation import link, long

begun = time.perf_counter()
write(long(100_000), Path(sys.argv[1]), link)
taken = time.perf_counter() - begun
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
def test_a_large_room_is_written_quickly_in_little_memory(tmp_path: Path) -> None:
    """100,000 messages within 4.5 seconds and 120 MiB, pages of at most 0.4 MB (design §8)."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]

    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)

    seconds, mebibytes = (float(number) for number in finished.stdout.split())
    assert seconds <= 4.5
    assert mebibytes <= 120
    assert max(path.stat().st_size for path in tmp_path.iterdir()) <= 400_000
