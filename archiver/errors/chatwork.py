"""Errors of Chatwork: it refused the token (10), was unreachable, or did not answer as documented (1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.errors.base import ArchiverError
from archiver.wording import N_

if TYPE_CHECKING:
    from archiver.records import Reply


class TokenRefused(ArchiverError):
    """Chatwork refused the API token (401), whatever text came with the status.

    The token may be wrong, or replaced, or the organisation withdrew its approval of it (help 115000169501).
    """

    code = 10
    message = N_("This API token doesn't work. What is saved stays saved.")
    hint = N_(
        "Paste the one that Chatwork shows now (サービス連携 > APIトークン): archive init token"
        "   If none is shown there, your organisation may have withdrawn its approval: apply for it again."
    )


class ChatworkError(ArchiverError):
    """Chatwork was unreachable, or did not answer as documented."""

    message = N_("Chatwork gave no usable answer.")
    hint = N_("What is saved stays saved; the next save tries again.")


class Unreachable(ChatworkError):
    """No connection or a time-out after all retries."""

    message = N_("Chatwork could not be reached ({detail}).")


class ServerFailed(Unreachable):
    """A server error after all retries: Chatwork was reached, so the user's own network works."""

    message = ChatworkError.message
    hint = N_("Wait a little and try again. What is saved stays saved.   Details: {path}, {detail}")


class NotUnderstood(ChatworkError):
    """A reply is not what the API documents: HTML, truncated, empty, or of another shape."""

    hint = ServerFailed.hint


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
