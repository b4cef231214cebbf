"""Looks at the API token as an unattended run will see it, and asks Chatwork once whether it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.app import App
from archiver.health.finding import CheckResult, action, attention, fault_text, good
from archiver.schedule.schedulers import CRON, title
from archiver.settings.model import Settings
from archiver.settings.token import token


class TokenSeen(NamedTuple):
    """Where the token is to be, and whether it can be read there."""

    source: str
    """`keyring`, `env:NAME` or `file:PATH`."""
    fault: errors.ArchiverError | None
    needs_session: bool
    """Whether the keyring here is only open while somebody is logged in."""


class TokenTrial(NamedTuple):
    """What came of one `GET /me`."""

    account: int | None = None
    fault: errors.ArchiverError | None = None
    offset: timedelta | None = None
    """Chatwork's clock minus ours."""


NOT_ASKED = TokenTrial()


# --- looking ---------------------------------------------------------------------------------


def see(settings: Settings, environ: Mapping[str, str], *, system: str) -> TokenSeen:
    """Read the token and forget it at once; `settings` without what the environment of this call says over the file.

    `system` is `sys.platform`.
    """
    fault: errors.ArchiverError | None = None
    try:
        token(settings, environ)
    except errors.SettingsError as error:
        fault = error
    return TokenSeen(settings.token_source, fault, system not in ("win32", "darwin"))


def is_readable(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether a token lies where the settings say."""
    return see(settings, environ, system="").fault is None


def ask(app: App, budget: Mapping[str, Any] | None) -> TokenTrial:
    """Ask Chatwork whose token it is: one request, nothing is waited for and nothing is written.

    `budget` is what the last run left: limit, remaining, reset.
    """
    transport = app.chatwork.transport
    transport.deadline = app.now()
    transport.budget = replace(transport.budget, **(budget or {}))
    try:
        account = app.chatwork.me().model.account_id
    except errors.ArchiverError as error:
        return TokenTrial(None, error, transport.clock_offset)
    return TokenTrial(account, None, transport.clock_offset)


# --- judging ---------------------------------------------------------------------------------


def token_look(seen: TokenSeen, *, registered: str | None = None) -> CheckResult:
    """Present, readable, and there for a run without anybody logged in; `registered` as for the schedule."""
    if seen.fault is not None:
        return action("token", fault_text(seen.fault))
    kind, _colon, place = seen.source.partition(":")
    if kind == "env" and registered:
        sentence = _(
            "The scheduled job cannot see the variable {name}, so it will find no token. Store it where the job can "
            "read it: archive token set --source file:token"
        )
        return action("token", sentence.format(name=place))
    if kind == "env":
        sentence = _(
            "The token comes from the variable {name}. A scheduled run has it only if it is set there too; "
            "a file is safer: archive token set --source file:token"
        )
        return attention("token", sentence.format(name=place))
    if kind == "keyring" and seen.needs_session and title(CRON) in (registered or "").split(", "):
        sentence = _(
            "A job of cron runs without your desktop, where the password store is locked. Store the token where "
            "the job can read it: archive token set --source file:token"
        )
        return action("token", sentence)
    if kind == "keyring" and seen.needs_session:
        sentence = _(
            "The token is in the keyring, which is locked while you are not logged in. "
            "For runs at such times: archive token set --source file:token"
        )
        return attention("token", sentence)
    return good("token", _("It can be read where a scheduled run looks for it ({source}).").format(source=seen.source))


def account_look(seen: TokenSeen, asked: TokenTrial, *, owner: int | None, home: Path) -> CheckResult:
    """Whether Chatwork takes it, and for the account of this archive; without network that is not known."""
    if seen.fault is not None:
        return attention("account", _("Chatwork was not asked, as the token cannot be read."))
    match asked.fault:
        case errors.TokenRefused() as fault:
            return action("account", fault_text(fault))
        case errors.ArchiverError() as fault:
            sentence = _("Chatwork could not be asked now: {detail} What is saved can be used all the same.")
            return attention("account", sentence.format(detail=fault))
    if asked.account is None:
        return attention("account", _("Chatwork was not asked."))
    if owner is not None and asked.account != owner:
        wrong = errors.WrongAccount(found=asked.account, expected=owner, path=home)
        return action("account", fault_text(wrong))
    return good("account", _("Chatwork takes the token (ID {account}).").format(account=asked.account))
