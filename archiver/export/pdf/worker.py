"""Makes a PDF in a process of its own, because Typst frees its memory only when its process ends."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection

from archiver import errors
from archiver.export.helper_process import start_unreached
from archiver.export.pdf.blocks import Report
from archiver.export.pdf.typst_pdf import make_pdf


class PdfJob:
    """A PDF that is being laid out in its process; `result` waits for it, `stop` ends it."""

    def __init__(self, report: Report, *, at: datetime) -> None:
        """Start the process; the date of the PDF is `at`."""
        context = multiprocessing.get_context("spawn")
        self._title = report.title
        self._connection, there = context.Pipe(duplex=False)
        self._worker = context.Process(target=_run_job, args=(report, at, there), daemon=True)
        start_unreached(self._worker)
        there.close()

    def result(self) -> bytes:
        """The PDF, once. Raises PdfUnavailable, PdfFailed."""
        try:
            answer = self._connection.recv()
        except EOFError:  # the process was killed, most likely for lack of memory
            answer = errors.PdfFailed, self._title
        finally:
            self.stop()
        if not isinstance(answer, bytes):
            error_type, detail = answer
            raise error_type(detail=detail)
        return answer

    def stop(self) -> None:
        """End the process, as nobody waits for the PDF any more."""
        self._connection.close()
        self._worker.kill()
        self._worker.join()


def make_pdf_apart(report: Report, *, at: datetime) -> bytes:
    """The report as a PDF whose date is `at`. Raises PdfUnavailable, PdfFailed."""
    return PdfJob(report, at=at).result()


def _run_job(report: Report, at: datetime, connection: Connection) -> None:
    """Run in the process: send the PDF, or the type and detail of the error (errors themselves cannot be sent)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the waiting process gets it too, and ends this one
    with suppress(BrokenPipeError):  # the waiting process is gone
        connection.send(_pdf_or_error(report, at))


def _pdf_or_error(report: Report, at: datetime) -> object:
    try:
        return make_pdf(report, at=at)
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        return type(error), error.data.get("detail", "")
    except OSError as error:
        return errors.PdfFailed, error.strerror or ""
