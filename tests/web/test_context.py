"""The desk looks at the archive that lies in the home now, not at the one that lay there when the viewer began."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archiver.store import migrate
from archiver.store.engine import DATABASE
from tests.support.archives.maker import ROOM, story
from tests.support.viewer.client import open_viewer


def test_another_archive_in_the_same_place_is_seen_at_once(tmp_path: Path) -> None:
    """A copy that was put back while the viewer runs is shown, and nothing of what it took the place of."""
    home = story(tmp_path / "home").home
    with open_viewer(home) as browser:
        assert f"/room/{ROOM}" in browser.get("/")
        home.rename(tmp_path / "before")
        home.mkdir()
        gone = browser.get("/", status=503)
        assert "no longer where it was" in gone
        assert ("archive init" in gone, "archive --home FOLDER app --read-only" in gone) == (False, True)
        migrate.create_database(home / DATABASE)

        assert f"/room/{ROOM}" not in browser.get("/")


def test_an_archive_that_a_later_version_has_changed_meanwhile_is_not_guessed_at(tmp_path: Path) -> None:
    """What this version does not know it does not show."""
    home = story(tmp_path / "home").home
    with open_viewer(home) as browser:
        browser.get("/")
        with closing(sqlite3.connect(home / DATABASE)) as database, database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")

        browser.get("/", status=503)
