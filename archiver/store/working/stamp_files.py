"""The files of stamps beside the seals: the authorities' replies as they came, and the roots they were checked against.

Nothing is written over: a reply that was no stamp is put aside, and a root that is pinned later stands below the
earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.store.disk import storage_error, write_durably
from archiver.store.seals import FOLDER

_FILE = re.compile(r"(\d{6,18}-\d{4}-\d\d-\d\d\.json)\.([a-z0-9-]{1,20})\.tsr")
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def file_name(seal: str, authority: str) -> str:
    """`000012-2026-11-12.json.a.tsr`, as in docs/adr/0004."""
    return f"{seal}.{authority}.tsr"


def stamp_files(home: Path) -> Iterator[tuple[str, str]]:
    """The names of the seals that have a stamp's file, each with the authority, in order. Raises StorageError."""
    folder = home / FOLDER
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(error, folder) from error
    for name in names:
        found = _FILE.fullmatch(name)
        if found:
            yield found[1], found[2]


def roots(home: Path, authority: str) -> str:
    """The roots that were kept beside this authority's stamps, as PEM text; empty if there are none. Raises OSError."""
    return _text(home / FOLDER / f"{authority}.pem")


def put(home: Path, name: str, reply: bytes, *, authority: str, pem: Sequence[str]) -> None:
    """Write the roots (PEM blocks) and the reply durably. Raises DiskFull, HomeNotWritable."""
    folder = home / FOLDER
    try:
        _keep_roots(folder / f"{authority}.pem", pem)
        _set_aside(folder / name)
        write_durably(folder / name, reply)
    except OSError as error:
        raise storage_error(error, folder) from error


def _set_aside(path: Path) -> None:
    """Move a file that was judged to be no stamp out of the way: nothing that somebody may ask for is written over."""
    number, aside = 1, path.with_name(f"{path.name}.unusable")
    while path.exists():
        if not aside.exists():
            path.rename(aside)
            return
        number += 1
        aside = path.with_name(f"{path.name}.unusable-{number}")


def _keep_roots(path: Path, pem: Sequence[str]) -> None:
    """Add the roots that are not in the file yet below those that are; what is there stays. Raises OSError."""
    there = _text(path)
    known = {_bare(block) for block in _BLOCK.findall(there)}
    new = [block.strip() + "\n" for block in pem if _bare(block) not in known]
    if new:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        between = "" if there.endswith("\n") or not there else "\n"
        write_durably(path, (there + between + "".join(new)).encode("latin-1"))


def _text(path: Path) -> str:
    """Bytes for signs, so that what somebody wrote between the blocks stays as it is."""
    try:
        return path.read_bytes().decode("latin-1")
    except FileNotFoundError:
        return ""


def _bare(block: str) -> str:
    return "".join(block.split())
