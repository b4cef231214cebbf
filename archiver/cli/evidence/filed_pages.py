"""`verify FILED.pdf` and `verify CODE`: the pages of a court's export, found again by the code on each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import FINDINGS, INCOMPLETE, CliContext
from archiver.cli.output import echo, echo_json, paged_output, visible
from archiver.custody.exported_package_check import package_files, verify_here
from archiver.errors import N_
from archiver.evidence.verify.package_reader import READ_ERRORS, TEXT_LIMIT, read_all
from archiver.export.pdf import page_code
from archiver.export.pdf.drawn_pages import Page, read_pages
from archiver.export.pdf.page_code import Comparison
from archiver.export.pdf_metadata import run_apart
from archiver.settings.model import exports_folder
from archiver.store.archive import Archive
from archiver.store.queries.entries import exports
from archiver.wording import gettext as _

_SENTENCES = {
    ("same", ""): N_("reads the same"),
    ("look", "drawn"): N_("the same text, but something is drawn on it or over it: look at the page"),
    ("look", "fonts"): N_("the same text, but another program redrew its letters: compare it by eye"),
    ("differs", "text"): N_("differs"),
    ("unknown", ""): N_("no export that was looked at has its code: {code}"),
    ("unknown", "sign"): N_("a sign of this code is wrong (none has 0, 1, I or O); compare it with the paper: {code}"),
    ("unreadable", "file"): N_("cannot be read here: it is no PDF, is damaged or needs a password"),
    ("unreadable", "no_text"): N_("cannot be read here: it has no text that can be read, as a scan has none"),
    ("unreadable", "no_code"): N_("cannot be read here: it has no code of a court's export"),
    ("unreadable", "several"): N_("cannot be read here: it has the codes of several pages"),
    ("unreadable", "fonts"): N_("cannot be read here: another program redrew its letters"),
    ("unreadable", "export"): N_("cannot be read here: its page in the export cannot be read"),
    ("unreadable", "cut"): N_("cannot be read here: it is cut off or made small"),
}
_TAIL, _SECONDS = 4000, 300.0
"""Bytes at the end of a page of ours, where its code is drawn; time for one file."""


class _Place(NamedTuple):
    """Where a code was printed."""

    package: Path
    name: str
    number: int


class _Judged(NamedTuple):
    """A page of a filed file, and what became of it."""

    file: str
    number: int
    found: Comparison
    code: str = ""
    place: _Place | None = None


def is_filed(text: str) -> bool:
    """Whether an argument names a PDF, or is a code."""
    path = Path(text).expanduser()
    is_code = page_code.typed_code(text) is not None and not path.exists()
    return is_code or (path.suffix.lower() == ".pdf" and path.is_file())


def verify_filed(obj: CliContext, paths: Sequence[str], *, as_json: bool) -> int:
    """Hold filed pages, or a code, against the exports for a court that lie here. Raises UsageError."""
    filed, given = [one for one in paths if is_filed(one)], [one for one in paths if not is_filed(one)]
    places = {code: place for package in _packages(obj, given) for code, place in _places(package)}
    if not places:
        here = _("No export whose pages have codes lies here. Name it: archive verify FILED.pdf EXPORT")
        named = _("The pages of what was named have no codes: only those of an export for a court have them.")
        raise errors.UsageError(detail=named if given else here)
    judged = [judged for one in filed for judged in _judge(one, places)]
    used = sorted({one.place.package for one in judged if one.place})
    checks = {one: verify_here(one, obj.home, now=utc_now()) for one in used}
    statuses = {one.found.status for one in judged}
    is_good = "same" in statuses <= {"same", "unreadable"} and all(one.ok for one in checks.values())
    code = FINDINGS if not is_good else INCOMPLETE if "unreadable" in statuses else 0
    if as_json:
        echo_json(
            {
                "ok": not code,
                "pages": [_document(one) for one in judged],
                "exports": [{"path": str(path), "ok": one.ok, "notes": one.notes} for path, one in checks.items()],
            }
        )
        return code
    with paged_output():
        _tell(judged)
        for path, check in checks.items():
            echo("\n  ".join((f"{visible(path.name)}: {check.closing_sentence()}", *check.notes)))
    return code


def _packages(obj: CliContext, given: Sequence[str]) -> Iterator[Path]:
    """The exports that were named, else those for a court that this archive made and that lie in its folder."""
    yield from (Path(one).expanduser().absolute() for one in given)
    archive = Archive(obj.home)
    if given or not archive.exists():
        return
    names = dict.fromkeys(one.name for one in reversed(archive.read(exports)) if one.profile == "court")
    with suppress(errors.SettingsError):
        folder = exports_folder(obj.settings())
        yield from (folder / Path(one).name for one in names if (folder / Path(one).name).exists())


def _places(package: Path) -> Iterator[tuple[str, _Place]]:
    """Each code of an export with its place. Raises UsageError."""
    try:
        with package_files(package) as (tree, _packed):
            for name in tree.names():
                is_pdf = name.endswith(".pdf") and tree.size(name) <= TEXT_LIMIT
                pages = run_apart(partial(read_pages, tail=_TAIL), read_all(tree, name), _SECONDS) if is_pdf else None
                for number, page in enumerate(pages or []):
                    yield from ((code, _Place(package, name, number)) for code in page_code.printed_codes(page)[-1:])
    except READ_ERRORS as error:
        raise errors.UsageError(detail=_("There is no export: {path}").format(path=package)) from error


def _judge(text: str, places: Mapping[str, _Place]) -> Iterator[_Judged]:
    """What became of the pages of a file; of a code only where it was printed."""
    path, code = Path(text).expanduser(), page_code.typed_code(text)
    if code and not path.is_file():
        status = ("same", "") if code in places else ("unknown", "" if page_code.is_whole(code) else "sign")
        yield _Judged(text, 0, Comparison(*status), code, places.get(code))
        return
    pages: list[Page] | None = run_apart(read_pages, path.read_bytes(), _SECONDS)
    if pages is None:
        yield _Judged(path.name, 0, Comparison("unreadable", "file"))
        return
    known = {code: places[code] for page in pages for code in page_code.printed_codes(page) if code in places}
    own = _own_pages(set(known.values()))
    for number, page in enumerate(pages, 1):
        code, judged = page_code.judge_page(page, {one: own[place] for one, place in known.items()})
        yield _Judged(path.name, number, judged, code, known.get(code))


def _own_pages(wanted: set[_Place]) -> dict[_Place, Page]:
    """The pages of the exports at these places."""
    numbers = defaultdict(list)
    for place in sorted(wanted):
        numbers[place.package, place.name].append(place.number)
    own: dict[_Place, Page] = {}
    for (package, name), of_file in numbers.items():
        with package_files(package) as (tree, _packed):
            pages = run_apart(partial(read_pages, numbers=of_file), read_all(tree, name), _SECONDS)
        if pages is None:
            raise errors.UsageError(detail=_("It cannot be read: {detail}").format(detail=name))
        own |= {_Place(package, name, number): page for number, page in zip(of_file, pages, strict=True)}
    return own


def _document(one: _Judged) -> dict[str, object]:
    place = one.place and {"export": str(one.place.package), "file": one.place.name, "page": one.place.number + 1}
    lines = [{"printed": printed, "here": here} for printed, here in one.found.lines]
    facts = {"file": one.file, "page": one.number, "status": one.found.status, "reason": one.found.reason}
    return {**facts, "code": one.code, "of": place, "lines": lines}


def _tell(judged: Sequence[_Judged]) -> None:
    for name, of_file in groupby(judged, lambda one: one.file):
        echo("{name}", name=name)
        for _row, pages in groupby(of_file, _row_of):
            _tell_pages(list(pages))
    counts = Counter(one.found.status for one in judged if one.number)
    if counts:
        sentence = _(
            "Pages: {n}. Read the same: {same}. Differ, or to be looked at: {others}. Cannot be read here, which does "
            "not mean altered: {unread}."
        )
        others = counts.total() - counts["same"] - counts["unreadable"]
        echo(sentence.format(n=counts.total(), same=counts["same"], others=others, unread=counts["unreadable"]))
        sentence = _(
            "Compared is what stands between the two lines of a page: its text with place, letters and colour; not its "
            "head, its foot and its margins, where exhibit numbers go."
        )
        echo(sentence)


def _row_of(one: _Judged) -> tuple[object, ...]:
    """Pages that follow one another as in the export, and became the same, are told in one row."""
    place = one.place and (one.place.package, one.place.name, one.place.number - one.number)
    return (*one.found[:2], place, one.code if one.found.status == "unknown" else "", one.found.lines)


def _tell_pages(pages: Sequence[_Judged]) -> None:
    first, last = pages[0], pages[-1]
    parts = []
    if first.number:
        parts.append(_("Page {n}").format(n=_numbers(first.number, last.number)))
    if first.number or not first.place:
        parts.append(_(_SENTENCES[first.found[:2]]).format(code=first.code))
    if first.place and last.place:
        n = _numbers(first.place.number + 1, last.place.number + 1)
        name, export = visible(first.place.name), visible(first.place.package.name)
        parts.append(_("{file}, page {n} of {export}").format(file=name, n=n, export=export))
    echo("  " + ": ".join(parts))
    for printed, here in first.found.lines:
        echo(_("    printed: {text}"), text=printed)
        other = _("the same text, but its place, size, letters or colour are others")
        echo(_("    here:    {text}"), text=other if here == printed else here)


def _numbers(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}–{last}"
