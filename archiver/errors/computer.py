"""Errors of this computer: it cannot make PDFs or register jobs."""

from __future__ import annotations

from archiver.errors.base import ArchiverError
from archiver.gettext_mark import N_


class PdfUnavailable(ArchiverError):
    """The library that makes PDFs does not run on this computer."""

    message = N_("No PDF can be made on this computer; the pages of the transcript can be printed instead.")


class PdfFailed(ArchiverError):
    """The library refused to make a PDF of the report."""

    message = N_("The report could not be made as a PDF: {detail}")


class SchedulerMissing(ArchiverError):
    """The program that controls a scheduler is not on this computer."""

    message = N_("This computer has no program “{program}”, so no job could be registered there.")
    hint = N_(
        "Choose another scheduler: archive init schedule --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )


class SchedulerRefused(ArchiverError):
    """A scheduler's own program failed."""

    message = N_("{program} refused: {detail}")
    hint = N_(
        "Nothing was registered. Another way: archive init schedule --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )
