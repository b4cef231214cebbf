"""Errors in the words of a search: exit 2."""

from __future__ import annotations

from archiver.errors.usage import UsageError
from archiver.gettext_mark import N_


class BadSearch(UsageError):
    """The words of a search cannot be understood."""


class EmptySearch(BadSearch):
    """Nothing was given to look for."""

    message = N_("Say what to look for: a word, a phrase in quotation marks, or a filter such as has:file.")


class UnclosedPhrase(BadSearch):
    """A phrase has a quotation mark at its beginning only."""

    message = N_("The quotation mark of “{text}” has no second one to close it.")


class EmptyPart(BadSearch):
    """Nothing stands between quotation marks, or after a filter's name."""

    message = N_("There is nothing to look for in “{text}”; the value of a filter follows its colon without a space.")


class NegatedFilter(BadSearch):
    """A minus sign stands before a filter."""

    message = N_("“{text}”: only words and phrases can be excluded with “-”, filters cannot.")


class EmptyTime(BadSearch):
    """The last day of a search lies before its first, so nothing could be found."""

    message = N_("The first day ({begin}) is after the last one ({end}): nothing can be between them.")
    hint = N_("Swap them, or leave one out.")


class UnknownHas(BadSearch):
    """`has:` is followed by something that no message has."""

    message = N_("“has:{value}” is not known. Known: {known}")
