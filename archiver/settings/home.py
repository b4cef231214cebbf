"""The home, which is the folder of the archive: how it is found, and whether it is a suitable folder.

Nothing here makes or changes a folder. `--help` needs this module too, so it imports little.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from archiver import errors


class Mount(NamedTuple):
    """One mounted file system."""

    point: str
    """The absolute path of the folder at which it is mounted."""
    kind: str
    """The type of file system as the system names it, such as `nfs4`."""
    source: str
    """A device, `host:/path`, `//host/share` or an address."""


Mounts = Callable[[], Iterable[Mount]]
"""A function that reads the table of mounts; a later one covers an earlier one at the same place."""

_KINDS = frozenset(
    (
        *("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "coda", "webdav"),
        *("9p", "davfs", "davfs2", "glusterfs", "ceph", "lustre", "beegfs", "orangefs", "gpfs"),
        *("vboxsf", "prl_fs", "vmhgfs", "ftp"),  # folders that a virtual machine shares have the same weakness
    )
)

_FUSE = re.compile(
    r"(?:mac|osx)?fuse\.(?:sshfs|rclone|davfs2?|glusterfs|ceph|ceph-fuse|curlftpfs|smbnetfs|s3fs|gcsfuse|goofys|mount-s3"
    r"|gvfsd-fuse|kio-fuse|vmhgfs-fuse|juicefs|seaweedfs|moosefs|mfs|lizardfs|beegfs|nfs|cifs|9p|.*drive.*|google.*)"
)
"""File systems in user space that are known to work over a network; gocryptfs, mergerfs, ntfs-3g … do not."""

_REMOTE_SOURCE = re.compile(r"https?://.*|//[^/]+/.*|[A-Za-z0-9._@-]+:/.*")
"""Sources of network mounts whose type is only `fuse` or `macfuse`."""

_DRIVE_REMOTE = 4


def network_share(home: Path, *, mounts: Mounts | None = None) -> str | None:
    """The kind of network share on which a folder is (`nfs4`, `//server/share` …); None for a disk of this computer.

    The folder need not exist yet; `mounts` is for tests and other systems.
    """
    real = Path(os.path.realpath(home))
    if sys.platform == "win32" and mounts is None:
        return _windows_share(str(real)) or _windows_share(str(home))
    mount = _mount_of(PurePosixPath(real.as_posix()), (mounts or _mount_table)())
    return mount.kind if mount is not None and is_network(mount) else None


def is_network(mount: Mount) -> bool:
    """Whether a file system is on another computer."""
    kind = mount.kind.casefold()
    if kind in _KINDS or _FUSE.fullmatch(kind):
        return True
    return kind in ("fuse", "macfuse", "osxfuse") and _REMOTE_SOURCE.fullmatch(mount.source) is not None


def _mount_of(path: PurePosixPath, mounts: Iterable[Mount]) -> Mount | None:
    """The file system of a path: the one mounted deepest above it, and of several at one place the last."""
    deepest = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (deepest is None or _depth(mount) >= _depth(deepest)):
            deepest = mount
    return deepest


def _depth(mount: Mount) -> int:
    return len(PurePosixPath(mount.point).parts)


# --- tables ----------------------------------------------------------------------------------


def linux_mounts(text: str) -> Iterator[Mount]:
    """The mounts in the text of `/proc/self/mountinfo` (proc(5)); other lines are skipped."""
    for line in text.splitlines():
        left, _dash, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) >= 6 and len(after) >= 2:  # up to the options; type and source
            yield Mount(_unescape(before[4]), after[0], _unescape(after[1]))


def mac_mounts(text: str) -> Iterator[Mount]:
    """The mounts in what `/sbin/mount` prints on macOS: `//me@nas/work on /Volumes/work (smbfs, nodev, nosuid)`."""
    for line in text.splitlines():
        if match := re.fullmatch(r"(.*?) on (/.*) \(([A-Za-z0-9_.-]+)(?:,.*)?\)", line):
            yield Mount(match[2], match[3], match[1])


def _unescape(text: str) -> str:
    """The text with octal escapes (`\\040` for a space) replaced by the bytes that they stand for."""
    raw = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 0xFF]), os.fsencode(text))
    return os.fsdecode(raw)


def _mount_table() -> list[Mount]:
    """The present mounts; empty if the system does not tell them."""
    try:
        if sys.platform == "darwin":
            process = subprocess.run(["/sbin/mount"], env=child_environ(), capture_output=True, timeout=10, check=False)
            return list(mac_mounts(os.fsdecode(process.stdout)))
        return list(linux_mounts(os.fsdecode(Path("/proc/self/mountinfo").read_bytes())))
    except (OSError, subprocess.SubprocessError):
        return []


# --- Windows ---------------------------------------------------------------------------------


def unc_share(path: str) -> str | None:
    r"""The `\\server\share` that a Windows path begins with; None for a drive or a device."""
    plain = re.sub(r"^\\\\\?\\UNC\\", r"\\\\", path.replace("/", "\\"), flags=re.IGNORECASE)
    match = re.match(r"\\\\([^\\?.][^\\]*)\\([^\\]+)", plain)
    return rf"\\{match[1]}\{match[2]}" if match else None


def _windows_share(path: str) -> str | None:
    if share := unc_share(path):
        return share
    import ctypes  # GetDriveTypeW (learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew)

    drive, windows = os.path.splitdrive(path)[0], getattr(ctypes, "windll", None)
    is_remote = drive and windows is not None and windows.kernel32.GetDriveTypeW(drive + "\\") == _DRIVE_REMOTE
    return drive if is_remote else None


APPLICATION = "chatwork-archiver"
WINDOWS_FOLDER = "Chatwork保管庫"
SETTINGS_FILE = "archive.toml"
DATABASE_FILE = "archive.sqlite3"


def home_path(option: str | None, environ: Mapping[str, str]) -> Path:
    """The home as an absolute path: `--home`, else ARCHIVE_HOME, else the usual place of this system.

    An empty text counts as not given. `~` is the user's own folder. Raises BadValue for an impossible path.
    """
    given = option or environ.get("ARCHIVE_HOME") or ""
    if not given:
        return _usual_home()
    try:
        if "\0" in given:
            raise ValueError(given)
        return Path(given).expanduser().absolute()
    except (RuntimeError, ValueError) as error:
        raise errors.BadValue(value=given, option="--home", example="~/chatwork") from error


def _usual_home() -> Path:
    """The system's folder for user data, but on Windows beside the user's documents.

    Windows empties AppData when a program of the Store is removed, and documents are often synchronised.
    """
    if sys.platform == "win32":
        return Path.home() / WINDOWS_FOLDER
    from platformdirs import user_data_path

    return user_data_path(APPLICATION, appauthor=False).absolute()


def home_digest(home: Path) -> str:
    """A short name of a home, in which its path is not told."""
    return hashlib.sha256(str(home).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def config_folder(environ: Mapping[str, str]) -> Path:
    """The user's folder for configurations, by the XDG Base Directory Specification."""
    base = environ.get("XDG_CONFIG_HOME") or ""
    return Path(base) if base.startswith("/") else Path.home() / ".config"


