"""A Ctrl-C of the terminal, which every process of a command gets, ends no helper and makes none print a trace."""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from typing import Any

import pytest

from archiver.export.helper_process import Helper
from archiver.export.metadata import portable_documents
from archiver.export.pdf.blocks import Report
from archiver.export.pdf.worker import PdfJob

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")


@pytest.mark.drawn
def test_a_helper_that_still_starts_is_not_ended(capfd: pytest.CaptureFixture[str]) -> None:
    """It answers all the same, and says nothing; this process gets Ctrl-C as before."""
    helper = Helper(_doubling, ())
    _interrupt_children()

    assert helper.ask([1, 2])
    assert helper.answer() == [2, 4]
    helper.stop()

    assert capfd.readouterr().err == ""
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_pdf_that_is_begun_is_made(capfd: pytest.CaptureFixture[str]) -> None:
    """As long as the waiting process wants it."""
    report = Report("報告書", "yamada", "", "", None, "", 20, ())

    job = PdfJob(report, at=datetime(2026, 11, 27, tzinfo=UTC))
    _interrupt_children()
    pdf = job.result()

    assert pdf.startswith(b"%PDF-")
    assert capfd.readouterr().err == ""


@pytest.mark.drawn
def test_a_reader_of_metadata_is_not_ended() -> None:
    """A document is not taken for one that cannot be read."""
    assert portable_documents.run_apart(_holds_back, b"") is True


def _doubling() -> Any:
    return lambda batch: [2 * one for one in batch]


def _holds_back(_body: bytes) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def _interrupt_children() -> None:
    for child in multiprocessing.active_children():
        assert child.pid is not None
        os.kill(child.pid, signal.SIGINT)
