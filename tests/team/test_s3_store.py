"""What only a bucket does: versions, delete markers, locks, large files, and the address that names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from archiver import errors
from archiver.team.object_store import file_key, seal_key
from archiver.team.s3_store import BucketPlace, S3Store, read_address
from tests.support.teams.object_servers import ObjectServer, give_credentials
from tests.team.test_store_contract import written

pytestmark = pytest.mark.drawn


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    give_credentials(monkeypatch)


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


def test_a_file_too_large_for_one_request_goes_in_parts(moto: ObjectServer, tmp_path: Path) -> None:
    """Its digest is then read back from the bytes, as the service has only one of the parts' digests."""
    store = S3Store(moto.new_bucket("large-files"), largest_put=1)
    path, sha256 = written(tmp_path / "large", bytes(20 * 1024**2))

    is_new = store.put_if_absent(file_key(7, sha256), path, sha256)

    assert (True, (20 * 1024**2, sha256, False)) == (is_new, store.head(file_key(7, sha256)))


def test_a_bucket_that_does_not_exist_is_one_sentence(moto: ObjectServer, tmp_path: Path) -> None:
    """What the service says is in the sentence."""
    store = S3Store(f"s3://nothing-here?endpoint={moto.endpoint}&region=us-east-1")

    with pytest.raises(errors.TeamStoreUnavailable, match="NoSuchBucket"):
        store.put_if_absent("7/files/x", *written(tmp_path / "x", b"x"))


def test_an_address_names_bucket_prefix_service_and_lock() -> None:
    """All of it stands in one line of ledger.toml."""
    actual = read_address("s3://team-files/a/b/?endpoint=https://s3.example:9000&region=jp&lock_days=30")

    assert BucketPlace("team-files", "a/b/", "https://s3.example:9000", "jp", 30) == actual
    assert BucketPlace("team-files") == read_address("s3://team-files")


@pytest.mark.parametrize("address", ["s3://", "s3://b?lock_days=x", "s3://b?lock_days=0", "s3://b?lock=30"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """An option that nobody knows is not passed over: it may be a lock that was meant."""
    with pytest.raises(errors.BadTeamStore):
        read_address(address)
