"""A command run as a user whom folders without write permission stop, also where the tests run as root."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.terminals.forked_program import run_command

_DROP_CAPABILITY = 24
"""`PR_CAPBSET_DROP` of prctl(2)."""
_PERMISSION_OVERRIDES = (1, 2)
"""`CAP_DAC_OVERRIDE` and `CAP_DAC_READ_SEARCH` of capabilities(7)."""


def run_as_ordinary_user(
    command: Sequence[str], environ: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; root keeps its files there, but not the power to pass over permissions."""
    return run_command(command, environ, folder=folder, before=_give_up_overrides if os.geteuid() == 0 else None)


def _give_up_overrides() -> None:
    system_calls = ctypes.CDLL(None)
    for capability in _PERMISSION_OVERRIDES:
        system_calls.prctl(_DROP_CAPABILITY, capability, 0, 0, 0)
