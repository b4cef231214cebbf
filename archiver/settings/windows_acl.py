"""Whether others may read a file on Windows, by the access list that `icacls` saves."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from archiver.settings.child_environ import child_environ

#: Everybody, signed-in users, users, guests, anonymous, network: as SDDL writes them, by letters or by number
#: (Microsoft, "SID Strings").
_GROUPS = {"WD", "AU", "BU", "BG", "AN", "NU", "IU", "S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}


def can_others_read(path: Path) -> bool:
    """Whether whole groups may read the file; False if there is no access list."""
    try:
        return has_group_grant(_read_sddl(path))
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return False


def has_group_grant(sddl: str) -> bool:
    """Whether an access list in SDDL allows anything to a group that means "others".

    `D:(A;ID;FA;;;BA)` is one entry: type, flags, rights, two object ids, whom (Microsoft, "ACE Strings").
    """
    entries = re.findall(r"\(([^()]*)\)", sddl.partition("D:")[2].partition("S:(")[0])
    parts = [entry.split(";") for entry in entries]
    return any(entry[0] == "A" and entry[5] in _GROUPS for entry in parts if len(entry) >= 6)


def _read_sddl(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "acl"
        command = ["icacls", str(path), "/save", str(saved), "/q"]
        subprocess.run(command, env=child_environ(), check=True, capture_output=True, timeout=10)  # noqa: S603 - part of Windows
        return saved.read_text(encoding="utf-16")
