"""Keeps secrets out of images of this process's memory: tokens and the installation's key are in it while it works."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4
"""prctl(2): a process that is not dumpable writes no core file, and other processes of its user cannot read it."""


def forbid_core_files() -> None:
    """Forbid core files and, on Linux, reading this process's memory; where neither is known nothing happens."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def wipe(secret: str | bytes) -> None:
    """Overwrite a secret that nobody uses any more, as freed memory keeps what was in it until it is used again.

    Only for a value that was made for one use: it is changed in place, where its bytes lie in CPython (behind a header
    of the size of an empty value; an ASCII text has one byte for each sign).
    """
    if sys.implementation.name != "cpython" or (isinstance(secret, str) and not secret.isascii()):
        return
    header = sys.getsizeof("" if isinstance(secret, str) else b"") - 1
    if len(secret) > 1:  # shorter ones are shared by all of the process
        ctypes.memset(id(secret) + header, 0, len(secret))
