"""The page over every archive of one person: how each stands, a search over all, and the way to each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.settings import other_archives
from tests.support.archives.maker import at, message_object, story
from tests.support.console.application import open_application


def test_all_archives_are_shown_and_searched_on_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its hits, told apart; a lost one is named with what to do, and one archive alone has no such word."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    environ = {"HOME": str(tmp_path), "PATH": "", "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    for name in ("first", "second"):
        maker = story(tmp_path / name)
        maker.sync([message_object(90, f"{name}の発言 合言葉", sent=5000)], minutes=5001)
        maker.archive.close()

    with open_application(tmp_path / "first", environ) as browser:
        alone = browser.get("/home")
        other_archives.note_saving(tmp_path / "second", 42, at=at(5001), state=other_archives.state_folder())
        home, page = browser.get("/home"), browser.get("/archives?q=合言葉")
        broken = browser.get("/archives?q=from:")

    assert "/archives" not in alone
    assert "/archives" in home
    assert "firstの発言" in page
    assert "secondの発言" in page
    assert str(tmp_path / "second") in page
    assert f"archive --home {tmp_path / 'second'} app" in page
    assert "secondの発言" not in broken
