"""The HTML pages as files: as expected to the byte, alike each time, safe, quick; their small pictures."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from archiver.export.html import write
from archiver.records import Conversation, RoomId
from archiver.render.thumbnail import thumbnail
from tests.support.html_safety import read_html
from tests.support.reports.sample_conversation import ATTACK, empty, link, long, sample

GOLDEN = Path(__file__).parent / "golden" / "html"


def renew() -> None:
    """Write the expected files anew: `python -c "from tests.export.test_html import renew; renew()"`."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    write(sample(), GOLDEN, link)
    for path in GOLDEN.glob("*.html"):
        path.write_bytes(without_style(path.read_bytes()))


def without_style(page: bytes) -> bytes:
    """A page without the style sheet of the application, which changes with its own pages, and its digest."""
    return re.sub(rb"(?s)(?<=<style>).*?(?=</style>)|(?<=style-src 'sha256-)[^']*", b"", page)


def written(conversation: Conversation, folder: Path) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    write(conversation, folder, link)
    return files_of(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, by its path from there."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_sample_is_as_expected(tmp_path: Path) -> None:
    """Every byte of the sample's pages but their style is known; a change is looked at and renewed on purpose."""
    expected = files_of(GOLDEN)

    actual = {name: without_style(data) for name, data in written(sample(), tmp_path).items()}

    assert expected == actual


@pytest.mark.parametrize("conversation", [sample(), empty(), long(1200)], ids=["sample", "empty", "long"])
def test_the_same_conversation_gives_the_same_bytes(conversation: Conversation, tmp_path: Path) -> None:
    """Twice into two folders, and twice into the same; no byte-order mark and no carriage return."""
    first = written(conversation, tmp_path / "a")

    assert first == written(conversation, tmp_path / "b")
    assert first == written(conversation, tmp_path / "a")
    begin = {".html": b"<!DOCTYPE html>", ".js": b"searchPage("}
    assert all(b"\r" not in data and data.startswith(begin[Path(name).suffix]) for name, data in first.items())


def test_nothing_hostile_survives(tmp_path: Path) -> None:
    """Scripts, styles, frames, handlers and javascript links of the sample are text and nothing else."""
    for name, data in written(sample(), tmp_path).items():
        if name.endswith(".js"):
            continue
        page = read_html(data.decode())

        assert [] == page.faults
        assert 1 == page.styles
        assert (1 if name == "index.html" else 0) == page.scripts
        assert (b"script-src" in data) == (name == "index.html")
        assert len(page.ids) == len(set(page.ids))
        assert [] == [
            href for href in page.hrefs if not href.startswith(("https://", "http://", "R", "index", "#", "../files/"))
        ]
        assert [] == page.sources
        assert b"default-src 'none'" in data
        assert name == "index.html" or ATTACK.partition("\n")[0] in "".join(page.texts)


def test_the_index_lists_all_rooms_of_the_folder(tmp_path: Path) -> None:
    """A second room joins the first; a room written again replaces only itself."""
    other = dataclasses.replace(empty(), room_id=RoomId(42))

    written(sample(), tmp_path)
    written(other, tmp_path)
    actual = written(sample(), tmp_path)["index.html"].decode()

    assert ["room42", "room123456789"] == [
        element_id for element_id in read_html(actual).ids if element_id.startswith("room") and element_id != "rooms"
    ]
    assert [] == read_html(actual).faults


MEASURE = """
import sys
from pathlib import Path
from archiver.export.html import write
from tests.benchmarks.instruments.measure import peak
from tests.support.reports.sample_conversation import link, long

write(long(100_000), Path(sys.argv[1]), link)
print(peak())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
def test_a_large_room_is_written_in_little_memory(tmp_path: Path) -> None:
    """100,000 messages within 120 MiB, pages of at most 0.4 MB; how long it takes the benchmark says."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]

    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)

    assert float(finished.stdout) <= 120
    assert max(path.stat().st_size for path in tmp_path.rglob("*.*")) <= 400_000
    assert sum(path.stat().st_size for path in (tmp_path / "search").iterdir()) / 100_000 <= 250


def page_with_picture(folder: Path, conversation: Conversation) -> str:
    """The page of a conversation whose first file is a picture that is held."""
    (folder / "files").mkdir()
    (folder / "transcript").mkdir()
    Image.new("RGB", (1000, 500)).save(folder / "files/F-0001.png")
    write(conversation, folder / "transcript", link)
    return (folder / "transcript/R123456789-0001.html").read_text("utf-8")


def test_the_page_shows_the_small_picture_and_leads_to_the_file(tmp_path: Path) -> None:
    """Its size is known before it is loaded, and its file is the same each time."""
    page = page_with_picture(tmp_path, sample())

    assert ["thumbnails/F-0001.webp"] == read_html(page).sources
    assert 'width="320" height="160" alt="F-0001 の画像"' in page
    first = (tmp_path / "transcript/thumbnails/F-0001.webp").read_bytes()
    assert thumbnail(tmp_path / "files/F-0001.png") == (first, 320, 160)


def test_a_picture_without_a_preview_stands_with_the_files(tmp_path: Path) -> None:
    """Once in either case."""
    messages = [
        message._replace(body="参考です", versions=(message.versions[-1]._replace(body="参考です"),))
        for message in sample().messages()
        if message.no == 3
    ]

    page = page_with_picture(tmp_path, dataclasses.replace(sample(), messages=lambda: iter(messages)))

    assert ["thumbnails/F-0001.webp"] == read_html(page).sources
