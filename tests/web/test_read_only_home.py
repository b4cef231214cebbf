"""The viewer over a home on which nothing can be written, as on a disk that was locked or a copy on a disc."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.support.archives.maker import story
from tests.support.terminals.ordinary_user import run_as_ordinary_user

ROOT = Path(__file__).parents[2]

LOOK_AT_ALL = """
import json, sys
from pathlib import Path
from tests.support.console.routes import addresses
from tests.support.viewer.client import HOST, open_viewer
with open_viewer(Path(sys.argv[1])) as viewer:
    pages = addresses(viewer.client.application, "GET")
    print(json.dumps({path: viewer.client.get(path, base_url=f"http://{HOST}").status_code for path in pages}))
"""


def test_every_page_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    """No page needs to write: each answers, and neither a file nor a folder is made or changed."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    folders = [tmp_path, *(path for path in tmp_path.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        command = [sys.executable, "-c", LOOK_AT_ALL, str(maker.home)]
        done = run_as_ordinary_user(command, {**os.environ, "PYTHONPATH": str(ROOT)}, ROOT)
        after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    finally:
        for folder in folders:
            folder.chmod(0o755)

    assert "" == done.stderr
    answers = json.loads(done.stdout)
    assert 200 == answers["/"] == answers["/files"] == answers["/room/123456789"] == answers["/conversations"]
    assert {} == {path: status for path, status in answers.items() if status >= 500}
    assert before == after
