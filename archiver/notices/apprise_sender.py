"""Sends a notice to `[notify] urls`, by Apprise or as a plain webhook, in a process that ends after twenty seconds.

The URLs hold passwords. They go through a pipe, and of what the process prints only the outcomes are kept, so that
neither a log nor an error can show them. Started from this file, the process imports nothing else of this program.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.settings.model import Settings

PATIENCE = 20
"""Seconds that all addresses together may take."""

SENT, FAILED, BAD = "sent", "failed", "bad"
"""The outcome for an address: notice taken, not taken, address not understood."""

LIBRARY = "apprise"

WEBHOOK = re.compile(r"https://|http://(?:127\.0\.0\.1|localhost)[:/]")
"""How a plain webhook begins, unless the library knows more of it: the text is posted there as JSON."""

CHILD_ARGUMENT = "--send-notice-in-child"
"""The one argument with which a one-folder build starts itself as this process (`cli.main`)."""


def is_installed() -> bool:
    """Whether the library is installed; it comes with the extra `[notify]`."""
    return find_spec(LIBRARY) is not None


def is_lacking(settings: Settings) -> bool:
    """Whether an address of the settings needs the library, and it is not installed."""
    from archiver.settings.home import own_environ
    from archiver.settings.token import addresses

    return not is_installed() and not all(WEBHOOK.match(one.url) for one in addresses(settings, own_environ()))


def send(
    title: str, text: str | None, urls: Sequence[str], environ: Mapping[str, str], *, patience: float = PATIENCE
) -> list[str]:
    """Send a notice to every address; the outcome for each. None: nothing is sent, only the bad addresses are told.

    One that has not taken it in time counts as failed. `environ` is that of the process, so it must not hold the token.
    """
    from archiver.settings.home import child_environ

    is_frozen = getattr(sys, "frozen", False)
    own_command = [CHILD_ARGUMENT] if is_frozen else ["-P", __file__]  # -P: no module of the present folder is taken
    order = {"title": title, "text": text, "urls": list(urls), "patience": patience}
    try:
        completed = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, *own_command],
            env=child_environ(environ),
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience * 2,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return list(json.loads(completed.stdout.splitlines()[-1]))  # a library may have printed anything before
    except (subprocess.TimeoutExpired, OSError, ValueError, IndexError, TypeError):
        return [FAILED] * len(urls)


# --- the process -----------------------------------------------------------------------------


def main() -> None:
    """Read the order from standard input, and print the outcomes when all are done, or the time is over."""
    order = json.loads(sys.stdin.buffer.read())
    until = time.monotonic() + order["patience"]
    logging.disable(logging.CRITICAL)  # the library logs addresses
    outcomes = [FAILED] * len(order["urls"])
    threads = [threading.Thread(target=_deliver, args=(order, number, outcomes)) for number in range(len(outcomes))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(max(0.0, until - time.monotonic()))
    os.write(1, f"\n{json.dumps(outcomes)}\n".encode())
    os._exit(0)  # whatever still hangs


def _deliver(order: dict[str, Any], number: int, outcomes: list[str]) -> None:
    url, title, text = order["urls"][number], order["title"], order["text"]
    sender = _sender(url)
    if sender is None and not WEBHOOK.match(url):
        outcomes[number] = BAD
    elif text is not None and (
        _post(url, f"{title}\n{text}", order["patience"])
        if sender is None
        else sender.notify(body=text, title=title, body_format="text")
    ):
        outcomes[number] = SENT


def _sender(url: str) -> Any:
    """The library's sender to an address; None: it is not installed, or does not understand that."""
    try:
        import apprise
    except ImportError:
        return None
    in_memory = apprise.PersistentStoreMode.MEMORY  # nothing of an address may lie on the disk
    asset = apprise.AppriseAsset(
        app_id="chatwork-archiver", app_desc="", app_url="", async_mode=False, storage_mode=in_memory
    )
    asset.image_url_mask = asset.image_url_logo = ""  # no pictures of others
    service = apprise.Apprise.instantiate(url, asset=asset)
    if not isinstance(service, apprise.NotifyBase):
        return None
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    return sender


def _post(url: str, text: str, patience: float) -> bool:
    """Hand a text to a plain webhook; whether it was taken. Raises as `requests`."""
    import requests

    with requests.Session() as session:
        session.auth = lambda request: request  # otherwise it looks into `.netrc`
        answer = session.post(url, json={"text": text}, allow_redirects=False, timeout=patience)
        return 200 <= answer.status_code < 300


if __name__ == "__main__":
    main()
