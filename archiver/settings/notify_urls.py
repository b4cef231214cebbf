"""Where else notices go: each entry of `[notify] urls`, taken from the file or variable that it names.

An address holds passwords. It stands in no error, no `repr` and no sentence: an entry is called by its position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _

from archiver import errors
from archiver.settings.file import TOKEN_VARIABLE
from archiver.settings.model import Settings
from archiver.settings.token import secret

ELSEWHERE = ("env:", "file:")
"""How an entry begins that names where the address lies; no service of notices is called so."""


@dataclass(frozen=True, slots=True)
class Address:
    """One entry."""

    position: int
    """Counted from 1."""
    url: str = field(repr=False)
    """Empty if there is a fault."""
    fault: str | None = None
    """Why the address cannot be had, as a sentence."""


def addresses(settings: Settings, environ: Mapping[str, str]) -> list[Address]:
    """Every entry in its order; files and variables are read now."""
    return [_address(settings, environ, number, entry) for number, entry in enumerate(settings.notify.urls, 1)]


def are_in_file(urls: Sequence[str]) -> bool:
    """Whether any address stands in `archive.toml` itself."""
    return any(not one.startswith(ELSEWHERE) for one in urls)


def bare(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without token and addresses, for a program that has no use for them."""
    sources = (settings.token_source, *settings.notify.urls)
    names = {TOKEN_VARIABLE, *(one.removeprefix("env:").upper() for one in sources if one.startswith("env:"))}
    return {name: value for name, value in environ.items() if name.upper() not in names}  # Windows knows no case


def _address(settings: Settings, environ: Mapping[str, str], number: int, entry: str) -> Address:
    if not entry.startswith(ELSEWHERE):
        return Address(number, entry.strip())
    try:
        url = secret(settings.home, entry, environ)
    except errors.TokenFileUnsafe:
        return Address(number, "", _unsafe(number))
    except (errors.SettingsError, ValueError, RuntimeError):  # no path at all, or a home of nobody
        return Address(number, "", _missing(number))
    return Address(number, url, None if url else _missing(number))


def _missing(number: int) -> str:
    sentence = _("Nothing is where the notice address number {number} of [notify] urls should lie.")
    return sentence.format(number=number)


def _unsafe(number: int) -> str:
    sentence = _(
        "The file of the notice address number {number} of [notify] urls can be read by others, so it was not used. "
        "Allow only yourself to read it: chmod 600"
    )
    return sentence.format(number=number)
