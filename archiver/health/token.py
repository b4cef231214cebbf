"""Checks how a round gets in: with the API token, of which Chatwork is asked once, and to a team's ledger and store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.health.check_result import CheckResult, action, attention, error_text, good
from archiver.schedule.schedulers import DAEMON, token_lack_sentence
from archiver.settings.model import Settings
from archiver.settings.token import place_words, read_token
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import CallBudget
from archiver.sync.run_start import expect_dates
from archiver.wording import gettext as _


class TokenState(NamedTuple):
    """Where the token is stored, and whether it can be read there."""

    source: str
    """`keyring`, `env:NAME` or `file:PATH`."""
    error: errors.ArchiverError | None
    needs_session: bool
    """Whether the keyring here is open only while somebody is logged in."""


class TokenTrial(NamedTuple):
    """The result of one `GET /me`."""

    account: int | None = None
    error: errors.ArchiverError | None = None
    offset: timedelta | None = None
    """Chatwork's clock minus ours."""


NOT_ASKED = TokenTrial()


# --- looking ---------------------------------------------------------------------------------


def observe_token(settings: Settings, environ: Mapping[str, str], *, system: str) -> TokenState:
    """Try to read the token; `settings` without what the environment of this call overrides.

    `system` is `sys.platform`.
    """
    token_error: errors.ArchiverError | None = None
    try:
        read_token(settings, environ)
    except errors.SettingsError as error:
        token_error = error
    return TokenState(settings.token_source, token_error, system not in ("win32", "darwin"))


def is_readable(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether a token can be read where the settings say."""
    return observe_token(settings, environ, system="").error is None


def ask_account(app: App, *, is_known: bool, budget: CallBudget | None) -> TokenTrial:
    """Ask Chatwork whose token it is, with one request; nothing is waited for and nothing is written.

    `is_known`: whether the archive can be read; `budget`: what the last run left of the calls.
    """
    transport = app.chatwork.transport
    transport.deadline = transport.clock.own()
    if is_known:
        expect_dates(app.archive, transport)
        app.archive.close()
        transport.budget = replace(transport.budget, **(asdict(budget) if budget else {}))
    try:
        account = app.chatwork.me().model.account_id
    except errors.ArchiverError as error:
        return TokenTrial(None, error, transport.dates.sure_offset)
    if transport.dates.undecided is not None:
        transport.clock.forget()
    return TokenTrial(account, None, transport.dates.sure_offset)


# --- judging ---------------------------------------------------------------------------------


def check_token(state: TokenState, *, registered: str | None = None) -> CheckResult:
    """Check that the token can be read also while nobody is logged in; `registered` as for `check_schedule`."""
    if state.error is not None:
        return action("token", error_text(state.error))
    kind, _colon, location = state.source.partition(":")
    jobs = [one for one in (registered or "").split(", ") if one and one != DAEMON]
    lacking = token_lack_sentence(state.source, jobs, has_session=not state.needs_session) if jobs else None
    if lacking is not None:
        return action("token", lacking)
    if kind == "env":
        sentence = _(
            "The token comes from the variable {name}. An automatic save has it only if it is set there too; "
            "a file is safer: archive init token --where file:token"
        )
        return attention("token", sentence.format(name=location))
    if kind == "keyring" and state.needs_session:
        sentence = _(
            "The token is in the keyring, which is locked while you are not logged in. For saves at such "
            "times: archive init token --where file:token"
        )
        return attention("token", sentence)
    return good(
        "token",
        _("It can be read where an automatic save looks for it ({source}).").format(source=place_words(state.source)),
    )


def check_account(state: TokenState, trial: TokenTrial, *, owner: int | None, home: Path) -> CheckResult:
    """Check that Chatwork accepts the token, and for this archive's account; unknown without network."""
    if state.error is not None:
        return attention("account", _("Chatwork was not asked, as the token cannot be read."))
    match trial.error:
        case errors.TokenRefused() as error:
            return action("account", error_text(error))
        case errors.ArchiverError() as error:
            sentence = _("Chatwork could not be asked now: {detail} What is saved can still be used.")
            return attention("account", sentence.format(detail=error))
    if trial.account is None:
        return attention("account", _("Chatwork was not asked."))
    if owner is not None and trial.account != owner:
        wrong_account = errors.WrongAccount(found=trial.account, expected=owner, path=home)
        return action("account", error_text(wrong_account))
    return good("account", _("Chatwork accepts the token (ID {account}).").format(account=trial.account))


def check_ledger(archive: Archive) -> list[CheckResult]:
    """One result for a copy of an archive in a ledger, none for an archive of its own."""
    return [(good if is_good else action)("ledger", text) for is_good, text in archive.keeper.check()]
