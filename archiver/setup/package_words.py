"""What to consider before a package leaves, in lines that the terminal prints and pages show."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from archiver.export.metadata.items import FileMetadata
from archiver.render.screen_text import visible
from archiver.setup.menu_entry import has_desktop
from archiver.wording import gettext as _


def warning_lines(warnings: Iterable[str]) -> list[str]:
    """What to consider before the package leaves."""
    return [_warning_sentence(warning) for warning in warnings]


def _warning_sentence(name: str) -> str:
    return {
        "early_contact": _(
            "[Note] The first message is earlier than the approval, escrow or contract, and the report says "
            "so. Messages are never left out to hide it; think about whom you send it to."
        ),
        "unsaved_beginning": _(
            "[Note] Messages before the first saved one are not in the archive (never saved, or erased by "
            "you), so the export does not say that the talk began after the approval. If some were never "
            "saved, save what you still can: archive save FILE"
        ),
        "forbidden_contact": _(
            "[Note] This platform allows no outside contact, and the export shows that there was some. "
            "Messages are never left out to hide it; think about whom you send it to."
        ),
        "english": _(
            "[Note] This export is in English, but courts and platforms in Japan read Japanese. Give them "
            "one made without --report-lang; this one is for a client or a lawyer abroad."
        ),
        "nda": _(
            "[Note] You entered a promise of secrecy (NDA). Such a promise usually has an exception for a "
            "lawyer, but not for a platform's support. So the whole table and the files you added stay out "
            "of this export. Consider: archive export --for lawyer"
        ),
    }[name]


def metadata_lines(files: Sequence[FileMetadata]) -> list[str]:
    """What the user's own evidence says beside its content, under a heading; nothing if it says nothing."""
    lines = [f"  {one.file}: {_metadata_words(one)}" for one in files if _says_something(one)]
    return [_("Metadata of the files you added (what stands in the file beside its content):"), *lines] if lines else []


def _says_something(metadata: FileMetadata) -> bool:
    return bool(metadata.items) or metadata.removed or metadata.state in ("unknown", "damaged", "left_out")


def _metadata_words(metadata: FileMetadata) -> str:
    words = {
        "author": _("author"),
        "modified_by": _("last modified by"),
        "company": _("company"),
        "position": _("position"),
        "device": _("device"),
        "text": _("title or description"),
    }
    if metadata.removed:
        fields = ", ".join(dict.fromkeys(words[one.field] for one in metadata.items))
        return _("a copy without it ({fields})").format(fields=fields) if fields else _("a copy without it")
    if metadata.state == "unknown":
        return _("not looked at: this kind of file cannot be, or it is too large")
    if metadata.state == "left_out":
        return _("stays out, as no copy without its metadata can be made")
    if metadata.state == "damaged":
        return _("could not be looked at: the file cannot be read to its end")
    return visible(", ".join(f"{words[one.field]} {one.value}" for one in metadata.items))


def open_folder(folder: Path) -> bool:
    """Try to show a folder, and return whether that was tried. Never waits and never raises."""
    return sys.stdout.isatty() and sys.stdin.isatty() and show_folder(folder)


def show_folder(folder: Path) -> bool:
    """Try to show a folder that somebody asked for by clicking, and return whether that was tried."""
    with contextlib.suppress(OSError):  # the package is complete even if no file manager starts
        return _open(folder)
    return False


def _open(folder: Path) -> bool:
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606 - a folder that we made ourselves
        return True
    program = _program()
    if program is None:
        return False
    from archiver.settings.home import child_environ

    # The file manager lives on after us and must not write into our terminal.
    subprocess.Popen(  # noqa: S603 - a program of the system, and a folder that we made ourselves
        [program, str(folder)],
        env=child_environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True


def _program() -> str | None:
    if sys.platform == "darwin":
        return shutil.which("open")
    return shutil.which("xdg-open") if has_desktop(os.environ) else None
