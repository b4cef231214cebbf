"""One line of a text around what was found in it, with marks that are seen without colours too."""

from __future__ import annotations

from collections.abc import Collection

import click

from archiver.cli.terminal.text import columns, visible
from archiver.render.snippet import snippet as cut_out

_CUT = "..."


def snippet(text: str, words: Collection[str], width: int) -> str:
    """At most `width` columns of a text, with 【】 around what these folded words are found in."""
    inner = width - 2 * len(_CUT)
    found = cut_out(text, words, width=inner, measure=_measure, border=columns("【】"))
    line = "".join(_marked(part.text) if part.is_mark else _seen(part.text) for part in found.parts)
    return (_CUT if found.cut_before else "") + line + (_CUT if found.cut_after else "")


def _measure(sign: str) -> int:
    return columns(visible(sign))


def _seen(text: str) -> str:
    """Sign by sign, as each was measured."""
    return "".join(map(visible, text))


def _marked(text: str) -> str:
    return click.style(f"【{_seen(text)}】", bold=True)
