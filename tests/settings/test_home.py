"""Where the archive is, and where it must not be: folders that are synchronised, or lie on another computer."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.settings.home import (
    Mount,
    Mounts,
    _mount_table,
    check_home,
    has_archive,
    home_path,
    is_network,
    language_of,
    linux_mounts,
    mac_mounts,
    network_share,
    unc_share,
)
from tests.support.cases import cases_of


def test_the_option_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the user's data folder comes last; what is typed is meant from the present folder, `~` from the own one."""
    monkeypatch.chdir(tmp_path)
    environ = {"ARCHIVE_HOME": str(tmp_path / "b")}
    places = {"here": tmp_path / "here", "~/there": Path.home() / "there", None: tmp_path / "b", "": tmp_path / "b"}

    assert places == {option: home_path(option, environ) for option in places}
    assert ("chatwork-archiver", True) == (home_path(None, {}).name, home_path(None, {}).is_absolute())


@pytest.mark.parametrize("home", ["a\0b", "~no-such-user-here/x"])
def test_a_home_that_cannot_be_is_wrong_usage(home: str) -> None:
    """A path with NUL or of an unknown user is answered with a sentence."""
    with pytest.raises(errors.BadValue) as raised:
        home_path(home, {})

    assert "--home" == raised.value.data["option"]


SYNCHRONISED = {
    "OneDrive": ("OneDrive/保管庫", "OneDrive - 株式会社/x", "Library/CloudStorage/OneDrive-Personal/x"),
    "Dropbox": ("Dropbox/x", "Dropbox (Personal)/x"),
    "iCloud Drive": (
        *("iCloudDrive/x", "iCloud/x", "iCloud Drive (保管庫)/x", "iCloud-Drive/x"),
        *("Library/Mobile Documents/com~apple~CloudDocs/x", "Mobile Documents/iCloud~md~obsidian/x"),
    ),
    "Google Drive": (
        *("Google Drive/x", "Library/CloudStorage/GoogleDrive-me@example.com/x"),
        unicodedata.normalize("NFD", "マイドライブ/x"),
    ),
    "Box": ("Box/x", "Box Sync/x", "CloudStorage/Box-Box/x"),
    "Nextcloud": ("Nextcloud/x", "Nextcloud2/x"),
    "MEGA": ("MEGA/x", "MEGAsync/x"),
    "pCloud": ("pCloudDrive/x", "pCloud Sync/x"),
    "Proton Drive": ("Proton Drive/x",),
    "macOS (CloudStorage)": ("Library/CloudStorage/Other-me@example.com/x",),
}


@pytest.mark.parametrize(
    ("folder", "service"), [(folder, service) for service, folders in SYNCHRONISED.items() for folder in folders]
)
def test_a_synchronised_folder_is_refused_by_its_name(tmp_path: Path, folder: str, service: str) -> None:
    """The services' own folder names are known, in every spelling they use, also where a link leads there."""
    (tmp_path / "plain").symlink_to(tmp_path / folder)

    for home in (tmp_path / folder, tmp_path / "plain"):
        with pytest.raises(errors.SyncedFolder) as raised:
            check_home(home, {})
        assert service == raised.value.data["service"]


def test_onedrive_under_another_name_is_known_by_its_variable(tmp_path: Path) -> None:
    """Windows says in %OneDrive% which folder is synchronised."""
    with pytest.raises(errors.SyncedFolder):
        check_home(tmp_path / "x", {"OneDriveCommercial": str(tmp_path)})


@pytest.mark.parametrize("folder", cases_of(__file__, "other_folders_are_fine"))
def test_other_folders_are_fine(tmp_path: Path, folder: str) -> None:
    """A name that only resembles a service's is left alone."""
    home = tmp_path / folder
    home.mkdir(parents=True)

    check_home(home, {"OneDrive": ""})

    assert [] == list(home.iterdir())


def test_an_archive_is_known_by_its_database(tmp_path: Path) -> None:
    """Settings alone are an init that was interrupted, not yet an archive."""
    (tmp_path / "archive.toml").touch()
    before = has_archive(tmp_path)
    (tmp_path / "archive.sqlite3").touch()

    assert (False, True) == (before, has_archive(tmp_path))


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "the_language_is_read_from_a_broken_file_too"))
def test_the_language_is_read_from_a_broken_file_too(tmp_path: Path, text: str, expected: str | None) -> None:
    """The settings' language counts even where the rest cannot be read."""
    (tmp_path / "archive.toml").write_text(text, encoding="utf-8")

    assert expected == language_of(tmp_path)


