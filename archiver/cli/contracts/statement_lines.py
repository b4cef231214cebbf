"""What `delivery` and `attach` share: which files may be read, and the lines that list what was stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.text import visible, wrap
from archiver.records import JST, Contract, Delivery, Enclosure, RoomId
from archiver.render.times import minute_text

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
    from archiver.store.archive import Reading
    from archiver.store.queries.statements import SentFile

KINDS = ("screenshot", "notice", "mail", "invoice", "other")

_WIDTH = 78
_INDENT = " " * 5
_BY_ENDING = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".bmp"), "screenshot"),
    **dict.fromkeys((".eml", ".msg"), "mail"),
}


def file_to_read(obj: CliContext, value: str) -> Path:
    """The path of a file to be read. Raises OwnFile for the archive's own files and for the file with the token."""
    from archiver.settings.file import load_settings
    from archiver.settings.token import token_file

    path = Path(value).expanduser()
    token = token_file(load_settings(obj.home, {}))  # as the file says, even while a variable stands in its place
    try:
        is_own = path.resolve().is_relative_to(obj.home.resolve())
        is_token = token is not None and token.exists() and path.exists() and path.samefile(token)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a folder that may not be entered
        raise errors.NothingThere(path=path) from error
    if is_own or is_token:
        raise errors.OwnFile(path=path)
    return path


def kind_by_name(path: Path) -> str:
    """The kind of an attachment, guessed from the file's suffix."""
    return _BY_ENDING.get(path.suffix.lower(), "other")


def room_ids(contract: Contract) -> set[RoomId]:
    """Ids of the rooms in which a contract's messages and files are looked for."""
    return {room.room_id for room in contract.rooms}


def upload_time(seconds: int) -> str:
    """A file's time of upload in Japan, from seconds since 1970; “-” if it cannot be a time."""
    return minute_text(datetime.fromtimestamp(seconds, JST)) if 0 < seconds < 2**36 else "-"


def same_file_sentence(sent: Sequence[SentFile], *, ids: bool = True) -> str:
    """A sentence that the delivered file was sent on Chatwork, naming the first such file. `ids`: with its number."""
    file = sent[0]
    numbered = _("It is the same file as the one sent on Chatwork on {time}: {name} (file {file}).")
    sentence = numbered if ids else _("It is the same file as the one sent on Chatwork on {time}: {name}.")
    return sentence.format(time=upload_time(file.upload_time), name=visible(file.name), file=file.file_id)


def no_same_file_sentence() -> str:
    """A sentence that no file saved from Chatwork is the same as the delivered one."""
    return _("No file saved from the chats of this job is the same.")


def name_and_size(name: str, size: int) -> str:
    """A file's name and size for the screen."""
    return _("{name} ({size} bytes)").format(name=visible(name), size=f"{size:,}")


def kind_word(kind: str) -> str:
    """The kind of an attachment as the screen calls it."""
    words = {
        "screenshot": _("screenshot"),
        "notice": _("from the platform"),
        "mail": _("mail"),
        "invoice": _("invoice"),
    }
    return words.get(kind, _("other"))


def delivery_texts(
    reading: Reading, contract: Contract, deliveries: Sequence[Delivery], *, ids: bool = True
) -> Iterator[str]:
    """Each delivery: number, time and file, what Chatwork has of it, note; what belongs to it is indented."""
    for delivery in deliveries:
        file = "" if delivery.name is None or delivery.size is None else name_and_size(delivery.name, delivery.size)
        number = f"{delivery.number:>3}  " if ids else ""
        yield f"{number}{delivery.at}  {file}".rstrip()
        yield from (f"{_INDENT}{text}" for text in _delivery_details(reading, room_ids(contract), delivery, ids))


def _delivery_details(reading: Reading, rooms: set[RoomId], delivery: Delivery, ids: bool) -> Iterator[str]:
    from archiver.store.queries.statements import same_bytes, sent_file

    sent = same_bytes(reading, rooms, delivery.sha256) if delivery.sha256 else []
    if sent:
        yield same_file_sentence(sent, ids=ids)
    elif delivery.sha256:
        yield no_same_file_sentence()
    elif delivery.file_id is not None:
        chatwork_file = sent_file(reading, rooms, delivery.file_id)
        name = visible(chatwork_file.name) if chatwork_file else "-"
        numbered = _("As you entered, it is the file {file} on Chatwork: {name}.")
        sentence = numbered if ids else _("As you entered, it is this file on Chatwork: {name}.")
        yield sentence.format(file=delivery.file_id, name=name)
    if delivery.note:
        yield visible(delivery.note)


def enclosure_texts(enclosures: Sequence[Enclosure], *, ids: bool = True) -> Iterator[str]:
    """Each attachment: kind, day and file, note; what belongs to an entry is indented.

    `ids`: with its number, and the message that it shows.
    """
    for enclosure in enclosures:
        words = [
            f"{enclosure.number:>3}  {kind_word(enclosure.kind)}" if ids else kind_word(enclosure.kind),
            enclosure.dated or "",
            name_and_size(enclosure.name, enclosure.size),
        ]
        yield "  ".join(word for word in words if word)
        if enclosure.message_id is not None and ids:
            yield _INDENT + _("On message {message}").format(message=f"m{enclosure.message_id}")
        if enclosure.note:
            yield _INDENT + visible(enclosure.note)


def entry_lines(text: str) -> Iterator[str]:
    """Lines of an entry that fit the screen; what goes on is indented below its text."""
    first, *rest = wrap(text.strip(), _WIDTH - len(_INDENT)) or [""]
    lead = text[: len(text) - len(text.lstrip())]
    yield lead + first
    yield from (_INDENT + line for line in rest)
