"""Keeps the catalogues in step with the code: `python -m tests.support.catalogues update`.

`update` collects the texts of `archiver/` and of click, keeps what is translated, drops what is not used any
more, compiles, and lists what lacks a Japanese text; write those into `ja/LC_MESSAGES/messages.po` and call
it again.
English needs no catalogue: the texts in the code are English.
"""

from __future__ import annotations

import io
import re
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.support.module_imports import calls_below

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "archiver" / "locale"
LANGUAGES = ("ja",)
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "P_": (1, 2), "add_counted": (2, 3)}

#: Where texts stand besides code: in the scripts of `verify.html`, and in the templates of the pages.
METHODS = [
    ("export/verify_page/scripts/**.js", "javascript"),
    ("web/templates/**.html", "jinja2"),
]

#: Click translates these by a variable, so no extractor sees them.
HIDDEN = ("required",)

Text = str | tuple[str, str]
"""A msgid, or one for a single thing and one for many."""


class PlainCatalog(Catalog):
    """A catalogue without dates, names and addresses in its header: the same texts are the same file."""

    def _plain_headers(self) -> list[tuple[str, str]]:
        return [
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]

    mime_headers = property(_plain_headers, lambda _self, _headers: None)


def po_path(language: str) -> Path:
    """The path of the `.po` file, which people edit."""
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def mo_path(language: str) -> Path:
    """The path of the `.mo` file, which the program reads."""
    return po_path(language).with_suffix(".mo")


@cache
def used_texts() -> set[Text]:
    """Every text of ours and of click that can be translated."""
    found: set[Text] = set(HIDDEN)
    for call in (*calls_below(ROOT / "archiver"), *calls_below(Path(click.__file__).parent)):
        if call.name in KEYWORDS:
            one, *many = (call.arguments[place - 1] or "" for place in KEYWORDS[call.name] or (1,))
            if one:
                found.add((one, many[0]) if many else one)
    for _file, _line, text, _comments, _context in extract_from_dir(ROOT / "archiver", METHODS, keywords=KEYWORDS):
        if text:
            found.add((text[0], text[1]) if isinstance(text, tuple) else text)
    return found


def translations(language: str) -> dict[Text, tuple[str, ...]]:
    """The translations of the `.po` file, one for a text without plural; empty ones are left out."""
    if not po_path(language).exists():
        return {}
    with po_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    found: dict[Text, tuple[str, ...]] = {}
    for message in catalogue:
        key = (message.id[0], message.id[1]) if isinstance(message.id, (list, tuple)) else message.id
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
        if key and all(texts):
            found[key] = texts
    return found


def catalogue(language: str, texts: set[Text]) -> PlainCatalog:
    """The catalogue of a language for these texts, as far as they are translated."""
    known = translations(language)
    catalog = PlainCatalog(locale=language, header_comment="", fuzzy=False)
    for text in sorted(texts, key=lambda one: (one,) if isinstance(one, str) else one):
        forms = known.get(text, ("",))
        catalog.add(text, forms if isinstance(text, tuple) else forms[0])
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """The text of the `.po` file: sorted, without places in the source."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, no_location=True, sort_output=True)
    return buffer.getvalue().lstrip()


def mo_bytes(catalog: Catalog) -> bytes:
    """The bytes of the `.mo` file, without untranslated texts, which then appear in English."""
    whole = PlainCatalog(locale=catalog.locale, header_comment="", fuzzy=False)
    for message in catalog:
        if message.id and any(message.string or ""):
            whole.add(message.id, message.string)
    buffer = io.BytesIO()
    write_mo(buffer, whole)
    return buffer.getvalue()


def placeholders(text: str) -> set[str]:
    """The names that a text is filled with: `{x}`, `{x!r}` and `%(x)s` alike."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:  # a brace that is only a brace: such a text is not formatted
        parts = []
    return {name for _text, name, _spec, _how in parts if name is not None} | set(re.findall(r"%\((\w+)\)", text))


def problems() -> Iterator[str]:
    """The problems of the catalogue files, one sentence each."""
    texts = used_texts()
    for language in LANGUAGES:
        known = translations(language)
        yield from (f"{language}: no text for {text!r}" for text in sorted(texts - known.keys(), key=str))
        yield from (f"{language}: not used any more: {text!r}" for text in sorted(known.keys() - texts, key=str))
        for text, translated in known.items():
            if not _has_same_placeholders(text, translated):
                yield f"{language}: other placeholders than {text!r}"
        catalog = catalogue(language, set(known))
        if not mo_path(language).exists() or mo_path(language).read_bytes() != mo_bytes(catalog):
            yield f"{language}: messages.mo is not made of messages.po"


def _has_same_placeholders(text: Text, translated: tuple[str, ...]) -> bool:
    """Whether the last form has the placeholders of the plural, and no form an unknown one."""
    forms = (text,) if isinstance(text, str) else text
    known = set.union(*map(placeholders, forms))
    return placeholders(translated[-1]) == placeholders(forms[-1]) and all(
        placeholders(form) <= known for form in translated
    )


def update(texts: set[Text]) -> None:
    """Write both files of each language for these texts."""
    for language in LANGUAGES:
        catalog = catalogue(language, texts)
        po_path(language).parent.mkdir(parents=True, exist_ok=True)
        po_path(language).write_bytes(po_bytes(catalog))
        mo_path(language).write_bytes(mo_bytes(catalog))


def main(action: str) -> int:
    """Update the files; returns 1 if something is left to do."""
    if action != "update":
        print(__doc__)
        return 2
    update(used_texts())
    found = list(problems())
    print("\n".join(found) or "Every text has its translation.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