@given(data=strategies.binary(max_size=200))
def test_reading_the_language_never_fails(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes at all give a text or nothing, and so does a folder in place of the file."""
    home = tmp_path_factory.mktemp("home")
    (home / "archive.toml").write_bytes(data)
    (home / "other" / "archive.toml").mkdir(parents=True)

    assert language_of(home) != ""
    assert language_of(home / "other") is None


LINUX = r"""22 27 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
31 27 0:27 / /dev/shm rw,nosuid,nodev shared:4 - tmpfs tmpfs rw,inode64
60 27 259:3 / /home rw,relatime - btrfs /dev/nvme0n1p3 rw,ssd,subvol=/home
88 60 0:52 / /home/y/nas rw,relatime shared:49 - nfs4 nas.local:/export/y rw,vers=4.2,proto=tcp
89 88 0:53 / /home/y/nas/usb rw,relatime shared:50 - ext4 /dev/sdb1 rw
90 60 0:54 / /home/y/team\040share rw,nosuid,relatime shared:51 master:3 - cifs //server/Team\040Share rw,vers=3.1.1
91 60 0:55 / /home/y/ssh rw,nosuid,nodev,relatime shared:52 - fuse.sshfs y@host:/srv rw,user_id=1000
92 60 0:56 / /home/y/crypt rw,nosuid,nodev,relatime - fuse.gocryptfs /home/y/.crypt rw,user_id=1000
93 60 0:57 / /home/y/dav rw,nosuid,nodev,relatime - fuse https://cloud.example.com/dav rw,user_id=1000
94 60 8:17 / /home/y/stick rw,nosuid,nodev - fuseblk /dev/sdc1 rw,user_id=0
95 27 0:58 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\
96 27 0:59 / /mnt/auto rw,relatime - autofs systemd-1 rw,fd=29
97 96 0:60 / /mnt/auto rw,relatime - nfs nas.local:/auto rw,vers=3
98 27 0:61 / /var/lib/docker/overlay2/x/merged rw,relatime - overlay overlay rw,lowerdir=/a:/b
99 27 0:62 / /mnt/was-remote rw,relatime - smb3 //server/old rw
100 99 259:9 / /mnt/was-remote rw,relatime - xfs /dev/sdd1 rw
"""

MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//y@nas._smb._tcp.local/work on /Volumes/work (smbfs, nodev, nosuid, mounted by y)
nas:/export on /Volumes/on (1) (nfs, nodev, nosuid, mounted by y)
https://cloud.example.com/dav/ on /Volumes/dav (webdav, nodev, noexec, nosuid, mounted by y)
//y@old/home on /Volumes/old (afpfs, nodev, nosuid, mounted by y)
y@host:/srv on /Volumes/ssh (macfuse, nodev, nosuid, synchronous, mounted by y)
/dev/disk4s1 on /Volumes/STICK (exfat, local, nodev, nosuid, noowners)
"""


def mount_reader(text: str, parse: object = linux_mounts) -> Mounts:
    """A function that returns the mounts of a table."""
    assert callable(parse)
    return lambda: list(parse(text))


@pytest.mark.parametrize(("home", "kind"), cases_of(__file__, "on_linux_the_deepest_mount_decides"))
def test_on_linux_the_deepest_mount_decides(home: str, kind: str | None) -> None:
    """Of several at one place the last counts. Spaces are octal escapes; a similar name is another folder."""
    assert kind == network_share(Path(home), mounts=mount_reader(LINUX))


@pytest.mark.parametrize(("home", "kind"), cases_of(__file__, "on_a_mac_what_mount_prints_decides"))
def test_on_a_mac_what_mount_prints_decides(home: str, kind: str | None) -> None:
    """Names with brackets and with ` on ` too."""
    assert kind == network_share(Path(home), mounts=mount_reader(MAC, mac_mounts))


@pytest.mark.parametrize(("path", "share"), cases_of(__file__, "on_windows_a_path_names_its_server"))
def test_on_windows_a_path_names_its_server(path: str, share: str | None) -> None:
    """In both spellings; a drive or a device does not."""
    assert share == unc_share(path)


REMOTE = "nfs NFS4 cifs smb3 9p davfs glusterfs ceph fuse.rclone fuse.s3fs osxfuse.sshfs"
LOCAL = "ext4 apfs ntfs3 zfs fuseblk fuse.mergerfs fuse.ntfs-3g fuse.bindfs tmpfs"


@pytest.mark.parametrize("kind", ["", *REMOTE.split(), *LOCAL.split()])
def test_network_file_systems_are_known(kind: str) -> None:
    """In upper and lower case; those in user space that reach nowhere are left alone as disks of this computer."""
    assert (kind in REMOTE.split()) == is_network(Mount("/x", kind, "none"))


def test_a_home_over_the_network_is_refused_like_a_synchronised_one() -> None:
    """Exit 5, with the kind of file system and what to do instead."""
    with pytest.raises(errors.NetworkFolder) as raised:
        check_home(Path("/home/y/nas/chatwork"), {}, mounts=mount_reader(LINUX))

    assert (5, "nfs4") == (raised.value.code, raised.value.data["kind"])
    assert "a disk of this computer" in raised.value.advice()
    assert "archive backup /home/y/nas/chatwork" in raised.value.advice()


def test_a_link_to_a_share_is_followed(tmp_path: Path) -> None:
    """What counts is where the bytes lie."""
    (tmp_path / "nas").mkdir()
    (tmp_path / "plain").symlink_to(tmp_path / "nas")
    escaped = str(tmp_path / "nas").replace(" ", r"\040")
    text = f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / {escaped} rw shared:2 - cifs //a/b rw\n"

    found = [network_share(tmp_path / name / "new", mounts=mount_reader(text)) for name in ("plain", "nas", "other")]

    assert ["cifs", "cifs", None] == found


@given(strategies.text(alphabet=r" -/\01789abfnfs4,:()on" + "\n"))
def test_no_table_can_break_it(text: str) -> None:
    """Parsing any text as a table raises nothing."""
    for parse in (linux_mounts, mac_mounts):
        network_share(Path("/a/b"), mounts=mount_reader(text, parse))


@pytest.mark.skipif(sys.platform != "linux", reason="reads the table of Linux")
def test_the_table_of_this_computer_can_be_read() -> None:
    """The root is in it."""
    assert "/" in {mount.point for mount in _mount_table()}
