"""The first run by clicking: each step is kept at once, wrong answers are said, and it goes on where it was left."""

from __future__ import annotations

import threading

import pytest

from archiver import errors
from archiver.notices import delivery
from archiver.notices.delivery import NoticeTrial
from archiver.setup import unattended
from archiver.store.working import remembered_values
from archiver.sync.report import SyncReport
from archiver.web import home, setup_pages
from archiver.web.background_work import Job, JobOutcome, JobState
from tests.support.console.application import OWN, FormBrowser
from tests.support.console.first_run_desk import FirstDayDesk
from tests.support.terminals.terminal import TOKEN


def hand_in_token(browser: FormBrowser) -> None:
    """Hand the token in, which makes the archive."""
    assert "/start" == browser.post("/start/token", token=TOKEN).headers["Location"]


def choose_group(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Choose the group and no direct chat, and wait for the first save."""
    answer = browser.post("/start/chats", {f"job_{desk.group}": "1"}, room=desk.group)
    assert "/start/automatic" == answer.headers["Location"]
    assert JobState.DONE is browser.job().state


def test_the_notice_is_tried_on_the_spot(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for it by itself, once; what came of it is kept, also that none could be shown."""
    hand_in_token(browser)
    choose_group(browser, desk)
    before = browser.get("/start/automatic")
    failed = browser.post("/start/notices/test").get_data(as_text=True)
    trial = browser.kept(remembered_values.NOTICE_TRIAL.recall)
    monkeypatch.setattr(delivery, "send_test_notice", lambda *_words: NoticeTrial(True, 0, ()))
    sent = browser.post("/start/notices/test", headers={**OWN, "HX-Request": "true"}).get_data(as_text=True)
    seen = browser.post("/start/notices/seen", seen="yes").get_data(as_text=True)
    browser.post("/start/automatic", notices="on")

    assert ['hx-trigger="load, submit"' in page for page in (before, failed)] == [True, False]
    assert "No alert came on this desktop" in failed
    assert trial is not None
    assert ((), ("desktop",)) == (trial.seen, trial.unseen)
    assert ("Did you see it?" in sent, "<html" in sent) == (True, False)
    assert "You saw the test alert." in seen
    done = browser.get("/start/done")
    assert "an alert on this computer tells you" in done
    assert ("As a rule you need not." in done, "Automatic saving is off: nothing is saved unless" in done) == (
        False,
        True,
    )


def test_a_first_save_that_fails_says_what_to_press(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called saved, and the button beside it begins anew."""

    def fail(*_words: object, **_named: object) -> SyncReport:
        raise errors.Unreachable(path="/rooms", detail="no connection")

    hand_in_token(browser)
    with monkeypatch.context() as patch:
        patch.setattr(home, "run_round", fail)
        browser.post("/start/chats", {f"job_{desk.group}": "1"}, room=desk.group)
        failed = browser.outcome()
        page = browser.get("/start/automatic")
    again = browser.post("/start/save").headers["Location"]
    saved = browser.outcome()

    assert "Nothing could be saved yet." == failed.head
    assert "next save" not in page
    assert 'action="/start/save"' in page
    assert "/start/automatic" == again
    assert saved.is_complete, saved


def test_automatic_saving_that_is_chosen_while_the_first_save_runs_is_set_up_after_it(
    browser: FormBrowser, desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same job, so that nothing is pressed twice; the last page tells what came of it."""
    go_on = threading.Event()

    def save(_job: Job, _context: object, *, is_first: bool) -> JobOutcome:
        go_on.wait(30)
        return JobOutcome("saved", is_complete=is_first)

    tried = unattended.JobTrial(has_saved=True, error_name=None, is_saving=False)
    monkeypatch.setattr(unattended, "try_job", lambda *_given, **_named: tried)
    monkeypatch.setattr(unattended, "is_idle", lambda _kind: False)
    monkeypatch.setattr(setup_pages, "save_now", save)
    hand_in_token(browser)
    browser.post("/start/chats", room=desk.other)
    browser.post("/start/automatic", automatic="on", notices="on")
    while_it_runs = browser.get("/start/done")
    go_on.set()
    outcome = browser.outcome()

    assert "It is saving. You may close this page." in while_it_runs
    assert outcome.head.startswith("Registered with ")
    assert [True] * 2 == [text in browser.get("/start/done") for text in ("you need not.", outcome.head)]
