"""One job at a time, with progress, that can be cancelled, and whose result is kept."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.web.background_work import Job, JobOutcome, JobRunner, JobState

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def jobs() -> JobRunner:
    return JobRunner(lambda: AT)


def test_a_job_that_was_cut_off_is_told_until_it_was_seen(tmp_path: Path) -> None:
    """A program that is ended while a job runs leaves its note; one whose jobs ended leaves none."""
    note, go_on = tmp_path / "job.json", threading.Event()

    def work(_job: Job) -> JobOutcome:
        go_on.wait(10)
        return JobOutcome("done")

    killed = JobRunner(lambda: AT, file=note)
    killed.start("Saving now", work)
    found = [JobRunner(lambda: AT, file=note).last for _start in range(2)]
    go_on.set()
    killed.leave(10)
    after = JobRunner(lambda: AT, file=note).last

    assert [("Saving now", JobState.CUT_OFF)] * 2 == [(one.title, one.state) for one in found if one is not None]
    assert after is None


def test_a_job_ends_between_two_steps_when_asked(jobs: JobRunner) -> None:
    """Also while it waits; what it did is kept, and said so."""

    def work(job: Job) -> JobOutcome:
        job.tell("waiting", 1, 4)
        job.sleep(60)
        return JobOutcome("never")

    job = jobs.start("long", work)
    jobs.leave(10)

    assert JobState.CANCELLED is job.state
    assert job.outcome is not None
    assert not job.outcome.is_complete
    assert 25 == job.percent


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_program_is_kept_in_the_log_and_the_page_says_where(tmp_path: Path) -> None:
    """Nobody sees the stderr of an application that was double-clicked."""
    log, noted = tmp_path / "archive.log", []

    def note(error: BaseException) -> Path:
        noted.append(type(error))
        return log

    runner = JobRunner(lambda: AT, note)
    job = runner.start("fails", lambda _job: JobOutcome(str([][1])))
    runner.leave(10)

    assert [IndexError] == noted
    assert job.outcome is not None
    assert str(log) in job.outcome.lines[-1]
