"""Takes the screenshots of the viewer that the docs show: `python -m tests.support.docs_screenshots`.

They are of the demo's archive, so that nobody's conversation is in them.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from archiver.cli.context import CliContext
from archiver.cli.reading.view_context import build_view_context
from archiver.cli.terminal.language import set_language
from tests.support.viewer.chromium_tab import open_window

IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 128
"""Enough for a page of text, and a fifth of the bytes."""

SIZES = {"wide": (1000, 760), "narrow": (380, 760)}


def pages(home: Path) -> dict[str, tuple[str, str, str]]:
    """Name of the picture → path, width and colours."""
    document = _run_json(home, "search", "has:edit", "--json")
    (room,) = {hit["room_id"] for hit in document["hits"]}
    edited_message = document["hits"][0]["message_id"]
    return {
        "view-overview": ("/", "wide", "light"),
        "view-conversation": (f"/room/{room}", "wide", "light"),
        "view-message": (f"/room/{room}/message/{edited_message}#compare", "wide", "light"),
        "view-search": (f"/search?q={quote('お支払い')}", "wide", "light"),
        "view-conversation-narrow": (f"/room/{room}", "narrow", "dark"),
        "view-calendar": (f"/room/{room}/calendar?month=2026-11", "wide", "light"),
    }


def take_screenshots(home: Path, folder: Path) -> None:
    """Write every screenshot."""
    set_language("ja")
    for name, (path, size, scheme) in pages(home).items():
        desk = replace(
            build_view_context(CliContext(home, 0, {"HOME": str(home)})), command=("archive",)
        )  # as at the usual place
        with open_window(desk, width=SIZES[size][0]) as window:
            window.page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
            window.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            window.go(path)
            _write_picture(folder / f"{name}.png", window.page.screenshot())


def _run_json(home: Path, *words: str) -> dict[str, list[dict[str, str]]]:
    command = [sys.executable, "-m", "archiver", "--home", str(home), *words]
    document: dict[str, list[dict[str, str]]] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return document


def _write_picture(path: Path, shot: bytes) -> None:
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS)
    picture.save(path, "PNG", optimize=True)


def main() -> None:
    """Let the demo make an archive, and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "demo"
        command = [sys.executable, "-m", "archiver", "demo", "--dir", str(home)]
        subprocess.run(command, env=os.environ | {"ARCHIVE_LANG": "ja"}, stdout=subprocess.DEVNULL, check=True)
        take_screenshots(home, IMAGES)


if __name__ == "__main__":
    main()
