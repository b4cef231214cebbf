"""The guides for users: their names, titles and texts, and a text as HTML.

They lie in `docs/`; a package that is built carries them in `archiver/guides`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_PACKED = Path(__file__).parents[1] / "guides"
_SOURCES = tuple(Path(__file__).parents[2] / "docs" / name for name in ("how-to", "ja"))

ORDER = (
    "application",
    "worst-day",
    "when-messages-disappear",
    "recover-old-messages",
    "hand-evidence-over",
    "check-a-package",
    "keep-a-copy",
    "erase",
    "notices",
    "where-to-go",
    "polite-replies",
    "purpose-of-records",
)
"""The way around the pages, then what somebody in trouble needs; the others follow by name."""


ENGLISH = "english"
"""Where on its page the English half of a guide in two languages begins."""

PageLinks = Callable[[str], Sequence[tuple[str, str]]]
"""Gives address and words of each page that does what the commands of a text do."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide."""

    topic: str
    """Its name, such as `worst-day`."""
    title: str
    text: str
    """Markdown."""
    english: str = ""
    """The title of the English half; empty if there is none."""

    def title_in(self, language: str) -> str:
        """The title for a reader of `ja` or `en`, as far as there is one."""
        return (language == "en" and self.english) or self.title


def guides(words: str = "") -> list[Guide]:
    """The guides that have all these words, whatever their case; in the order of `ORDER`."""
    folders = [_PACKED] if _PACKED.is_dir() else [folder for folder in _SOURCES if folder.is_dir()]
    found = {path.stem: _read_guide(path) for folder in folders for path in sorted(folder.rglob("*.md"))}
    topics = [topic for topic in ORDER if topic in found] + sorted(found.keys() - set(ORDER))
    wanted = words.casefold().split()
    return [found[topic] for topic in topics if all(word in found[topic].text.casefold() for word in wanted)]


def find_guide(topic: str) -> Guide | None:
    """The guide of this name; None if there is none. The name is only compared with those that there are."""
    return next((one for one in guides() if one.topic == topic), None)


def guide_html(guide: Guide, address: Callable[[str], str], page_links: PageLinks) -> Markup:
    """A guide as HTML; `address` gives that of another guide. Links to what is no guide become plain text.

    A command becomes the link to the page that does the same; lines for a terminal are folded below such links.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    topics = {one.topic for one in guides()}
    tokens = parser.parse(guide.text)
    _keep_one_title(tokens)
    for block in tokens:  # pictures of these very pages are in the documentation only
        block.children = [child for child in block.children or () if child.type != "image"] or None
        if block.type == "fence":
            block.type, block.content = "html_block", _folded(block.content, page_links(block.content))
    for token in (child for block in tokens for child in block.children or ()):
        if token.type == "code_inline" and (links := page_links(token.content)):
            token.type, token.content = "html_inline", _linked(links)
        elif token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            topic = target.partition("#")[0].rpartition("/")[2].removesuffix(".md")
            if target.startswith("https://"):
                token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
            elif topic in topics:
                token.attrs["href"] = address(topic)
            else:
                del token.attrs["href"]
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - our own texts, without HTML


def _keep_one_title(tokens: Sequence[Token]) -> None:
    """Let a second title, that of the same text in another language, be a heading of the page like others."""
    titles = [one for one in tokens if one.type in {"heading_open", "heading_close"} and one.tag == "h1"]
    for one in titles[2:]:
        one.tag = "h2"
        if one.type == "heading_open":
            one.attrs |= {"id": ENGLISH, "lang": "en"}


def _linked(links: Sequence[tuple[str, str]]) -> str:
    return Markup(" ").join(Markup('<a class="do" href="{}">{}</a>').format(*link) for link in links)


def _folded(lines: str, links: Sequence[tuple[str, str]]) -> str:
    """Lines for a terminal below the pages that do the same."""
    pages = Markup('<p class="acts">{}</p>').format(Markup(_linked(links))) if links else Markup()  # noqa: S704 - made above
    word = _("The same in a terminal") if links else _("In a terminal")
    folded = Markup('<details class="terminal"><summary>{}</summary><pre><code>{}</code></pre></details>')
    return pages + folded.format(word, lines)


def _read_guide(path: Path) -> Guide:
    text = path.read_text(encoding="utf-8")
    title, *others = _TITLE.findall(text) or [path.stem]
    return Guide(path.stem, title, text, others[0] if others else "")
