"""Errors of Chatwork: it refused the token (10), was unreachable, or did not answer as documented (1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.errors.base import ArchiverError
from archiver.gettext_mark import N_

if TYPE_CHECKING:
    from archiver.records import Reply


class TokenRefused(ArchiverError):
    """Chatwork refused the API token (401), whatever text came with the status.

    The token may be wrong, or replaced, or the organisation withdrew its approval of it (help 115000169501).
    """

    code = 10
    message = N_("Chatwork does not accept the API token. What is saved stays saved.")
    hint = N_(
        "In Chatwork open サービス連携 > APIトークン, copy the token shown there and store it with: archive init token"
        "   If no token is shown there, your organisation may have withdrawn its approval: apply for it again."
    )


class ChatworkError(ArchiverError):
    """Chatwork was unreachable, or did not answer as documented."""

    message = N_("Chatwork did not answer {path} as expected: {detail}")
    hint = N_("What is saved stays saved; the next save tries again.")


class Unreachable(ChatworkError):
    """No connection or a time-out after all retries."""

    message = N_("Chatwork could not be reached ({detail}).")


class ServerFailed(Unreachable):
    """A server error after all retries: Chatwork was reached, so the user's own network works."""

    message = N_("Chatwork gave no usable answer ({detail}).")


class NotUnderstood(ChatworkError):
    """A reply is not what the API documents: HTML, truncated, empty, or of another shape."""


class Refused(ChatworkError):
    """Chatwork answered with a 4xx status that has no class of its own."""

    message = N_("Chatwork refused {path} ({status}): {detail}")


class NotVisible(ChatworkError):
    """Chatwork answered 403 or 404: something is not accessible to this account now, for an unknown reason.

    Attributes: `reply`, with its status and its limitation header.
    """

    message = N_("Chatwork shows nothing at {path} ({status}).")

    def __init__(self, *, path: str, status: int, reply: Reply) -> None:
        """Keep the reply, as it is evidence that something was not shown."""
        super().__init__(path=path, status=status)
        self.path = path
        self.status = status
        self.reply = reply


class BudgetSpent(ChatworkError):
    """The request budget or the time given is used up before the work is done."""

    message = N_("Chatwork's limit is reached. The next save goes on.")


class TransferFailed(ChatworkError):
    """A file could not be downloaded as listed."""

    message = N_("A file could not be downloaded ({reason} {detail}).")
