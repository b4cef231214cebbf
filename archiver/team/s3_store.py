"""A team's store of bytes as a bucket of a service that speaks S3, and the store that an address names.

The service is asked to refuse a key that is taken (`If-None-Match: *`) and bytes that arrive changed (`ChecksumSHA256`
with `ChecksumAlgorithm`, as a locked bucket refuses a put without; `Content-MD5` for services that know no SHA-256).
Services exist that accept both and heed neither. So a key is looked up before it is written, the answer to a put is
compared, and where a service gives no digest of its own, the bytes are read back.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from archiver import errors
from archiver.folder_sync import disk_errors
from archiver.team.object_store import FolderStore, ObjectStore, StoredObject, StoredVersion, is_sealed_key

SCHEME = "s3://"

LARGEST_PUT = 5 * 1024**3
"""Bytes that one request may carry (docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html)."""

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "MethodNotAllowed", "405"})
"""How services answer for a key without bytes, or under a delete marker."""
_TAKEN = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_PIECE, _LONG_AGO = 1 << 20, datetime.min.replace(tzinfo=UTC)


class BucketPlace(NamedTuple):
    """A bucket, as `s3://team-files/archives?endpoint=https://s3.example&lock_days=3650` names it."""

    bucket: str
    prefix: str = ""
    """What every key begins with; with a final stroke if there is any."""
    endpoint: str | None = None
    """The address of the service; None: as boto3's own settings say."""
    region: str | None = None
    lock_days: int | None = None
    """For how many days each version is locked when it is written; None: not by this program."""


def read_address(address: str) -> BucketPlace:
    """The bucket that an address names. Raises BadTeamStore."""
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    prefix = parts.path.strip("/")
    try:
        days = options.pop("lock_days", None)
        place = BucketPlace(
            parts.netloc,
            f"{prefix}/" if prefix else "",
            options.pop("endpoint", None),
            options.pop("region", None),
            None if days is None else int(days),
        )
    except ValueError as error:
        raise errors.BadTeamStore(store=address, detail=error) from error
    if parts.scheme != "s3" or not place.bucket or options or (place.lock_days is not None and place.lock_days < 1):
        raise errors.BadTeamStore(store=address, detail=", ".join(options) or "s3://BUCKET/PREFIX")
    return place


