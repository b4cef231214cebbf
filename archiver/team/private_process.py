"""Makes this process one that leaves no image of its memory behind, as tokens and the installation's key are in it."""

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
