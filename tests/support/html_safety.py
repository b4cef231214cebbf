"""Reads HTML as a browser's parser would and notes elements and attributes that are not expected."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

_ELEMENTS = """
    html head meta title style body header main nav section article aside h1 h2 h3 p div span small b i bdi
    a img ul ol li dl dt dd table thead tbody tr th td time blockquote pre hr
    form label input button noscript script details summary
"""
_ATTRIBUTES = """
    lang charset http-equiv content name class id href rel src alt width height loading title datetime scope role hidden
    aria-label aria-hidden aria-labelledby aria-describedby data-room data-pages data-sieve
    for type autocomplete spellcheck data-label
"""
#: What our own templates and renderers use; `style` once, in the head, and `script` once, in the index.
ELEMENTS = frozenset(_ELEMENTS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
VOID = frozenset({"meta", "img", "hr", "input"})


class Reader(HTMLParser):
    """Collects elements, links, text and everything that should not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.hrefs: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.styles = 0
        self.scripts = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, its links and whatever is not ours in it."""
        values: Mapping[str, str] = {name: value or "" for name, value in attrs}
        self.faults += [f"element {tag}"] if tag not in ELEMENTS else []
        self.faults += [f"attribute {name} of {tag}" for name in values if name not in ATTRIBUTES]
        self.hrefs += [values["href"]] if "href" in values else []
        self.sources += [values["src"]] if "src" in values else []
        self.ids += [values["id"]] if "id" in values else []
        self.styles += tag == "style"
        self.scripts += tag == "script"
        if tag == "a" and values.get("rel", "") != "noreferrer noopener nofollow" and values["href"].startswith("http"):
            self.faults.append("a link that tells where it stands")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note an end without its beginning."""
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_data(self, data: str) -> None:
        """Keep the text, but not the style and the script."""
        if self._open[-1:] not in (["style"], ["script"]):
            self.texts.append(data)

    def finish(self) -> None:
        """Note the elements that were never closed."""
        self.close()
        self.faults += [f"{tag} is not ended" for tag in self._open]


def read_html(text: str) -> Reader:
    """Read a page or a part of one."""
    reader = Reader()
    reader.feed(text)
    reader.finish()
    return reader
