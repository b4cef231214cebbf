"""What a disk may hold after a power cut: a traced run's writes up to a moment, without what was not synced by then.

POSIX promises of a file only what was there at its last fsync or fdatasync, and of a folder's names only what was there
at the folder's last fsync. The recorder keeps for each file what is durable and what is pending, for each folder the
names that are durable and the changes that are pending; a cut takes a part of what is pending, or none of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACED = (
    *("openat", "write", "pwrite64", "lseek", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "unlinkat"),
    *("mkdir", "rmdir", "sendfile"),
)

_CALL = re.compile(r"\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(<(?P<opened>[^>]*)>)?")
_TEXT = re.compile(r'<((?:\\x[0-9a-f]{2})*)(?:\(deleted\))?>|"((?:\\x[0-9a-f]{2})*)"')
_NUMBERS = re.compile(r"(?<=, )-?\d+(?=,|$)")


@dataclass(eq=False, slots=True)
class DiskFile:
    """A file of the disk: its bytes at its last sync, and the changes since, in order."""

    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of a write; a size and None for a truncation."""
    position: int = 0

    def content(self, chance: random.Random | None, share: float) -> bytes:
        """The bytes with a share of what is pending; without a chance, all of it if `share` is 1, else nothing."""
        taken = [one for one in self.pending if (chance.random() < share if chance else share == 1)]
        content = bytearray(self.durable)
        for offset, written in taken:
            if written is None:
                del content[offset:]
                content.extend(bytes(offset - len(content)))
                continue
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(written)] = written
        return bytes(content)

    def sync(self) -> None:
        """Make all of it durable."""
        self.durable, self.pending = self.content(None, 1), []


class Disk:
    """The files below a folder, as they are and as they would be after a cut."""

    def __init__(self, root: Path) -> None:
        """Begin with what lies there, all of it durable."""
        self.live: dict[str, DiskFile | None] = {}
        """Every name with its file; None: a folder."""
        for path in sorted(root.rglob("*")):
            self.live[str(path.relative_to(root))] = None if path.is_dir() else DiskFile(path.read_bytes())
        self.durable = dict(self.live)
        self.pending: dict[str, list[tuple[str, DiskFile | None, bool]]] = {}
        """By folder: changes of its names in order; a name, its file, and whether it is there then."""

    def name(self, name: str, file: DiskFile | None, *, there: bool) -> None:
        """Give a name to a file, or take it away."""
        if there:
            self.live[name] = file
        else:
            self.live.pop(name, None)
        self.pending.setdefault(folder_of(name), []).append((name, file, there))

    def sync(self, name: str) -> None:
        """Make a file or a folder's names durable."""
        file = self.live.get(name)
        if file is not None:
            file.sync()
            return
        for change in self.pending.pop(name, []):
            _apply(self.durable, change)

    def write_state(self, root: Path, chance: random.Random | None, share: float) -> None:
        """Lay down what may be there after a cut now; a folder's changes are taken from the oldest on."""
        names = dict(self.durable)
        for changes in self.pending.values():
            count = chance.randint(0, len(changes)) if chance and share else len(changes) * (share == 1)
            for change in changes[:count]:
                _apply(names, change)
        for name, file in sorted(names.items()):
            if file is None:
                (root / name).mkdir(parents=True, exist_ok=True)
            elif all(names.get(folder, 0) is None for folder in _folders_above(name)):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(file.content(chance, share))


def _apply(names: dict[str, DiskFile | None], change: tuple[str, DiskFile | None, bool]) -> None:
    name, file, there = change
    if there:
        names[name] = file
    else:
        names.pop(name, None)


def folder_of(name: str) -> str:
    """The folder of a name; `.` for the root."""
    return str(Path(name).parent)


def _folders_above(name: str) -> list[str]:
    return [str(folder) for folder in Path(name).parents if str(folder) != "."]


def replay(trace: str, root: Path, disk: Disk) -> Iterator[str]:
    """Play a trace (with `-y -xx` and all data) on the disk; give the name of each call that changed or synced it."""
    for match in filter(None, map(_CALL.match, trace.splitlines())):
        if not match["result"].startswith("-") and _play(match, str(root), disk):
            yield match["name"]


def _play(match: re.Match[str], root: str, disk: Disk) -> bool:
    """Play one call; whether it was one on the disk."""
    call, arguments, result = match["name"], match["arguments"], int(match["result"])
    pieces = [_decoded(fd or text) for fd, text in _TEXT.findall(arguments)]
    paths = [_below(root, piece) for piece in pieces]
    if call == "unlinkat":
        names = [f"{paths[0]}/{pieces[1].decode()}"] if paths[0] is not None else []
    else:
        names = [path for path in paths if path is not None]
    if not names or (call in ("write", "pwrite64") and paths[0] is None):
        return False
    name = names[0].removeprefix("./")
    file = disk.live.get(name)
    numbers = [int(number) for number in _NUMBERS.findall(arguments)]
    match call:
        case "openat":
            return _open(disk, name, arguments)
        case "mkdir":
            disk.name(name, None, there=True)
        case "rename":
            disk.name(names[1], file, there=True)
            disk.name(name, file, there=False)
        case "unlink" | "unlinkat" | "rmdir":
            disk.name(name, file, there=False)
        case "fsync" | "fdatasync":
            disk.sync(name)
        case "lseek" if file is not None:
            file.position = result
            return False
        case "ftruncate" if file is not None:
            file.pending.append((numbers[-1], None))
        case "pwrite64" if file is not None:
            file.pending.append((numbers[-1], pieces[1][:result]))
        case "write" if file is not None:
            file.pending.append((file.position, pieces[1][:result]))
            file.position += result
        case "sendfile" if file is not None:
            source = disk.live[names[1]]
            assert source is not None
            file.pending.append((file.position, source.content(None, 1)[:result]))
            file.position += result
        case _:
            return False
    return True


def _open(disk: Disk, name: str, arguments: str) -> bool:
    file = disk.live.get(name)
    if "O_CREAT" in arguments and name not in disk.live:
        disk.name(name, DiskFile(), there=True)
        return True
    if file is None:
        return False
    file.position = len(file.content(None, 1)) if "O_APPEND" in arguments else 0
    if "O_TRUNC" in arguments:
        file.pending.append((0, None))
        return True
    return False


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _below(root: str, path: bytes) -> str | None:
    """A path within the root; `.` for the root itself."""
    text = path.decode("utf-8", "replace")
    if text == root:
        return "."
    return text.removeprefix(f"{root}/") if text.startswith(f"{root}/") else None
