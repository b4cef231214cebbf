"""Sends a notice to `[notify] urls` in a process of its own that is ended after twenty seconds.

The URLs hold passwords. They go through a pipe, and of what the process prints only one word for each URL is kept, so
that neither a log nor an error can show them. The process imports nothing else of this program.
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
"""The outcome for an address: notice taken, not taken, address not understood, understood without sending."""

LIBRARY = "apprise"

CHILD_ARGUMENT = "--send-notice-in-child"
"""The one argument with which a one-folder build starts itself as this process (`cli.frozen_build`)."""


class DeliveryResult(NamedTuple):
    """How many addresses took a notice, and which did not, by their position from 0."""

    sent: int = 0
    failed: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    """Positions of addresses that are not understood."""


def is_installed() -> bool:
    """Whether the library is installed; it comes with the extra `[notify]`."""
    return find_spec(LIBRARY) is not None


def send(
    title: str, text: str, urls: Sequence[str], environ: Mapping[str, str], *, patience: float = PATIENCE
) -> DeliveryResult:
    """Send a notice to every address; one that has not taken it in time counts as failed.

    `environ` is that of the process, so it must not hold the token.
    """
    outcomes = _run_process({"title": title, "text": text, "urls": list(urls)}, environ, patience)
    return DeliveryResult(
        sent=sum(word == SENT for word in outcomes.values()),
        failed=tuple(number for number in range(len(urls)) if outcomes.get(number) not in (SENT, BAD)),
        bad=tuple(number for number in range(len(urls)) if outcomes.get(number) == BAD),
    )


def find_not_understood(urls: Sequence[str], environ: Mapping[str, str]) -> tuple[int, ...]:
    """The addresses that the library does not understand, by their position from 0; nothing is sent."""
    outcomes = _run_process({"urls": list(urls)}, environ, PATIENCE)
    return tuple(number for number in range(len(urls)) if outcomes.get(number) == BAD)


def _run_process(order: dict[str, object], environ: Mapping[str, str], patience: float) -> dict[int, str]:
    """Run the process; return the word for each address, by position."""
    from archiver.settings.child_environ import child_environ

    try:
        completed = subprocess.run(  # noqa: S603 - this very program
            _own_command(),
            env=child_environ(environ),
            input=json.dumps({**order, "patience": patience}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        return _parse_words(error.stdout or b"")
    except OSError:
        return {}
    return _parse_words(completed.stdout)


def _own_command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_ARGUMENT]
    return [sys.executable, "-P", __file__]  # no module of the folder where we happen to be is taken for another


def _parse_words(output: bytes) -> dict[int, str]:
    """Read the lines of a position and a word; a library may have printed anything between them."""
    found = {}
    for line in output.decode("utf-8", "replace").splitlines():
        number, _space, word = line.partition(" ")
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
    lines = [threading.Thread(target=_deliver_and_report, args=(order, number)) for number in range(len(order["urls"]))]
    for line in lines:
        line.start()
    for line in lines:
        line.join()


def _deliver_and_report(order: dict[str, object], number: int) -> None:
    word = FAILED
    try:
        word = _deliver(order, number)
    except Exception:  # noqa: BLE001 - a service's own library may raise anything; the word is then failed
        word = FAILED
    os.write(1, f"\n{number} {word}\n".encode())  # as one piece and a line of its own, whatever others write


def _deliver(order: dict[str, object], number: int) -> str:
    import apprise

    urls, text, title = order["urls"], order.get("text"), order.get("title")
    assert isinstance(urls, list)
    in_memory = apprise.PersistentStoreMode.MEMORY  # nothing of an address may lie on the disk
    asset = apprise.AppriseAsset(
        app_id="chatwork-archiver", app_desc="", app_url="", async_mode=False, storage_mode=in_memory
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
