"""The look at where notices go."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from archiver.health.check_result import CheckResult
from archiver.notices.delivery import NoticeTrial, check_notices, check_trial
from archiver.records.alerts import Grade
from archiver.settings.model import NotifySettings, Settings

SECRET = "json://user:canary-6f1d@127.0.0.1:9/"


def look_at(home: Path, *urls: str, has_desktop: bool = True, lacks_mail: bool = False) -> CheckResult:
    """The look with these addresses in a settings file that is ours alone."""
    (home / "archive.toml").touch(mode=0o600)
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    if has_desktop:
        (programs / "notify-send").touch(mode=0o755)
    settings, environ = Settings(home, notify=NotifySettings(urls=urls)), {**os.environ, "PATH": str(programs)}
    return check_notices(settings, environ, lacks_mail=lacks_mail)


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("urls", "has_desktop", "grade", "words"),
    [
        ((), False, Grade.ATTENTION, "This computer has nothing that shows alerts on a desktop"),
        ((SECRET,), False, Grade.GOOD, "At 1 address of [notify] urls."),
        ((SECRET, SECRET), True, Grade.GOOD, "On this desktop. At 2 addresses of [notify] urls."),
        (("env:ADDRESS",), True, Grade.ATTENTION, ""),  # a scheduled run may lack it, as the token
    ],
)
def test_where_notices_go_is_told_and_no_desktop_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, urls: tuple[str, ...], has_desktop: bool, grade: Grade, words: str
) -> None:
    """A container or a server has none. Nothing is sent, and no address is shown."""
    monkeypatch.setenv("ADDRESS", SECRET)

    look = look_at(tmp_path, *urls, has_desktop=has_desktop)

    assert (grade, True) == (look.grade, look.text.startswith(words))
    assert has_desktop or "On this desktop" not in look.text
    assert SECRET not in look.text


@pytest.mark.drawn
def test_an_address_that_is_wrong_has_to_be_seen_to(tmp_path: Path) -> None:
    """By its position."""
    look = look_at(tmp_path, SECRET, "file:none", "nonsense-canary-6f1d")

    assert (Grade.ACTION, False) == (look.grade, "canary" in repr(look))
    assert ["number 2" in look.text, "number 3" in look.text, "number 1" in look.text] == [True, True, False]


def test_a_missing_library_or_mail_program_has_to_be_seen_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library only where addresses are named; what cron is to mail is lost without a word."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    mail = look_at(tmp_path, lacks_mail=True)

    assert [Grade.GOOD, Grade.ACTION] == [look_at(tmp_path, *urls).grade for urls in ((), (SECRET,))]
    assert (Grade.ACTION, True) == (mail.grade, "no mail program (sendmail)" in mail.text)


@pytest.mark.drawn
def test_settings_that_others_can_read_deserve_a_look(tmp_path: Path) -> None:
    """If an address stands in them."""
    (tmp_path / "archive.toml").touch()
    (tmp_path / "archive.toml").chmod(0o644)
    (tmp_path / "address").write_text(SECRET, encoding="utf-8")
    (tmp_path / "address").chmod(0o600)

    levels = [look_at(tmp_path, *urls).grade for urls in ((), ("file:address",), (SECRET,))]

    assert [Grade.GOOD, Grade.GOOD, Grade.ATTENTION] == levels


@pytest.mark.parametrize(
    ("tested", "number", "verdict"),
    [
        (NoticeTrial(True, 2, ()), 2, Grade.GOOD),
        (NoticeTrial(False, 0, ()), 0, Grade.ACTION),
        (NoticeTrial(False, 2, ()), 2, Grade.ATTENTION),
        (NoticeTrial(None, 0, ()), 0, Grade.GOOD),
        (NoticeTrial(None, 1, ("x",)), 2, Grade.ACTION),
    ],
)
def test_a_test_notice_that_is_lost_has_to_be_seen_to(tested: NoticeTrial, number: int, verdict: Grade) -> None:
    """One that the desktop could not show reached nobody, unless an address took it; a user may want none."""
    assert verdict is check_trial(tested, number).grade
