"""Messages of a made-up job: polite Japanese of about 30 characters, and the objects that Chatwork would give.

The sentences are put together from parts at random (with a fixed seed), so that they compress about as badly as
real ones: no two are alike, and numbers, dates and file names differ.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from archiver.records import JsonObject

ROOM = 123456789
OWNER, CLIENT = 1234567, 7654321
BEGIN = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
"""10:00 in Tokyo."""

_PEOPLE = {
    OWNER: ("yamada", "https://appdata.example.com/avatar/3Lq/3LqV8yW1mQ.rsz.png"),
    CLIENT: ("田中", "https://appdata.example.com/avatar/ico_default_green.png"),
}

_FILE = Path(__file__).with_name("words.toml")
_WORDS = {name: words.split() for name, words in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}

_OFTEN = 0.7
"""How often a sentence has an opening, and how often a quality."""


def sentence(random: Random) -> str:
    """One message text: 30 characters on average."""
    opening = random.choice(_WORDS["openings"]) if random.random() < _OFTEN else ""
    quality = random.choice(_WORDS["qualities"]) if random.random() < _OFTEN else ""
    numbers = {"n": random.randint(1, 40), "m": random.randint(1, 12), "d": random.randint(1, 30)}
    remark = random.choice(_WORDS["remarks"]).format(**numbers, h=random.randint(9, 21), q=random.randint(10, 59))
    things = random.choice(_WORDS["things"]) + (
        "の" + random.choice(_WORDS["things"]) if random.random() < _OFTEN else ""
    )
    return f"{opening}{quality}{things}{remark}{random.choice(_WORDS['endings'])}"


def sentences(seed: int = 1) -> Iterator[str]:
    """Texts without end; the same seed gives the same ones."""
    random = Random(seed)
    while True:
        yield sentence(random)


def messages(count: int, *, seed: int = 1) -> Iterator[JsonObject]:
    """So many messages as Chatwork lists them, oldest first: two people, a few minutes between two posts.

    Ids carry their time, as Chatwork's do (`demo.chatwork.state`).
    """
    random = Random(seed)
    at = BEGIN
    for _number in range(count):
        at += timedelta(milliseconds=random.randint(15_000, 600_000))
        milliseconds = int(at.timestamp() * 1000)
        author = random.choice((OWNER, CLIENT))
        name, avatar = _PEOPLE[author]
        yield {
            "message_id": str((milliseconds - 1276473600000) << 22 | 0x5000),
            "account": {"account_id": author, "name": name, "avatar_image_url": avatar},
            "body": sentence(random),
            "send_time": milliseconds // 1000,
            "update_time": 0,
        }


def body_of(objects: list[JsonObject]) -> bytes:
    """The body of a reply with these objects, escaped to ASCII as Chatwork does."""
    return json.dumps(objects, separators=(",", ":")).encode("ascii")
