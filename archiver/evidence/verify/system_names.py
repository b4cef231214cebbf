"""Names of files that macOS puts into folders and zips by itself.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification

_SYSTEM_NAME = re.compile(r"(?:.*/)?\.DS_Store|__MACOSX/(?:.*/)?\._[^/]+", re.DOTALL)
_SYSTEM_NAMES_LIMIT = 20


def is_system_name(name: str) -> bool:
    """Whether an operating system gives this name to files of its own."""
    return _SYSTEM_NAME.fullmatch(name) is not None


def tell_system_files(verification: Verification, names: Sequence[str]) -> None:
    """Say that these files were not looked at."""
    if names:
        named = ", ".join(names[:_SYSTEM_NAMES_LIMIT]) + (" …" if len(names) > _SYSTEM_NAMES_LIMIT else "")
        sentence = _(
            "{files}: files of such names are put there by the operating system. No list names them, and they were not "
            "looked at."
        )
        verification.add_unchecked("system files", sentence.format(files=named))
