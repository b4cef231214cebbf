"""The guides for users: their names, titles and texts, and a text as HTML.

They lie in `docs/ja` and `docs/en`; a package that is built carries them in `archiver/guides`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup

_PACKED = Path(__file__).parents[2] / "guides"
_FOLDER = _PACKED if _PACKED.is_dir() else Path(__file__).parents[3] / "docs"

_FIRST = ("start", "trouble", "stranger", "old", "handover", "advice", "backup", "alerts")
TOPICS = (*_FIRST, "received", "assistant", "team")
"""Every guide, in the order of the list."""

PageLinks = Callable[[str], Sequence[tuple[str, str]]]
"""Gives address and words of each page that does what the commands of a text do."""


class Guide(NamedTuple):
    """One guide in one language."""

    topic: str
    """Its name, such as `trouble`."""
    title: str
    text: str
    """Markdown."""


def guides(language: str, words: str = "") -> list[Guide]:
    """The guides in `ja` or `en` that have all these words, whatever their case."""
    found = [find_guide(topic, language) for topic in TOPICS]
    wanted = words.casefold().split()
    return [one for one in found if one and all(word in one.text.casefold() for word in wanted)]


def find_guide(topic: str, language: str) -> Guide | None:
    """The guide of this name; None if there is none. The name is only compared with those that there are."""
    if topic not in TOPICS:
        return None
    text = (_FOLDER / ("en" if language == "en" else "ja") / f"{topic}.md").read_text(encoding="utf-8")
    return Guide(topic, text.partition("\n")[0].removeprefix("# "), text)


def guide_html(guide: Guide, address: Callable[[str, str], str], page_links: PageLinks) -> Markup:
    """A guide as HTML; links to what is no guide become plain text.

    `address` gives that of another guide, in the language of the folder that a link names, if it names one.
    A command becomes the link to the page that does the same; lines for a terminal are folded below such links.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(guide.text)
    for block in tokens:  # pictures of these very pages are in the documentation only
        block.children = [child for child in block.children or () if child.type != "image"] or None
        if block.type == "fence":
            block.type, block.content = "html_block", _folded(block.content, page_links(block.content))
    for token in (child for block in tokens for child in block.children or ()):
        if token.type == "code_inline" and (links := page_links(token.content)):
            token.type, token.content = "html_inline", _linked(links)
        elif token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            folder, _slash, name = target.partition("#")[0].rpartition("/")
            if target.startswith("https://"):
                token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
            elif (topic := name.removesuffix(".md")) in TOPICS:
                token.attrs["href"] = address(topic, folder.removeprefix("../"))
            else:
                del token.attrs["href"]
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - our own texts, without HTML


def _linked(links: Sequence[tuple[str, str]]) -> str:
    return Markup(" ").join(Markup('<a class="do" href="{}">{}</a>').format(*link) for link in links)


def _folded(lines: str, links: Sequence[tuple[str, str]]) -> str:
    """Lines for a terminal below the pages that do the same."""
    pages = Markup('<p class="row">{}</p>').format(Markup(_linked(links))) if links else Markup()  # noqa: S704 - made above
    word = _("The same in a terminal") if links else _("In a terminal")
    folded = Markup('<details class="terminal"><summary>{}</summary><pre><code>{}</code></pre></details>')
    return pages + folded.format(word, lines)
