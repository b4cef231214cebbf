"""`export --for court --check FOLDER`: what to look at in files before they are filed with a court."""

from __future__ import annotations

from pathlib import Path

from archiver.cli.context import FINDINGS
from archiver.cli.terminal.output import echo, echo_json, paged_output
from archiver.errors import N_
from archiver.export.court_check import check_folder
from archiver.wording import gettext as _

_SENTENCES = {
    "name_length": N_("The name has {detail} characters; a court's system takes 50."),
    "name_form": N_("Exhibits are numbered with three digits, such as 甲001.pdf or 甲001の2.pdf."),
    "size": N_("{detail} MB: larger than the limit."),
    "unreadable": N_("It cannot be read as a PDF."),
    "password": N_("It is protected by a password."),
    "pages": N_("It has no pages."),
    "paper": N_("Page {page} is neither A4 nor A3: {detail}"),
    "font": N_("A font is not embedded (page {page}): {detail}"),
    "bookmarks": N_("It has bookmarks."),
    "metadata": N_("It says beside its pages: {detail}"),
    "attachment": N_("Another file is attached."),
    "script": N_("It has JavaScript or another action."),
    "note": N_("It has a comment or a mark (page {page}): {detail}"),
}


def check_court_files(folder: Path, limit: int | None, *, as_json: bool) -> int:
    """Look at the files of a folder and print what was found; nothing is changed."""
    count, findings, others = check_folder(folder, limit)
    if as_json:
        echo_json({"checked": count, "findings": [one._asdict() for one in findings], "not_checked": others})
        return FINDINGS if findings else 0
    with paged_output():
        for name in dict.fromkeys(one.file for one in findings):
            echo("{name}", name=name)
            for one in findings:
                if one.file == name:
                    echo("  " + _(_SENTENCES[one.check]), detail=one.detail, page=one.page)
        if others:
            echo(_("Not looked at, as a court's record takes no such files: {names}"), names=", ".join(others))
        echo(_("Files looked at: {count}; things to look at before filing: {n}"), count=count, n=len(findings))
        echo(_("Whether a court takes a file is for the court to say."))
    return FINDINGS if findings else 0
