"""What every store of a team's bytes does, a folder or a service (Ceph's heeds no condition), and a bucket alone."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from archiver import errors
from archiver.team.object_store import FolderStore, ObjectStore, file_key, seal_key
from archiver.team.s3_store import BucketPlace, S3Store, make_store, open_store, read_address
from tests.support.teams.object_servers import ObjectServer, free_port, give_credentials


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
    assert (sha256, False) == store.head(key)
    assert sha256 == store.get(key, tmp_path / "got")
    assert path.read_bytes() == (tmp_path / "got").read_bytes()
    assert [(key, True, False)] == [(v.key, v.is_latest, v.is_marker) for v in store.list("7/")]
    assert [] == list(store.list("70/"))


@pytest.mark.drawn
def test_nothing_is_overwritten(store: ObjectStore, tmp_path: Path) -> None:
    """Other bytes under a key that is taken are refused, and what lies there stays."""
    first, first_digest = written(tmp_path / "first", b"first")
    other, other_digest = written(tmp_path / "other", b"other")
    key = seal_key(7, "000001-2026-11-12.json")
    store.put_if_absent(key, first, first_digest)

    with pytest.raises(errors.TeamStoreDiffers):
        store.put_if_absent(key, other, other_digest)

    assert (first_digest, False) == store.head(key)


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


@pytest.mark.slow
def test_empty_bytes_are_bytes_too(store: ObjectStore, tmp_path: Path) -> None:
    """A file of no bytes is kept as any other."""
    path, sha256 = written(tmp_path / "empty", b"")

    assert store.put_if_absent(file_key(7, sha256), path, sha256)
    assert (sha256, False) == store.head(file_key(7, sha256))


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    give_credentials(monkeypatch)


@pytest.mark.drawn
def test_a_locked_bucket_keeps_seals_for_good_and_files_until_somebody_entitled_lifts_it(
    moto: ObjectServer, tmp_path: Path
) -> None:
    """Seals and stamps are written in compliance mode, files in governance mode, each for the stated days."""
    store = S3Store(moto.new_bucket("locked-files", locked=True) + "&lock_days=30")
    path, sha256 = written(tmp_path / "file", b"bytes")
    keys = (file_key(7, sha256), seal_key(7, "000001-2026-11-12.json"))
    for key in keys:
        store.put_if_absent(key, path, sha256)

    client, named = moto.client(), {"Bucket": "locked-files"}
    heads = [client.head_object(**named, Key=f"archives/{key}") for key in keys]
    modes = [head["ObjectLockMode"] for head in heads]

    assert ["GOVERNANCE", "COMPLIANCE"] == modes
    for head, key, is_lifted in zip(heads, keys, (True, False), strict=True):
        version = {**named, "Key": f"archives/{key}", "VersionId": head["VersionId"]}
        with pytest.raises(ClientError):
            client.delete_object(**version)
        if is_lifted:
            client.delete_object(**version, BypassGovernanceRetention=True)
        else:
            with pytest.raises(ClientError):
                client.delete_object(**version, BypassGovernanceRetention=True)


@pytest.mark.drawn
def test_a_delete_marker_hides_bytes_that_are_still_there(moto: ObjectServer, tmp_path: Path) -> None:
    """A plain deletion of a locked object puts a marker over it: the list names it, and the version below is read."""
    store = S3Store(moto.new_bucket("marked-files", locked=True) + "&lock_days=30")
    path, sha256 = written(tmp_path / "seal", b"seal")
    key = seal_key(7, "000001-2026-11-12.json")
    store.put_if_absent(key, path, sha256)
    moto.client().delete_object(Bucket="marked-files", Key=f"archives/{key}")

    marker, below = store.list("7/")

    assert (None, True, True) == (store.head(key), marker.is_marker, marker.is_latest)
    assert (False, False) == (below.is_marker, below.is_latest)
    assert sha256 == store.get(key, tmp_path / "got", below.version)
    assert store.is_versioned()


@pytest.mark.drawn
def test_a_file_too_large_for_one_request_goes_in_parts(moto: ObjectServer, tmp_path: Path) -> None:
    """Its digest is then read back from the bytes, as the service has only one of the parts' digests."""
    store = S3Store(moto.new_bucket("large-files"), largest_put=1)
    path, sha256 = written(tmp_path / "large", bytes(20 * 1024**2))

    is_new = store.put_if_absent(file_key(7, sha256), path, sha256)

    assert (True, (sha256, False)) == (is_new, store.head(file_key(7, sha256)))


@pytest.mark.drawn
def test_a_bucket_that_does_not_exist_is_one_sentence(moto: ObjectServer, tmp_path: Path) -> None:
    """What the service says is in the sentence."""
    store = S3Store(f"s3://nothing-here?endpoint={moto.endpoint}&region=us-east-1")

    with pytest.raises(errors.TeamStoreUnavailable, match="NoSuchBucket"):
        store.put_if_absent("7/files/x", *written(tmp_path / "x", b"x"))


@pytest.mark.drawn
def test_an_address_names_bucket_prefix_service_and_lock() -> None:
    """All of it stands in one line of ledger.toml."""
    actual = read_address("s3://team-files/a/b/?endpoint=https://s3.example:9000&region=jp&lock_days=30")

    assert BucketPlace("team-files", "a/b/", "https://s3.example:9000", "jp", 30) == actual
    assert BucketPlace("team-files") == read_address("s3://team-files")


@pytest.mark.drawn
@pytest.mark.parametrize("address", ["s3://", "s3://b?lock_days=x", "s3://b?lock_days=0", "s3://b?lock=30"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """An option that nobody knows is not passed over: it may be a lock that was meant."""
    with pytest.raises(errors.BadTeamStore):
        read_address(address)