def has_archive(home: Path) -> bool:
    """Whether there is an archive in the home; False for a folder that cannot be read."""
    try:
        return (home / DATABASE_FILE).is_file()
    except OSError:
        return False


def check_home(home: Path, environ: Mapping[str, str], *, mounts: Mounts | None = None) -> None:
    """Raise SyncedFolder if another program synchronises this folder, NetworkFolder if it is on another computer.

    Synchronised folders are recognised by the names of the folders above, and by the variables that OneDrive sets on
    Windows. Documents that a Mac keeps in iCloud cannot be recognised. `mounts` is passed to `network_share`.
    """

    for path in dict.fromkeys((home, Path(os.path.realpath(home)))):
        for folder in (path, *path.parents):
            if service := next(_sync_services(folder, environ), None):
                raise errors.SyncedFolder(path=home, service=service)
    if kind := network_share(home, mounts=mounts):
        raise errors.NetworkFolder(path=home, kind=kind)


def language_of(home: Path) -> str | None:
    """The `language` in `archive.toml`, or None. It is found in a broken file too, and nothing is raised."""
    try:
        text = (home / SETTINGS_FILE).read_bytes()[:1_000_000].decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None
    top = re.split(r"(?m)^[ \t]*\[", text, maxsplit=1)[0]
    match = re.search(r"""(?m)^[ \t]*language[ \t]*=[ \t]*["']([A-Za-z_-]*)["']""", top)
    return match[1] if match and match[1] else None


