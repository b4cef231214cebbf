"""What the world does to a running application: each trouble is one sentence with what to do next; nothing is lost."""

from __future__ import annotations

import io
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from archiver.schedule.schedulers import hold_daemon_lock
from archiver.store.queries.entries import last_seq
from archiver.web.background_work import Job, JobOutcome, JobState, note_file, note_job
from tests.support.console.application import OWN, SITE, FormBrowser, open_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.routes import EXAMPLES, addresses
from tests.support.console.saved_archive import set_up
from tests.support.file_size_limit import file_size_limit

FULL = 20_000
"""Bytes to which a file may grow: fewer than those of the first report of a package."""


@pytest.fixture
def desk(desk: FirstDayDesk) -> FirstDayDesk:
    """A computer whose archive holds three messages; nothing starts the saving."""
    set_up(desk)
    return desk


def outcome_of(browser: FormBrowser) -> JobOutcome:
    """What the last job brought, which its page shows without a traceback."""
    outcome, page = browser.outcome(), browser.get("/job")
    assert "Traceback" not in page
    assert 'role="status"' in page
    return outcome


def test_an_archive_that_nothing_saves_is_not_called_good(desk: FirstDayDesk, browser: FormBrowser) -> None:
    """Not even right after a save; the button that sets it up stands beside it, until something saves by itself."""
    browser.post("/settings/notices/1/seen")  # of the direct chat that is not saved
    alone = browser.get("/home")
    with hold_daemon_lock(desk.home):
        kept = browser.get("/home")

    assert ["lose", ""] == [found[1] for page in (alone, kept) if (found := re.search(r'class="relief (\w*)"', page))]
    assert [True, False] == ["Automatic saving is off on this computer" in page for page in (alone, kept)]
    assert [True, False] == ['name="automatic" value="on"' in page for page in (alone, kept)]


@pytest.mark.drawn
def test_a_full_disk_while_a_package_is_made(desk: FirstDayDesk, browser: FormBrowser) -> None:
    """No half of a package stays, the archive is as before, and once there is space the same form makes it."""
    order = {"for": "lawyer", "contract": "job1"}
    # One reader stays, so that what SQLite keeps beside the database is not made anew under the limit.
    with browser.context.archive.reading(), file_size_limit(FULL):
        before = browser.kept(last_seq)
        browser.post("/packages/make", order)
        refused = outcome_of(browser)
        left = [path.name for path in (desk.home / "exports").glob("*")]
        after = browser.kept(last_seq)
    browser.post("/packages/make", order)
    made = outcome_of(browser)

    assert (False, []) == (refused.is_complete, left)
    assert "what was saved before is kept" in refused.head
    assert ("Make space and do the same again.",) == refused.lines
    assert before == after
    assert made.is_complete, made
    assert list((desk.home / "exports").iterdir())


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


@pytest.mark.drawn
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
    assert "No message of this chat is saved yet" in talk
    assert made.head


def test_a_second_job_is_refused_in_a_sentence_that_names_it(browser: FormBrowser, tmp_path: Path) -> None:
    """The page of the job that runs says what was not begun, also after that one has ended."""
    go_on = threading.Event()

    def work(_job: Job) -> JobOutcome:
        go_on.wait(30)
        return JobOutcome("done")

    first = browser.context.jobs.start("Saving now", work)
    browser.post("/copies/backup", folder=str(tmp_path / "copy"))
    while_it_runs = browser.get("/job")
    go_on.set()
    last = browser.job()

    assert (first, JobState.DONE, JobOutcome("done")) == (last, last.state, last.outcome)
    assert "“Backing up the archive” was not begun, because “Saving now” was running" in while_it_runs
    assert "“Backing up the archive” was not begun" in browser.get("/job")
    assert not (tmp_path / "copy").exists()


def test_a_job_that_was_cut_off_is_told_at_the_next_start(desk: FirstDayDesk) -> None:
    """The overview says so until it was read."""
    note_job(note_file(desk.home), "Saving now", datetime(2026, 11, 24, 3, 6, tzinfo=UTC))
    with open_application(desk.home, desk.environ) as browser:
        overview, read, after = (browser.get(path) for path in ("/home", "/job", "/home"))

    sentence = "cut off: the program or this computer ended while it ran"
    assert [True, True, False] == [sentence in page for page in (overview, read, after)]
    assert "2026-11-24 12:06" in overview


UPLOADS = [
    ("/contracts/job1", "file", {"kind": "screenshot", "title": "A typed title"}),
    ("/contracts/job1", "delivered_file", {"delivered": "2026-11-24"}),
    ("/contracts/job1", "file", {"invoice_amount": "50000", "invoice_on": "2026-11-24"}),
    ("/emergency/recover", "files", {}),
]
"""Where files are handed in: the page, the name of the field, and what else the form needs."""


@pytest.mark.drawn
def test_a_full_disk_while_a_file_is_handed_in(browser: FormBrowser, desk: FirstDayDesk) -> None:
    """Whatever its size and the form, a sentence with what to do next; nothing of it stays, nothing is entered."""
    token = browser.token()
    answers = list[tuple[str, int, dict[str, str], TestResponse]]()
    with browser.context.archive.reading(), file_size_limit(FULL):
        before = browser.kept(last_seq)
        for size in (200_000, 1_000_000):  # held in memory at first, or written to the disk as it comes
            for path, field, fields in UPLOADS:
                given = {"csrf_token": token, field: FileStorage(io.BytesIO(b"x" * size), "a.png"), **fields}
                boundary, body = encode_multipart(given)
                kind = f"multipart/form-data; boundary={boundary}"
                answer = browser.client.post(path, data=body, content_type=kind, base_url=SITE, headers=OWN)
                answers.append((path, size, fields, answer))
        after = browser.kept(last_seq)

    for path, size, fields, answer in answers:
        if path != "/emergency/recover" or size > 500_000:  # a small one is read where it is, and takes no space
            text = answer.get_data(as_text=True)
            assert answer.status_code in {422, 503}, (path, size)
            assert "what was saved before is kept" in text, (path, size, text)
            assert "Make space and do the same again" in text, (path, size, text)
            assert size > 500_000 or answer.status_code == 422 or "choose it again" in text, (path, text)
            assert size > 500_000 or all(f'value="{typed}"' in text for typed in fields.values()), (path, text)
    assert before == after
    assert [] == list((desk.home / "incoming").iterdir())
    assert "bug=" not in (desk.home / "logs" / "archive.log").read_text(encoding="utf-8")
