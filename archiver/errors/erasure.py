"""Errors of `archive erase`: nothing was erased."""

from __future__ import annotations

from archiver.errors.base import ArchiverError
from archiver.errors.usage import UsageError
from archiver.gettext_mark import N_


class RoomStillRead(UsageError):
    """What is to be erased lies in a room that is still read."""

    message = N_("A chat of it is still being saved (job {contracts}), so nothing was erased.")
    hint = N_("End that first: archive job end {contract} --now")


class NothingToErase(UsageError):
    """Nothing is left that only this contract, or these messages, would take away."""

    message = N_("There is nothing to erase: nothing of it is saved, or another job holds all of it.")


class NoErasureNote(UsageError):
    """The file is no note of an erasure."""

    message = N_("{path} is not a note of an erasure.")
    hint = N_("It is the .json file beside the certificate, or in the folder erasures of the archive that erased.")


class NoSavedMessage(UsageError):
    """No room has a message with this id."""

    message = N_("No message with the id {message} is saved.")
    hint = N_("Copy the link of the message in Chatwork, or see its number with: archive search WORDS")


class NotConfirmed(UsageError):
    """Erasing needs an answer, and there is nobody to ask."""

    message = N_("Nothing was erased: it has to be confirmed, and there is no terminal to ask on.")
    hint = N_("Look first with --dry-run, then give: {option}")


class UnknownErasure(UsageError):
    """No erasure has this number."""

    message = N_("There is no erasure with the number {number}.")


class ErasureDeclined(ArchiverError):
    """The user did not type the word."""

    code = 1
    message = N_("Nothing was erased.")
