"""A PDF laid out in a process of its own: Typst keeps its memory until its process ends, so it ends with the PDF."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection

from archiver import errors
from archiver.export.pdf.blocks import Report
from archiver.export.pdf.typst_pdf import make_pdf


class PdfJob:
    """A PDF that is being laid out; `result` waits for it, `drop` ends it."""

    def __init__(self, report: Report, *, at: datetime) -> None:
        """Start its process; the date of the PDF is `at`."""
        context = multiprocessing.get_context("spawn")
        self._title = report.title
        self._connection, there = context.Pipe(duplex=False)
        self._worker = context.Process(target=_run_job, args=(report, at, there), daemon=True)
        self._worker.start()
        there.close()

    def result(self) -> bytes:
        """The PDF, once. Raises PdfUnavailable, PdfFailed."""
        try:
            answer = self._connection.recv()
        except EOFError:  # its end was not of its own will: most likely there was no memory for it
            answer = errors.PdfFailed, self._title
        finally:
            self.stop()
        if not isinstance(answer, bytes):
            error_type, detail = answer
            raise error_type(detail=detail)
        return answer

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._connection.close()
        self._worker.kill()
        self._worker.join()


def make_pdf_apart(report: Report, *, at: datetime) -> bytes:
    """The report as a PDF whose date is `at`. Raises PdfUnavailable, PdfFailed."""
    return PdfJob(report, at=at).result()


def _run_job(report: Report, at: datetime, connection: Connection) -> None:
    """In the process of its own: tell the PDF, or which error there was (errors themselves cannot be sent)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for it is told, and ends it
    with suppress(BrokenPipeError):  # who waited for it is gone
        connection.send(_pdf_or_error(report, at))


def _pdf_or_error(report: Report, at: datetime) -> object:
    try:
        return make_pdf(report, at=at)
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        return type(error), error.data.get("detail", "")
    except OSError as error:
        return errors.PdfFailed, error.strerror or ""
