"""Downloads attachments that are not saved yet: request the address, download at once, store by digest.

Small files come first, and the counterpart's before one's own; large ones are downloaded in slices, so that none waits
for another. A file that fails is tried again with growing pauses, then given up with its reason; `save --all` and
`save --full` try it again all the same.

Avatars and icons come last, a few per run, never counted or reported. Their requests carry no token and no cookie,
follow no redirect and go only to https, or to this computer where the API is on it too.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import requests

from archiver.chatwork.client import Single
from archiver.chatwork.exchange_deadline import NETWORK_ERRORS, ExchangeDeadline
from archiver.chatwork.models import File
from archiver.errors import NotUnderstood, NotVisible, Refused, StorageError, TransferFailed, Unreachable
from archiver.folder_sync import is_full, storage_error
from archiver.records import FileId, Observation, RoomId
from archiver.store import blobs, writer
from archiver.store.archive import Archive
from archiver.store.queries import people
from archiver.store.queries.room_holdings import WantedFile
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.sync import transfer
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport
from archiver.sync.transfer import check_address

RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440, 1440, 2880, 4320))
"""The pauses after each failed attempt; a file that fails again after the last pause is given up."""

SLICE_SECONDS = 60.0
"""How long a file is downloaded before the next one gets its turn."""

SLICE_BYTES_AT_LEAST = 2**16
"""The bytes that a slice must bring; a file from a very slow host waits for another run."""

FRESH_ADDRESSES = 3
"""How many addresses one attempt may use, as a cut transfer goes on with a new one."""

NO_SPACE = "disk"
"""The key of the trouble that the disk has no space for more files."""

SILENT_LIMIT = 2
"""After so many files in a row without an answer the others are left for the next run."""


OF_TIME = ("slow", "unreachable")
"""Reasons that are no failure of a file at the end of a run, which gave its host less than the usual time."""


@dataclass(frozen=True)
class DownloadLimits:
    """Limits in bytes: from which size a file is large, which is only listed, and how much of the disk stays free."""

    large_from: int = 20_000_000
    size_limit: int = 5_000_000_000
    keep_free: int = 2_000_000_000


@dataclass(slots=True)
class FileDownloads:
    """Downloads files in one run and counts them in the rooms' reports."""

    context: PullContext
    session: transfer.Session
    limits: DownloadLimits
    reports: dict[int, RoomReport]
    seconds_left: Callable[[], float | None]
    """Returns the seconds until the run must end; None = no limit, 0 = now."""
    progress: Callable[[WantedFile, int], None]
    slice: float = SLICE_SECONDS
    _silent_in_a_row: int = 0
    _tried: set[tuple[int, int]] = field(default_factory=set)
    """Files that were saved, failed or given up in this run: each has one attempt."""

    def download_small(self, files: Iterable[WantedFile]) -> None:
        """Download the files that are not large, the counterpart's first, then the newest."""
        for file in self._untried(file for file in files if file.size <= self.limits.large_from):
            if self._is_late():
                return
            self._attempt(file)

    def download_large(self, files: Iterable[WantedFile]) -> None:
        """Download the files that are left, a slice of each in turn, until all are done or the time is up."""
        waiting = deque(self._untried(files))
        while waiting:
            file = waiting.popleft()
            if (file.room_id, file.file_id) in self._tried:
                continue
            if self._is_late():
                return
            self._attempt(file)
            waiting.append(file)

    def _untried(self, files: Iterable[WantedFile]) -> list[WantedFile]:
        waiting = [file for file in files if (file.room_id, file.file_id) not in self._tried]
        return sorted(waiting, key=lambda file: file.account_id == self.context.account_id)

    def _is_late(self) -> bool:
        if self.seconds_left() == 0 or self._silent_in_a_row >= SILENT_LIMIT:
            self.context.troubles.add("left-over/files")
            return True
        return False

    def _attempt(self, file: WantedFile) -> None:
        """Download a slice of a file and save it if whole. Raises StorageError, TokenRefused, BudgetSpent."""
        before = 0
        try:
            before = self._bytes_here(file)
            reason = self._try_download(file)
        except OSError as error:
            if not is_full(error):
                raise storage_error(error, self.context.archive.home / blobs.FOLDER) from error
            transfer.discard_partial(self._part_path(file))  # the database needs the space more
            reason = "no_space"
        self._silent_in_a_row = self._silent_in_a_row + 1 if reason == "unreachable" else 0
        if reason is not None:
            self._record_failure(file, reason, has_grown=self._bytes_here(file) > before)

    def _try_download(self, file: WantedFile) -> str | None:
        """Why the file could not be downloaded now; None if it is here or coming. Raises OSError."""
        if file.size > self.limits.size_limit:
            self._give_up(file, "too_large")
            return None
        if self._free_bytes() - (file.size - self._bytes_here(file)) < self.limits.keep_free:
            return "no_space"
        before = self._bytes_here(file)
        try:
            arrived = self._fetch(file)
        except NotVisible:
            return "not_shown"
        except (NotUnderstood, Refused):
            return "not_understood"
        except Unreachable:
            return "unreachable"
        except TransferFailed as error:
            reason = str(error.data["reason"])
            return None if reason in OF_TIME and self.seconds_left() == 0 else reason
        if arrived.is_whole:
            self._keep_file(file, arrived)
        elif arrived.size - before < SLICE_BYTES_AT_LEAST and self.seconds_left() != 0:
            return "slow"
        return None

    def _fetch(self, file: WantedFile) -> transfer.DownloadState:
        """Download from one address, and from new ones after a refusal or a cut transfer that brought something."""
        for left in reversed(range(FRESH_ADDRESSES)):
            before = self._bytes_here(file)
            single = self.context.client.download_url(RoomId(file.room_id), FileId(file.file_id))
            try:
                return self._transfer(file, single)
            except TransferFailed as error:
                has_progress = self._bytes_here(file) > before
                # After a refusal, or where it was cut, a new address may help at once.
                may_help = error.data["reason"] == "refused" or (error.data["reason"] == "cut" and has_progress)
                if not left or not may_help:
                    raise
        raise AssertionError("the last address either brings the file or raises")

    def _transfer(self, file: WantedFile, single: Single[File]) -> transfer.DownloadState:
        left = self.seconds_left()
        # A size that the list did not state is 0 there; an empty file is reported as empty here.
        told_size = single.model.filesize if isinstance(single.object.get("filesize"), int) else None
        size = file.size or told_size
        free = max(0, self._free_bytes() - self.limits.keep_free)
        try:
            wanted = transfer.Wanted(
                size,
                size_limit=min(self.limits.size_limit, free),
                progress=lambda have: self.progress(file, have),
                seconds=self.slice if left is None else min(left, self.slice),
                seconds_left=left,
            )
            return transfer.download(self.session, single.model.download_url, self._part_path(file), wanted)
        except TransferFailed as error:
            # Without a known size, only the bytes that come show that there is no space for the file.
            if size is None and free < self.limits.size_limit and error.data["reason"] == "wrong_size":
                raise TransferFailed(reason="no_space", detail=str(free)) from None
            raise

    def _part_path(self, file: WantedFile) -> Path:
        # With the listed size and time in it: a file replaced under its id must not get the old one's bytes.
        return blobs.incoming_path(self.context.archive.home, file.room_id, file.file_id).with_name(
            f"{_part_stem(file)}.part"
        )

    def _bytes_here(self, file: WantedFile) -> int:
        part = self._part_path(file)
        return part.stat().st_size if part.exists() else 0

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self.context.archive.home).free

    def _keep_file(self, file: WantedFile, arrived: transfer.DownloadState) -> None:
        """Store the bytes first, then append the entry: if killed between the two, the next run appends it."""
        part, report = self._part_path(file), self.reports[file.room_id]
        blobs.keep(self.context.archive.home, part, arrived.sha256)
        transfer.discard_partial(part)
        at = self.context.now()
        facts = {"sha256": arrived.sha256, "size": arrived.size, "saved_at": to_text(at), "reason": None}
        self._append(file, {"state": "saved", **facts}, at)
        self.context.cleared_prefixes |= {f"file/{file.room_id}/{file.file_id}", NO_SPACE}
        report.files_saved += 1
        if report.outcome is RoomOutcome.UNCHANGED:
            report.outcome = RoomOutcome.ARCHIVED

    def _record_failure(self, file: WantedFile, reason: str, *, has_grown: bool) -> None:
        """Schedule another attempt, or give up after the last pause; a file given up is only scheduled if it grew."""
        self._tried.add((file.room_id, file.file_id))
        self.context.troubles.add(f"file/{file.room_id}/{file.file_id}")
        if reason == "no_space":
            self.context.troubles.add(NO_SPACE)
            attempts = file.attempts  # a full disk is no reason to give the file up
        elif has_grown:
            attempts = 1  # it is coming, if slowly
        elif file.given_up:
            return  # the recorded reason stays
        elif file.attempts >= len(RETRY_PAUSES) or (file.is_gone and reason == "not_shown"):
            self._give_up(file, reason)
            return
        else:
            attempts = file.attempts + 1
        next_at = self.context.now() + RETRY_PAUSES[max(attempts, 1) - 1]
        self.context.archive.write(
            remembered_values.put_retry, file.room_id, file.file_id, attempts=attempts, next_at=next_at, reason=reason
        )

    def _give_up(self, file: WantedFile, reason: str) -> None:
        transfer.discard_partial(self._part_path(file))
        payload = {"state": "lost", "sha256": None, "size": None, "saved_at": None, "reason": reason}
        self._append(file, payload, self.context.now())
        self.context.troubles.add(f"file/{file.room_id}/{file.file_id}")
        self.reports[file.room_id].files_lost += 1

    def _append(self, file: WantedFile, fields: Mapping[str, object], at: datetime) -> None:
        payload = {**fields, "listed_size": file.size, "listed_time": file.upload_time}
        observation = Observation("blob", f"blob/{file.room_id}/{file.file_id}", payload, file.room_id)
        with self.context.archive.writing() as writing:
            writer.append(writing, [observation], account_id=self.context.account_id, at=at)
            remembered_values.drop_retry(writing, file.room_id, file.file_id)
        self._tried.add((file.room_id, file.file_id))
        self.reports[file.room_id].news = True


