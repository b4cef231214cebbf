"""The files of time stamps beside the seals: replies of authorities as received, and the roots they were checked with.

Nothing is overwritten: a reply that was no stamp is renamed, and roots pinned later are appended to the earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.store.durable_files import storage_error, write_durably
from archiver.store.seal_files import FOLDER

_STAMP_NAME = re.compile(r"(\d{6,18}-\d{4}-\d\d-\d\d\.json)\.([a-z0-9-]{1,20})\.tsr")
_PEM_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def file_name(seal: str, authority: str) -> str:
    """The name of a stamp's file: `000012-2026-11-12.json.a.tsr`, as in docs/adr/0004."""
    return f"{seal}.{authority}.tsr"


def stamp_files(home: Path) -> Iterator[tuple[str, str]]:
    """The name of the seal and the authority of each stamp's file, in order. Raises StorageError."""
    folder = home / FOLDER
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(error, folder) from error
    for name in names:
        match = _STAMP_NAME.fullmatch(name)
        if match:
            yield match[1], match[2]


def kept_roots(home: Path, authority: str) -> str:
    """The roots stored beside this authority's stamps, as PEM text; empty if there are none. Raises OSError."""
    return _read_text(home / FOLDER / f"{authority}.pem")


def write_stamp(home: Path, name: str, reply: bytes, *, authority: str, pem: Sequence[str]) -> None:
    """Write the roots (PEM blocks) and a reply durably. Raises DiskFull, HomeNotWritable."""
    folder = home / FOLDER
    try:
        keep_roots(folder / f"{authority}.pem", pem)
        set_aside(folder / name)
        write_durably(folder / name, reply)
    except OSError as error:
        raise storage_error(error, folder) from error


def pem_blocks(text: str) -> list[str]:
    """The roots of such a text, one by one."""
    return _PEM_BLOCK.findall(text)


def set_aside(path: Path) -> None:
    """Rename a file that was judged to be no stamp, so that it is not overwritten."""
    number, aside = 1, path.with_name(f"{path.name}.unusable")
    while path.exists():
        if not aside.exists():
            path.rename(aside)
            return
        number += 1
        aside = path.with_name(f"{path.name}.unusable-{number}")


def keep_roots(path: Path, pem: Sequence[str]) -> None:
    """Append the roots that are not in the file yet; what is there stays. Raises OSError."""
    present = _read_text(path)
    known = {_without_spaces(block) for block in pem_blocks(present)}
    new = [block.strip() + "\n" for block in pem if _without_spaces(block) not in known]
    if new:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        between = "" if present.endswith("\n") or not present else "\n"
        write_durably(path, (present + between + "".join(new)).encode("latin-1"))


def _read_text(path: Path) -> str:
    """The file as Latin-1, byte for byte, so that what somebody wrote between the blocks stays as it is."""
    try:
        return path.read_bytes().decode("latin-1")
    except FileNotFoundError:
        return ""


def _without_spaces(block: str) -> str:
    return "".join(block.split())
