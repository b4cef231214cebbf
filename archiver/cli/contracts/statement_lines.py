"""What `delivery` and `attach` share: how days and files are given, and the lines that show what was stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.contracts.japanese_dates import written
from archiver.cli.terminal.text import visible, wrap
from archiver.records import JST, Contract, Delivery, Enclosure, RoomId

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
    from archiver.store.archive import Reading
    from archiver.store.queries.statements import SentFile

DAY, TIME = "2026-11-03", "2026-11-03 09:12"
EARLIEST = 2000
"""A year; before it no job of this kind was agreed."""
KINDS = ("screenshot", "notice", "mail", "invoice", "other")

_WIDTH = 78
_CLOCKS = timedelta(minutes=10)
"""How far the clock of a platform may be ahead of ours."""
_BY_ENDING = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp"), "screenshot"),
    **dict.fromkeys((".eml", ".msg"), "mail"),
}


def read_day(value: str, option: str, example: str, *, now: datetime | None) -> str:
    """A day in Japan, or a time if the example is one, however people write it there.

    Raises BadValue, NoSuchDay, DayTooEarly, and DayAhead for one after `now` (aware).
    """
    found = written(value)
    if found is None or (found.clock and len(example) == len(DAY)):
        raise errors.BadValue(value=value, option=option, example=example)
    try:
        at = datetime(found.year, found.month, found.day, *(found.clock or (0, 0)), tzinfo=JST)
    except ValueError:
        raise errors.NoSuchDay(value=value, option=option) from None
    if at.year < EARLIEST:
        raise errors.DayTooEarly(value=value, option=option)
    if now is not None and at > now + _CLOCKS:
        raise errors.DayAhead(value=value, option=option)
    return at.strftime("%Y-%m-%d %H:%M" if found.clock else "%Y-%m-%d")


def file_to_read(obj: CliContext, value: str) -> Path:
    """The path as given. Raises OwnFile for one of the archive's own files and for the one that holds the token."""
    from archiver.settings.file import load
    from archiver.settings.token import token_file

    path = Path(value).expanduser()
    token = token_file(load(obj.home, {}))  # as the file says, even while a variable stands in its place
    try:
        own = path.resolve().is_relative_to(obj.home.resolve())
        secret = token is not None and token.exists() and path.exists() and path.samefile(token)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a folder that may not be entered
        raise errors.NothingThere(path=path) from error
    if own or secret:
        raise errors.OwnFile(path=path)
    return path


def kind_by_name(path: Path) -> str:
    """What a file most likely is, if the user does not say."""
    return _BY_ENDING.get(path.suffix.lower(), "other")


def rooms_of(contract: Contract) -> set[RoomId]:
    """The rooms in which its messages and files are looked for."""
    return {room.room_id for room in contract.rooms}


def jst(seconds: int) -> str:
    """A file's time of upload, in Japan."""
    return datetime.fromtimestamp(seconds, JST).strftime("%Y-%m-%d %H:%M") if 0 < seconds < 2**36 else "-"


def same_on_chatwork(sent: Sequence[SentFile]) -> str:
    """That the delivered file is one that was sent on Chatwork; of several, the first."""
    one = sent[0]
    sentence = _("It is the same file as the one sent on Chatwork on {time}: {name} (file {file}).")
    return sentence.format(time=jst(one.upload_time), name=visible(one.name), file=one.file_id)


def none_on_chatwork() -> str:
    """That the delivered file is none of those that were saved from Chatwork."""
    return _("Among the files saved from the rooms of this contract there is none that is the same.")


def sized(name: str, size: int) -> str:
    """A file's name and size for the screen."""
    return _("{name} ({size} bytes)").format(name=visible(name), size=f"{size:,}")


def kind_word(kind: str) -> str:
    """The kind of an attachment as the screen calls it."""
    words = {
        "screenshot": _("screenshot"),
        "notice": _("notice"),
        "mail": _("mail"),
        "invoice": _("invoice"),
    }
    return words.get(kind, _("other"))


def delivery_lines(reading: Reading, contract: Contract, listed: Sequence[Delivery]) -> Iterator[str]:
    """Each delivery: its number and time, the file, what Chatwork has of it, the note."""
    from archiver.store.queries.statements import same_bytes, sent_file

    rooms = rooms_of(contract)
    for one in listed:
        file = "" if one.name is None or one.size is None else sized(one.name, one.size)
        yield from _block(f"{one.number:>3}  {one.at}  {file}".rstrip())
        sent = same_bytes(reading, rooms, one.sha256) if one.sha256 else []
        if sent:
            yield from _block(same_on_chatwork(sent), left=5)
        elif one.sha256:
            yield from _block(none_on_chatwork(), left=5)
        elif one.file_id is not None:
            named = sent_file(reading, rooms, one.file_id)
            name = visible(named.name) if named else "-"
            sentence = _("By your word it is the file {file} on Chatwork: {name}.")
            yield from _block(sentence.format(file=one.file_id, name=name), left=5)
        if one.note:
            yield from _block(visible(one.note), left=5)


def enclosure_lines(listed: Sequence[Enclosure]) -> Iterator[str]:
    """Each attachment: its number, kind, file and day, the message that it shows, the note."""
    for one in listed:
        words = [f"{one.number:>3}  {kind_word(one.kind)}", one.dated or "", sized(one.name, one.size)]
        yield from _block("  ".join(word for word in words if word))
        if one.message_id is not None:
            yield from _block(_("On message {message}").format(message=f"m{one.message_id}"), left=5)
        if one.note:
            yield from _block(visible(one.note), left=5)


def _block(text: str, *, left: int = 0) -> Iterator[str]:
    """Lines that fit the screen; all but the first of an entry stand below its text."""
    first, *rest = wrap(text.strip(), _WIDTH - max(left, 5)) or [""]
    lead = text[: len(text) - len(text.lstrip())]
    yield " " * left + lead + first
    yield from (" " * 5 + line for line in rest)