# --- synchronised folders --------------------------------------------------------------------

#: Names of synchronised folders, after NFKC and case folding: macOS gives decomposed names, and services add the
#: account (`OneDrive - Company`, `GoogleDrive-me@example.com`, `Dropbox (Personal)`).
_NAMES = (
    ("OneDrive", re.compile(r"onedrive( ?-.*)?")),
    ("Dropbox", re.compile(r"dropbox( ?[-(].*)?")),
    ("iCloud Drive", re.compile(r"icloud([ _.-]?drive.*|[ _.~-].*)?|mobile documents|com~apple~.*")),
    ("Google Drive", re.compile(r"google ?drive( ?[-(].*)?|googleドライブ|my drive|マイドライブ")),
    ("Box", re.compile(r"box( sync| drive)?|box( sync| drive)? ?[-(].*")),
    ("Nextcloud", re.compile(r"nextcloud ?\d*( ?[-(@].*)?")),
    ("ownCloud", re.compile(r"owncloud ?\d*( ?[-(@].*)?")),
    ("MEGA", re.compile(r"mega( ?sync.*)?( ?[-(].*)?|mega (cloud|uploads|downloads).*")),
    ("pCloud", re.compile(r"pcloud ?(drive|sync|backup)?( ?[-(].*)?")),
    ("Proton Drive", re.compile(r"proton ?drive( ?[-(].*)?")),
    ("macOS (CloudStorage)", re.compile(r"cloudstorage")),
)

_ONEDRIVE_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _sync_services(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    name = unicodedata.normalize("NFKC", folder.name).casefold()
    yield from (service for service, names in _NAMES if names.fullmatch(name))
    roots = {environ[variable] for variable in _ONEDRIVE_VARIABLES if environ.get(variable)}
    if folder in {Path(root) for root in roots}:
        yield "OneDrive"


TOKEN_VARIABLE = "CHATWORK_API_TOKEN"  # noqa: S105 - the name of a variable


def without_token(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables without this session's token, which is that of one archive."""
    return {name: value for name, value in environ.items() if name != TOKEN_VARIABLE}


_kept_back: dict[str, str] = {}


@contextmanager
def secrets_kept_back() -> Iterator[None]:
    """Within, the token's variable is not in this process's own environment, nor is what `keep_back` is called for."""
    keep_back([TOKEN_VARIABLE])
    try:
        yield
    finally:
        os.environ.update(_kept_back)
        _kept_back.clear()


def keep_back(names: Iterable[str]) -> None:
    """Take these variables out of this process's own environment."""
    for name in names:
        if name in os.environ:
            _kept_back[name] = os.environ.pop(name)


def own_environ() -> Mapping[str, str]:
    """This process's environment with what is kept back, for its own commands."""
    return ChainMap(_kept_back, os.environ)


def child_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment, or this process's own, for a program that it starts: without the token and what is kept back."""
    secret = {name.upper() for name in (TOKEN_VARIABLE, *_kept_back)}  # Windows knows no case
    given = os.environ if environ is None else environ
    return {name: value for name, value in given.items() if name.upper() not in secret}


def start_in_background(*command: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one: with this environment, in its HOME, reading and writing nothing."""
    return subprocess.Popen(  # noqa: S603 - a program of the system, or this one
        command,
        env=child_environ(environ),
        cwd=environ.get("HOME"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # the application prints an address that opens the pages once
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