class S3Store:
    """Bytes in a bucket."""

    def __init__(self, address: str, *, largest_put: int = LARGEST_PUT) -> None:
        """Read the address; nothing is opened yet. `largest_put`: larger files are put in parts."""
        self.address = address.partition("?")[0]
        self.place = read_address(address)
        self._largest_put = largest_put

    def put_if_absent(self, key: str, path: Path, sha256: str) -> bool:
        """Put a file unless the key is taken, and compare what the service then holds.

        Before that its bytes are read: a service may answer with the digest that was stated and not its own.
        """
        if self._is_held(key, sha256):
            return False
        is_new = self._put(key, path, sha256)
        if not self._is_held(key, sha256):
            raise errors.TeamStoreUnavailable(store=self.address, detail=f"{key}: not there after it was put")
        return is_new

    def get(self, key: str, target: Path, version: str | None = None) -> str:
        """Receive the bytes in pieces."""
        chosen = {} if version is None else {"VersionId": version}
        with self._errors(key):
            body = self._client.get_object(**self._named(key), **chosen)["Body"]
            digest = hashlib.sha256()
            with disk_errors(target), target.open("wb") as file:
                for piece in body.iter_chunks(_PIECE):
                    digest.update(piece)
                    file.write(piece)
            return digest.hexdigest()

    def head(self, key: str) -> StoredObject | None:
        """Ask for size and digest; without a digest of the whole bytes, read them."""
        try:
            with self._errors(key):
                answer = self._client.head_object(**self._named(key), ChecksumMode="ENABLED")
        except errors.NotInTeamStore:
            return None
        checksum = answer.get("ChecksumSHA256", "")
        is_whole = answer.get("ChecksumType") != "COMPOSITE" and "-" not in answer.get("ETag", "")  # not put in parts
        digest = base64.b64decode(checksum).hex() if checksum and is_whole else self._read_digest(key)
        is_kept = answer.get("ObjectLockMode") == "COMPLIANCE"
        is_kept = is_kept and answer.get("ObjectLockRetainUntilDate", _LONG_AGO) > datetime.now(UTC)
        return StoredObject(digest, is_kept)

    def list(self, prefix: str) -> Iterator[StoredVersion]:
        """Every version and every delete marker."""
        with self._errors(prefix):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self.place.bucket, Prefix=self.place.prefix + prefix
            )
            for page in pages:
                rows = [(row, False) for row in page.get("Versions", ())]
                rows += [(row, True) for row in page.get("DeleteMarkers", ())]
                yield from map(self._version, sorted(rows, key=lambda row: (row[0]["Key"], not row[0].get("IsLatest"))))

    def is_versioned(self) -> bool:
        """Whether the bucket keeps the bytes under a key that is deleted or overwritten."""
        with self._errors(""):
            answer = self._client.get_bucket_versioning(Bucket=self.place.bucket)
        return bool(answer.get("Status") == "Enabled")

    # --- one request ------------------------------------------------------------------------------

    @cached_property
    def _client(self) -> Any:
        import_boto3()
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": "path"} if self.place.endpoint else {},
            request_checksum_calculation="when_required",  # we state the digest that we know
        )
        with self._errors(""):
            return boto3.client("s3", endpoint_url=self.place.endpoint, region_name=self.place.region, config=config)

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self.place.bucket, "Key": self.place.prefix + key}

    def _is_held(self, key: str, sha256: str) -> bool:
        """Whether these bytes lie under the key. Raises TeamStoreDiffers if others do."""
        held = self.head(key)
        if held is not None and held.sha256 != sha256 and self._read_digest(key) != sha256:
            raise errors.TeamStoreDiffers(store=self.address, key=key)
        return held is not None

    def _put(self, key: str, path: Path, sha256: str) -> bool:
        """Put the bytes; False if the service says that the key is taken."""
        try:
            with disk_errors(path), self._errors(key), path.open("rb") as file:
                if path.stat().st_size > self._largest_put:
                    self._put_in_parts(key, path)
                else:
                    conditions = {**self._conditions(path, sha256), **self._lock(key)}
                    self._client.put_object(**self._named(key), **conditions, Body=file)
        except _KeyTaken:
            return False
        return True

    def _put_in_parts(self, key: str, path: Path) -> None:
        """Put a file that is too large for one request: its key is its digest, so nothing else can be overwritten."""
        extra = {"ChecksumAlgorithm": "SHA256", **self._lock(key)}
        self._client.upload_file(str(path), self.place.bucket, self.place.prefix + key, ExtraArgs=extra)

    def _conditions(self, path: Path, sha256: str) -> dict[str, str]:
        """What the service is to refuse. Raises TeamStoreUnavailable for a file of other bytes, OSError."""
        sha, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                sha.update(piece)
                md5.update(piece)
        if sha.hexdigest() != sha256:
            raise errors.TeamStoreUnavailable(store=self.address, detail=f"SHA-256 of {path.name}")
        return {
            "IfNoneMatch": "*",
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode(),
            "ContentMD5": base64.b64encode(md5.digest()).decode(),
        }

    def _lock(self, key: str) -> dict[str, Any]:
        """The lock of a version: of seals and stamps so that nobody can lift it, of files so that an erasure can."""
        if self.place.lock_days is None:
            return {}
        mode = "COMPLIANCE" if is_sealed_key(key) else "GOVERNANCE"
        until = datetime.now(UTC) + timedelta(days=self.place.lock_days)
        return {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": until}

    def _read_digest(self, key: str) -> str:
        return self.get(key, Path(os.devnull))

    def _version(self, row: tuple[dict[str, Any], bool]) -> StoredVersion:
        stated, is_marker = row
        return StoredVersion(
            stated["Key"].removeprefix(self.place.prefix),
            stated.get("VersionId"),
            is_latest=bool(stated.get("IsLatest")),
            is_marker=is_marker,
        )

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        """Raise errors of boto3 and of the service as errors of this program."""
        import_boto3()
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise errors.NotInTeamStore(store=self.address, key=key) from error
            if code in _TAKEN:
                raise _KeyTaken from error
            raise errors.TeamStoreUnavailable(
                store=self.address, detail=str(error) if code else type(error).__name__
            ) from error
        except (BotoCoreError, Boto3Error, HTTPClientError) as error:
            raise errors.TeamStoreUnavailable(store=self.address, detail=str(error)) from error


def import_boto3() -> None:
    """Import the library. Raises S3NotInstalled where the extra is missing."""
    try:
        import boto3  # noqa: F401 - whether it is there
    except ImportError as error:
        raise errors.S3NotInstalled(detail=error) from error


class _KeyTaken(Exception):
    """The service refused a put, as something lies under the key."""


def make_store(address: str) -> None:
    """Make a folder a store, or see that a bucket is there and answers. Raises TeamStoreUnavailable, BadTeamStore."""
    store = open_store(address)
    if isinstance(store, FolderStore):
        store.make()
    check_store(address)


def check_store(address: str) -> None:
    """Raise TeamStoreUnavailable where a store is not there, and BadTeamStore for what is no address of one."""
    store = open_store(address)
    if isinstance(store, FolderStore):
        store.check()
    else:
        next(store.list(""), None)


def open_store(address: str) -> ObjectStore:
    """The store at an address; nothing is reached yet. Raises BadTeamStore."""
    return S3Store(address) if address.startswith(SCHEME) else FolderStore(Path(address))