def clear_incoming(home: Path, pending: Iterable[WantedFile]) -> None:
    """Remove partial downloads of files that are not pending any more."""
    stems = {_part_stem(file) for file in pending}
    for path in (home / blobs.FOLDER / blobs.INCOMING).glob("*"):
        if path.stem not in stems:
            with suppress(OSError):  # a file that stays only takes space
                path.unlink(missing_ok=True)


def _part_stem(file: WantedFile) -> str:
    return f"{file.room_id}-{file.file_id}-{file.upload_time}-{file.size}"


PICTURES_LIMIT = 10
"""The most pictures tried in one run."""

PICTURE_SECONDS = 5.0
"""The time for one picture."""

PICTURE_BYTES = 2**20
"""The largest size of one picture."""

RETRY_AFTER = timedelta(days=1)
"""The time until a picture that could not be downloaded is tried again."""

FAILURES_LIMIT = 2
"""After so many failures in a row nobody seems to answer, and the rest waits for another run."""


def fetch_avatars(
    archive: Archive, session: requests.Session, rooms: Collection[int], *, now: Callable[[], datetime]
) -> None:
    """Download some missing pictures of these rooms and their people; `session` is one for downloads.

    Raises StorageError only where the archive itself cannot be read.
    """
    urls = archive.read(people.due_urls, rooms, at=now(), limit=PICTURES_LIMIT)
    failures = 0
    for url in urls:
        body = get_picture(session, url)
        failures = 0 if body is not None else failures + 1
        with suppress(OSError, StorageError):  # a picture is not worth a report
            people.record_download(archive, url, body, next_at=now() + RETRY_AFTER)
        if failures >= FAILURES_LIMIT:
            return


def get_picture(session: requests.Session, url: str) -> bytes | None:
    """A picture's bytes; None if it could not be downloaded whole in time."""
    try:
        check_address(url)  # as for files
        with (
            ExchangeDeadline(PICTURE_SECONDS) as deadline,
            session.get(url, stream=True, allow_redirects=False, timeout=PICTURE_SECONDS) as response,
        ):
            is_picture = response.headers.get("content-type", "").strip().lower().startswith("image/")
            return _read_picture(response, deadline) if response.status_code == 200 and is_picture else None
    except (*NETWORK_ERRORS, OSError, ValueError, TransferFailed):
        return None


def _read_picture(response: requests.Response, deadline: ExchangeDeadline) -> bytes | None:
    body = bytearray()
    while chunk := response.raw.read1(2**16, decode_content=True):
        body += chunk
        if len(body) > PICTURE_BYTES:
            return None
        deadline.check()
    length = response.headers.get("content-length", "")
    whole = "content-encoding" in response.headers or not length.isdecimal() or int(length[:20]) == len(body)
    return bytes(body) if body and whole else None
