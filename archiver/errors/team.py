"""Errors of a team's service: its settings and keys (5), and tokens that are refused (10) or cannot be opened (5)."""

from __future__ import annotations

from archiver.errors.archive import HomeNotWritable
from archiver.errors.chatwork import TokenRefused
from archiver.errors.settings import SettingsError
from archiver.gettext_mark import N_


class GivenTokenRefused(TokenRefused):
    """Chatwork refused a token that was given to a team's workers: exit 10."""

    message = N_("Chatwork does not accept the API token. What the team saved stays saved.")
    hint = N_(
        "In Chatwork open サービス連携 > APIトークン, copy the token shown there and give it to your team with: "
        "archive team join   If no token is shown there, your organisation may have withdrawn its approval: apply for "
        "it again."
    )


class BadTeamFile(SettingsError):
    """The file `team.toml` is missing or says something that cannot be used: exit 5."""

    message = N_("{path} cannot be used: {detail}")
    hint = N_("What it may say stands in the guide for teams: archive guide team")


class InstallationKeyUnusable(SettingsError):
    """The key of the installation cannot be read, or is none: exit 5."""

    message = N_("The key of this installation cannot be used ({place}): {detail}")
    hint = N_(
        "Only savers have it: run this where a saver runs. No token that was given opens with another "
        "one. How keys are made and kept: archive guide team"
    )


class SealedWithAnotherKey(SettingsError):
    """A token of the ledger was sealed for another key, or is damaged: exit 5."""

    message = N_("The token of archive {archive} cannot be opened with the key of this installation.")
    hint = N_("Let its owner give it again: archive team join")


class QueueUnavailable(HomeNotWritable):
    """The queue of rounds in the team's database is missing, or of another version of its library: exit 1."""

    message = N_("The queue of rounds in the ledger ({ledger}) cannot be used: {detail}")
    hint = N_("Bring it up to this version with: archive team init --ledger ADDRESS")
