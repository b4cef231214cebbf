"""Sets the ways of notices (mail, addresses, a heartbeat), tries them, and remembers when they were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

from archiver.notices import delivery
from archiver.notices.delivery import MailFailure, NoticeTrial
from archiver.notices.heartbeat import parse_address
from archiver.settings import file
from archiver.settings.model import Settings
from archiver.settings.token import store_mail_password, store_token
from archiver.setup.fact_questions import whole_address
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastNoticeTrial

TRY_EVERY = timedelta(days=30)
"""After so long the ways are tried again: passwords end, and so do services."""

PING_FILE = "file:notice-ping"
"""The heartbeat's address in a file of the home that only its owner can read."""

_SERVERS = {
    "gmail.com": "smtp.gmail.com",
    "googlemail.com": "smtp.gmail.com",
    "yahoo.co.jp": "smtp.mail.yahoo.co.jp",
    "ymail.ne.jp": "smtp.mail.yahoo.co.jp",
}
"""Servers for sending whose names do not follow from the address (support.google.com/mail, support.yahoo-net.jp)."""


def likely_server(address: str) -> str:
    """The server through which mails of this address are probably sent; to be confirmed."""
    domain = address.rpartition("@")[2].casefold()
    return _SERVERS.get(domain, f"smtp.{domain}")


def set_mail(
    home: Path,
    environ: Mapping[str, str],
    *,
    address: str,
    host: str,
    password: str,
    tls: str = "tls",
    port: int = 0,
    sender: str = "",
) -> Settings:
    """Let notices go by mail to an address, from itself or from `sender`; the password is stored beside the token.

    Raises BadSettings, DiskFull, HomeNotWritable, KeyringUnavailable.
    """
    changes: dict[str, file.SettingValue] = {
        "notify.mail_host": host,
        "notify.mail_port": port,
        "notify.mail_tls": tls,
        "notify.mail_user": (sender or address) if password else "",
        "notify.mail_from": sender,
        "notify.mail_to": address,
    }
    if password:
        changes["notify.mail_password"] = store_mail_password(file.load_settings(home, environ), password)
    file.update_settings(home, changes)
    return file.load_settings(home, environ)


def turn_off(home: Path, way: str) -> None:
    """Turn a way off: the desktop, mail, or the heartbeat. Raises BadSettings, DiskFull, HomeNotWritable."""
    off: dict[str, dict[str, file.SettingValue]] = {
        "desktop": {"notify.desktop": False},
        "mail": {"notify.mail_host": "", "notify.mail_to": ""},
        "urls": {"notify.urls": ()},
        "ping": {"notify.ping": ""},
    }
    file.update_settings(home, off[way])


def set_ping(home: Path, address: str) -> bool:
    """Keep a heartbeat's address in a private file; False if it cannot be one. Raises as `store_token`."""
    address = whole_address(address)
    if parse_address(address) is None:
        return False
    store_token(home, PING_FILE, address)
    file.update_settings(home, {"notify.ping": PING_FILE})
    return True


def set_urls(home: Path, addresses: Sequence[str]) -> None:
    """Keep other addresses for notices, each in a private file, as they hold passwords; none turns them off.

    Raises as `store_token`, and BadSettings.
    """
    places = [f"file:notice-address-{number}" for number, _address in enumerate(addresses, 1)]
    for place, address in zip(places, addresses, strict=True):
        store_token(home, place, address)
    file.update_settings(home, {"notify.urls": places})


def try_way(settings: Settings, environ: Mapping[str, str], way: str) -> tuple[bool, NoticeTrial]:
    """Send a test notice by one way of the settings; whether it was taken, and what is to be said of it."""
    trial = delivery.send_test_notice(settings, environ, (way,))
    return delivery.ways_taken(trial, settings).get(way, False), trial


def try_mail(settings: Settings, environ: Mapping[str, str]) -> MailFailure | None:
    """Send a test notice by mail; what failed, if anything did."""
    return delivery.send_mail(settings, environ, _("Chatwork archive"), delivery.test_text())


def set_up_mail(home: Path, environ: Mapping[str, str], kinds: Sequence[str], **mail: Any) -> MailFailure | None:
    """Keep a mail server (`mail`: as `set_mail` takes it), and send a mail by each kind of connection until one works.

    What failed, if none did. Raises as `set_mail`.
    """
    failure = None
    for tls in kinds:
        failure = try_mail(set_mail(home, environ, tls=tls, **mail), environ)
        if failure is None or failure.is_refused:
            break
    return failure


def remember_trial(archive: Archive, outcomes: Mapping[str, bool], *, at: datetime) -> None:
    """Remember by which ways a test notice was seen."""
    seen, unseen = (tuple(way for way, is_seen in outcomes.items() if is_seen is wanted) for wanted in (True, False))
    trial = LastNoticeTrial(at, seen, unseen)
    with archive.writing() as writing:
        remembered_values.NOTICE_TRIAL.remember(writing, trial)


def is_trial_due(archive: Archive, settings: Settings, *, now: datetime) -> bool:
    """Whether the ways were last tried a month ago or never, or one was set since; a time ahead counts as never."""
    with archive.reading() as reading:
        trial = remembered_values.NOTICE_TRIAL.recall(reading)
    if trial is None or not timedelta() <= now - trial.at < TRY_EVERY:
        return bool(settings.notify.ways)
    return bool(set(settings.notify.ways) - {*trial.seen, *trial.unseen})
