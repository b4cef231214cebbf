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
_RESUMED = re.compile(r"\d+ +<\.\.\. \w+ resumed>(?P<rest>.*)")
_NUMBERS = re.compile(r"(?<=, )-?\d+(?=,|$)")


@dataclass(eq=False, slots=True)
class DiskFile:
    """A file of the disk: its bytes at its last sync, and the changes since, in order."""

    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of a write; a size and None for a truncation."""
    position: int = 0
    appends: bool = False
    """Whether it was opened so that every write goes to its end, as a log is."""

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


@dataclass(eq=False, slots=True)
class DiskFolder:
    """A folder of the disk: its names as they are, as they were at its last sync, and the changes since, in order."""

    live: dict[str, DiskNode] = field(default_factory=dict)
    durable: dict[str, DiskNode] = field(default_factory=dict)
    pending: list[dict[str, DiskNode | None]] = field(default_factory=list)
    """Names and what each names then; None: nothing any more. A rename within the folder is one change of two names."""

    def change(self, names: dict[str, DiskNode | None]) -> None:
        """Give names to files or folders, or take them away, all at once."""
        _apply(self.live, names)
        self.pending.append(names)

    def sync(self) -> None:
        """Make all names durable."""
        self.durable, self.pending = dict(self.live), []

    def names(self, chance: random.Random | None, share: float) -> dict[str, DiskNode]:
        """The names with a part of what is pending, from the oldest on."""
        count = len(self.pending)
        count = chance.randint(0, count) if chance and share else count * (share == 1)
        names = dict(self.durable)
        for changed in self.pending[:count]:
            _apply(names, changed)
        return names


DiskNode = DiskFile | DiskFolder


class Disk:
    """The files and folders below a folder, as they are and as they would be after a cut."""

    def __init__(self, root: Path) -> None:
        """Begin with what lies there, all of it durable."""
        self.root = _folder_as_it_lies(root)

    def find(self, name: str) -> DiskNode | None:
        """What has this name now, by its path from the root; None: nothing."""
        node: DiskNode | None = self.root
        for part in Path(name).parts:
            node = node.live.get(part) if isinstance(node, DiskFolder) else None
        return node

    def name(self, name: str, node: DiskNode | None) -> None:
        """Give a path to a file or folder, or take it away; a rename keeps what a folder holds."""
        self._folder_of(name).change({Path(name).name: node})

    def rename(self, old: str, new: str) -> None:
        """Give a file or folder another path; a power cut leaves one of both, as journals of file systems do."""
        node, folder = self.find(old), self._folder_of(new)
        names = {Path(new).name: node}
        if folder is self._folder_of(old):
            folder.change(names | {Path(old).name: None})
        else:
            folder.change(names)
            self.name(old, None)

    def _folder_of(self, name: str) -> DiskFolder:
        folder = self.find(str(Path(name).parent))
        assert isinstance(folder, DiskFolder), name
        return folder

    def sync(self, name: str) -> None:
        """Make a file's bytes or a folder's names durable."""
        node = self.find(name)
        if node is not None:
            node.sync()

    def write_state(self, root: Path, chance: random.Random | None, share: float) -> None:
        """Lay down what may be there after a cut now."""
        _lay_down(self.root, root, chance, share)


def _folder_as_it_lies(path: Path) -> DiskFolder:
    names: dict[str, DiskNode] = {
        one.name: _folder_as_it_lies(one) if one.is_dir() else DiskFile(one.read_bytes())
        for one in sorted(path.iterdir())
    }
    return DiskFolder(names, dict(names))


def _lay_down(folder: DiskFolder, path: Path, chance: random.Random | None, share: float) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for name, node in sorted(folder.names(chance, share).items()):
        if isinstance(node, DiskFolder):
            _lay_down(node, path / name, chance, share)
        else:
            (path / name).write_bytes(node.content(chance, share))


def _apply(names: dict[str, DiskNode], changed: dict[str, DiskNode | None]) -> None:
    for name, node in changed.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def whole_lines(trace: str) -> Iterator[str]:
    """The lines of a trace, each call in one, at the place of its end, where several threads called at once."""
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        thread = line.split(maxsplit=1)[0] if line else ""
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>").rstrip()
        elif (resumed := _RESUMED.match(line)) is not None:
            yield begun.pop(thread, "") + resumed["rest"]
        else:
            yield line


def replay(trace: str, root: Path, disk: Disk) -> Iterator[str]:
    """Play a trace (with `-y -xx` and all data) on the disk; give the name of each call that changed or synced it."""
    for match in filter(None, map(_CALL.match, whole_lines(trace))):
        if not match["result"].startswith("-") and _play(match, str(root), disk):
            yield match["name"]


def _play(match: re.Match[str], root: str, disk: Disk) -> bool:
    """Play one call; whether it was one on the disk."""
    call, arguments, result = match["name"], match["arguments"], int(match["result"])
    pieces = [_decoded(fd or text) for fd, text in _TEXT.findall(arguments)]
    paths = [_below(root, piece) for piece in pieces]
    if call == "unlinkat":
        names = [f"{paths[0]}/{pieces[1].decode()}"] if paths[0] is not None else paths[1:]
    else:
        names = [path for path in paths if path is not None]
    if not names or (call in ("write", "pwrite64", "sendfile", "ftruncate") and paths[0] is None):
        return False
    name = (names[0] or "").removeprefix("./")
    node = disk.find(name)
    file = node if isinstance(node, DiskFile) else None
    numbers = [int(number) for number in _NUMBERS.findall(arguments)]
    match call:
        case "openat":
            return _open(disk, name, arguments)
        case "mkdir":
            disk.name(name, DiskFolder())
        case "rename":
            disk.rename(name, (names[1] or "").removeprefix("./"))
        case "unlink" | "unlinkat" | "rmdir":
            disk.name(name, None)
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
            if file.appends:
                file.position = len(file.content(None, 1))
            file.pending.append((file.position, pieces[1][:result]))
            file.position += result
        case "sendfile" if file is not None:
            file.pending.append((file.position, _source(disk, pieces[1], paths[1])[:result]))
            file.position += result
        case _:
            return False
    return True


def _source(disk: Disk, path: bytes, name: str | None) -> bytes:
    """What a file holds that is copied from: one of the disk, or one that the run does not change."""
    if name is None:
        return Path(path.decode()).read_bytes()
    source = disk.find(name)
    assert isinstance(source, DiskFile)
    return source.content(None, 1)


def _open(disk: Disk, name: str, arguments: str) -> bool:
    node = disk.find(name)
    if "O_CREAT" in arguments and node is None:
        disk.name(name, DiskFile(appends="O_APPEND" in arguments))
        return True
    if not isinstance(node, DiskFile):
        return False
    node.appends = node.appends or "O_APPEND" in arguments
    node.position = 0
    if "O_TRUNC" in arguments:
        node.pending.append((0, None))
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
