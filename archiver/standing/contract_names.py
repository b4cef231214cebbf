"""What a contract is called on the user's own screens: its title; commands take its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from gettext import gettext as _

from archiver.records import Contract
from archiver.render.screen_text import shorten, visible

_TITLE_WIDTH = 32
"""Columns of a title within a sentence."""


def contract_names(contracts: Iterable[Contract]) -> dict[str, str]:
    """The name of each contract by its id: its title in quotation marks; its number where no title is its own."""
    every = list(contracts)
    titles = Counter(contract.title for contract in every)
    return {
        contract.id: _("“{title}”").format(title=shorten(contract.title, _TITLE_WIDTH))
        if contract.title and titles[contract.title] == 1
        else visible(contract.label)
        for contract in every
    }
