"""What the world does to a running application: each trouble is one sentence with what to do next; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.console.jobs import Job, JobOutcome, JobState
from archiver.schedule.daemon_lock import hold_daemon_lock
from archiver.store.queries.entries import last_seq
from tests.support.console.application import SITE, FormBrowser, open_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.routes import EXAMPLES, addresses
from tests.support.console.saved_archive import set_up
from tests.support.file_size_limit import file_size_limit

FULL = 20_000
"""Bytes to which a file may grow: fewer than those of the first report of a package."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstDayDesk]:
    """A computer whose archive holds three messages; nothing starts the saving."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(tmp_path, chatwork, messages=3)
        set_up(desk)
        yield desk


@pytest.fixture
def browser(desk: FirstDayDesk) -> Iterator[FormBrowser]:
    """The application over that archive."""
    with open_application(desk.home, desk.environ) as browser:
        yield browser


def entries(browser: FormBrowser) -> int:
    """How many entries the archive holds."""
    with browser.context.archive.reading() as reading:
        return last_seq(reading)


def outcome_of(browser: FormBrowser) -> JobOutcome:
    """What the last job brought, which its page shows without a traceback."""
    outcome, page = browser.job().outcome, browser.get("/job")
    assert outcome is not None
    assert "Traceback" not in page
    assert 'role="status"' in page
    return outcome


def test_an_archive_that_nothing_saves_is_not_called_good(desk: FirstDayDesk, browser: FormBrowser) -> None:
    """Not even right after a save; the button that sets it up stands beside it, until something saves by itself."""
    browser.post("/alerts/1/dismiss")  # of the direct chat that is not saved
    alone = browser.get("/home")
    with hold_daemon_lock(desk.home):
        kept = browser.get("/home")

    assert ['class="state attention"', 'class="state good"'] == [
        found[0] for page in (alone, kept) if (found := re.search(r'class="state \w+"', page))
    ]
    assert [True, False] == ["Automatic saving is not set up here" in page for page in (alone, kept)]
    assert [True, False] == ['name="automatic" value="on"' in page for page in (alone, kept)]


def test_a_full_disk_while_a_package_is_made(desk: FirstDayDesk, browser: FormBrowser) -> None:
    """No half of a package stays, the archive is as before, and once there is space the same form makes it."""
    order = {"for": "lawyer", "contract": "job1"}
    with file_size_limit(FULL):
        before = entries(browser)
        browser.post("/packages/make", order)
        refused = outcome_of(browser)
        left = [path.name for path in (desk.home / "exports").glob("*")]
        after = entries(browser)
    browser.post("/packages/make", order)
    made = outcome_of(browser)

    assert (False, []) == (refused.is_complete, left)
    assert "The disk is full; what was saved before is kept" in refused.head
    assert ("Make space and do the same again.",) == refused.lines
    assert before == after
    assert made.is_complete, made
    assert list((desk.home / "exports").iterdir())


def test_a_token_that_is_refused_while_the_application_runs(desk: FirstDayDesk, browser: FormBrowser) -> None:
    """The save says so and links to where a token is stored; so does the overview; what is kept can be looked at."""
    before = entries(browser)
    desk.chatwork.revoke_token()
    browser.post("/home/save")
    refused, job_page = outcome_of(browser), browser.get("/job")
    home, talk = browser.get("/home"), browser.get(f"/room/{desk.group}")
    browser.post("/emergency/rescue")
    rescue = outcome_of(browser)

    assert not refused.is_complete
    assert "401" in " ".join((refused.head, *refused.lines))
    assert 'href="/settings"' in job_page.partition('id="job"')[2]
    assert 'class="state action"' in home
    assert "401" in home
    assert "発言 2" in talk
    assert not rescue.is_complete
    assert "What was saved before is kept" in rescue.head
    assert before == entries(browser)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_this_program_in_a_job(browser: FormBrowser) -> None:
    """The page says that it is the program's fault and what is kept; the next job runs."""

    def work(_job: Job) -> JobOutcome:
        raise ZeroDivisionError

    job = browser.context.jobs.start("x", work)
    failed = outcome_of(browser)
    pages = [browser.get("/home"), browser.get("/emergency")]
    browser.post("/home/save")

    assert JobState.FAILED is job.state
    assert "Something in this program is wrong" in failed.head
    assert "What was saved before is kept" in " ".join(failed.lines)
    assert not [page for page in pages if "ZeroDivisionError" in page]
    assert outcome_of(browser).is_complete


def test_an_archive_without_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page says what is so or what is missing, and a package of nothing is a sentence."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(tmp_path, chatwork, messages=0)
        set_up(desk)
        with open_application(desk.home, desk.environ) as browser:
            paths = list(addresses(browser.client.application, "GET", EXAMPLES | {"room": str(desk.group)}))
            answers = {path: browser.client.get(path, base_url=SITE).status_code for path in paths}
            talk = browser.get(f"/room/{desk.group}")
            browser.post("/packages/make", {"for": "consult", "contract": "job1"})
            made = outcome_of(browser)

    assert {} == {path: status for path, status in answers.items() if status >= 500}
    assert "この期間に、保存された発言はありません" in talk
    assert made.head
