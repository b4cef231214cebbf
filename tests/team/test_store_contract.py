"""What every store of a team's bytes does: a folder, moto, and Ceph's gateway, which heeds no condition of a put."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver import errors
from archiver.team.object_store import FolderStore, ObjectStore, file_key, read_identity, seal_key, store_identity
from archiver.team.s3_store import S3Store, make_store, open_store
from tests.support.teams.object_servers import free_port, give_credentials

pytestmark = pytest.mark.slow


def written(path: Path, body: bytes) -> tuple[Path, str]:
    """A file with these bytes, and their SHA-256."""
    path.write_bytes(body)
    return path, hashlib.sha256(body).hexdigest()


@pytest.mark.drawn
def test_bytes_come_out_as_they_went_in(store: ObjectStore, tmp_path: Path) -> None:
    """A put is new once; head, get and list then say what was put, and nothing before."""
    path, sha256 = written(tmp_path / "納品.zip", b"delivered" * 1000)
    key = file_key(7, sha256)
    before = (store.head(key), list(store.list("7/")))

    news = [store.put_if_absent(key, path, sha256) for _ in range(2)]

    assert ((None, []), [True, False]) == (before, news)
    assert (9000, sha256, False) == store.head(key)
    assert sha256 == store.get(key, tmp_path / "got")
    assert path.read_bytes() == (tmp_path / "got").read_bytes()
    assert [(key, 9000, True, False)] == [(v.key, v.size, v.is_latest, v.is_marker) for v in store.list("7/")]
    assert [] == list(store.list("70/"))


@pytest.mark.drawn
def test_a_store_has_an_identity_of_its_own(store: ObjectStore, tmp_path: Path) -> None:
    """Made once, by whoever asks first, and another one in another store."""
    before = read_identity(store)
    first, again = store_identity(store), store_identity(store)
    make_store(str(tmp_path / "other"))

    assert before in (None, first)
    assert first == again == read_identity(store)
    assert first != store_identity(open_store(str(tmp_path / "other")))


@pytest.mark.drawn
def test_nothing_is_overwritten(store: ObjectStore, tmp_path: Path) -> None:
    """Other bytes under a key that is taken are refused, and what lies there stays."""
    first, first_digest = written(tmp_path / "first", b"first")
    other, other_digest = written(tmp_path / "other", b"other")
    key = seal_key(7, "000001-2026-11-12.json")
    store.put_if_absent(key, first, first_digest)

    with pytest.raises(errors.TeamStoreDiffers):
        store.put_if_absent(key, other, other_digest)

    assert (5, first_digest, False) == store.head(key)


@pytest.mark.drawn
def test_bytes_that_are_not_those_they_are_said_to_be_are_refused(store: ObjectStore, tmp_path: Path) -> None:
    """A file that changed on the disk since it was named does not become evidence in the store."""
    path, _sha256 = written(tmp_path / "changed", b"changed")
    stated = hashlib.sha256(b"as it was").hexdigest()

    with pytest.raises((errors.TeamStoreUnavailable, errors.TeamStoreDiffers)):
        store.put_if_absent(file_key(7, stated), path, stated)


@pytest.mark.drawn
def test_what_is_not_there_cannot_be_got(store: ObjectStore, tmp_path: Path) -> None:
    """A key without bytes is said by its name."""
    store.put_if_absent("7/files/x", *written(tmp_path / "x", b"x"))

    with pytest.raises(errors.NotInTeamStore) as raised:
        store.get("7/files/none", tmp_path / "got")

    assert "7/files/none" in str(raised.value)


def test_empty_bytes_are_bytes_too(store: ObjectStore, tmp_path: Path) -> None:
    """A file of no bytes is kept as any other."""
    path, sha256 = written(tmp_path / "empty", b"")

    assert store.put_if_absent(file_key(7, sha256), path, sha256)
    assert (0, sha256, False) == store.head(file_key(7, sha256))


def test_many_keys_are_all_listed(store: ObjectStore, tmp_path: Path) -> None:
    """More than a page of a service's answer holds (1,000)."""
    path, sha256 = written(tmp_path / "small", b"small")
    if isinstance(store, S3Store):  # each key by hand, as a put of ours asks three things
        for number in range(1_050):
            store._client.put_object(
                Bucket=store.place.bucket, Key=f"{store.place.prefix}8/files/{number:05}", Body=b""
            )
    else:
        for number in range(1_050):
            store.put_if_absent(f"8/files/{number:05}", path, sha256)

    assert [f"8/files/{number:05}" for number in range(1_050)] == [one.key for one in store.list("8/")]


def calls(store: ObjectStore, path: Path, sha256: str) -> tuple[Callable[[], object], ...]:
    """Each of the things that are asked of a store."""
    return (
        lambda: store.put_if_absent("7/files/y", path, sha256),
        lambda: store.get("7/files/x", path.with_name("got")),
        lambda: store.head("7/files/x"),
        lambda: list(store.list("7/")),
    )


def test_a_folder_that_is_not_mounted_is_no_empty_store(tmp_path: Path) -> None:
    """Every call says so, though an empty folder of that name is there: nothing is written, nothing counts as gone."""
    folder = tmp_path / "shared"
    make_store(str(folder))
    path, sha256 = written(tmp_path / "file", b"bytes")
    store = open_store(str(folder))
    store.put_if_absent("7/files/x", path, sha256)
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()

    for call in calls(store, path, sha256):
        with pytest.raises(errors.TeamStoreUnavailable, match="archive team init --files"):
            call()
    assert not list(folder.iterdir())


def test_a_folder_that_is_unmounted_within_a_call_has_neither_taken_nor_lost_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there when the call began: what went into the empty one below is not kept, and what it lacks not gone."""
    folder, check, looks = tmp_path / "shared", FolderStore.check, 0
    make_store(str(folder))
    path, sha256 = written(tmp_path / "file", b"bytes")
    store = open_store(str(folder))

    def check_and_unmount(one: FolderStore) -> None:
        nonlocal looks
        check(one)
        looks += 1
        if looks == 1:
            folder.rename(tmp_path / "elsewhere")
            folder.mkdir()

    monkeypatch.setattr(FolderStore, "check", check_and_unmount)
    for call in calls(store, path, sha256):
        with pytest.raises(errors.TeamStoreUnavailable):
            call()
        shutil.rmtree(folder)
        (tmp_path / "elsewhere").rename(folder)
        looks = 0


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_a_store_that_is_away_is_one_sentence(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers at the address, or the folder is a file: the error names the store."""
    give_credentials(monkeypatch)
    path, sha256 = written(tmp_path / "file", b"bytes")
    address = f"s3://team-files?endpoint=http://127.0.0.1:{free_port()}" if kind == "s3" else str(path)
    store = open_store(address)

    with pytest.raises(errors.TeamStoreUnavailable) as raised:
        store.put_if_absent("7/files/x", path, sha256)

    assert store.address in str(raised.value)
