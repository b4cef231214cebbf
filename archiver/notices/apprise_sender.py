"""Sends a notice to other places (`[notify] urls`), in a process of its own that is ended after twenty seconds.

The addresses hold passwords. They go through a pipe, and nothing that the process or its libraries print is kept
but a word for each address: neither a log nor an error can show them. Nothing else is imported there.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import NamedTuple

PATIENCE = 20
"""Seconds that all addresses together may take."""

SENT, FAILED, BAD, FINE = "sent", "failed", "bad", "fine"
"""What became of an address: it took the notice, did not, is not understood; it is understood and was not used."""

LIBRARY = "apprise"


class Delivered(NamedTuple):
    """How many addresses took a notice, and which did not, by their position from 0."""

    sent: int = 0
    failed: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    """Not understood."""


def is_installed() -> bool:
    """Whether the library is there; it comes with the extra `[notify]`."""
    return find_spec(LIBRARY) is not None


def send(
    title: str, text: str, urls: Sequence[str], environ: Mapping[str, str], *, patience: float = PATIENCE
) -> Delivered:
    """Send a notice to every address; what has not taken it in time counts as failed.

    `environ`: what the process and its libraries may know, so without the token.
    """
    words = _ask({"title": title, "text": text, "urls": list(urls)}, environ, patience)
    return Delivered(
        sent=sum(word == SENT for word in words.values()),
        failed=tuple(number for number in range(len(urls)) if words.get(number) not in (SENT, BAD)),
        bad=tuple(number for number in range(len(urls)) if words.get(number) == BAD),
    )


def not_understood(urls: Sequence[str], environ: Mapping[str, str]) -> tuple[int, ...]:
    """The addresses that the library does not understand, by their position from 0; nothing is sent."""
    words = _ask({"urls": list(urls)}, environ, PATIENCE)
    return tuple(number for number in range(len(urls)) if words.get(number) == BAD)


def _ask(order: dict[str, object], environ: Mapping[str, str], patience: float) -> dict[int, str]:
    """What the process says of each address, by position."""
    try:
        done = subprocess.run(  # noqa: S603 - this very file
            [sys.executable, "-P", __file__],  # no module of the folder where we happen to be is taken for another
            env=dict(environ),
            input=json.dumps({**order, "patience": patience}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        return _words(error.stdout or b"")
    except OSError:
        return {}
    return _words(done.stdout)


def _words(told: bytes) -> dict[int, str]:
    """Lines of a position and a word; a library may have printed anything between them."""
    found = {}
    for line in told.decode("utf-8", "replace").splitlines():
        number, _blank, word = line.partition(" ")
        if number.isascii() and number.isdigit() and word in (SENT, FAILED, BAD, FINE):
            found[int(number)] = word
    return found


# --- the process -----------------------------------------------------------------------------


def main() -> None:
    """Read the order from standard input, and print a line for each address as soon as it is done."""
    order = json.loads(sys.stdin.buffer.read())
    watchdog = threading.Timer(order["patience"] + 1, os._exit, (1,))  # if nobody is left to end this
    watchdog.daemon = True
    watchdog.start()
    logging.disable(logging.CRITICAL)  # the library logs addresses
    lines = [threading.Thread(target=_one, args=(order, number)) for number in range(len(order["urls"]))]
    for line in lines:
        line.start()
    for line in lines:
        line.join()


def _one(order: dict[str, object], number: int) -> None:
    word = FAILED
    try:
        word = _deliver(order, number)
    except Exception:  # noqa: BLE001 - a service's own library may raise anything; it is said as failed
        word = FAILED
    os.write(1, f"\n{number} {word}\n".encode())  # as one piece and a line of its own, whatever others write


def _deliver(order: dict[str, object], number: int) -> str:
    import apprise

    urls, text, title = order["urls"], order.get("text"), order.get("title")
    assert isinstance(urls, list)
    kept = apprise.PersistentStoreMode.MEMORY  # nothing of an address may lie on the disk
    asset = apprise.AppriseAsset(
        app_id="chatwork-archiver", app_desc="", app_url="", async_mode=False, storage_mode=kept
    )
    asset.image_url_mask = asset.image_url_logo = ""  # no pictures of others
    service = apprise.Apprise.instantiate(urls[number], asset=asset)
    if not isinstance(service, apprise.NotifyBase):
        return BAD
    if text is None:
        return FINE
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    taken = sender.notify(body=str(text), title=str(title), body_format=apprise.NotifyFormat.TEXT)
    return SENT if taken else FAILED


if __name__ == "__main__":
    main()
