"""Checks of a package in order: its lists, its seals, its records, its tables, its replies and files.

It needs neither the archive nor a network. Standard library and Python 3.8 syntax, because this module is also
handed out inside packages.
"""

from __future__ import annotations

import contextlib
import json
import re
from gettext import gettext as _
from gettext import ngettext
from typing import BinaryIO, Callable, Iterable, Iterator  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.manifest import (
    ManifestFault,
    compare,
    digest_stream,
    is_canonical,
    parse_manifest,
    sentence,
)
from archiver.evidence.masked_records import SHOWN
from archiver.evidence.stamps.reply_text import covering
from archiver.evidence.tables.build import CSV_HEADERS, MESSAGES, files, seal_numbers, table_lines
from archiver.evidence.verify.attachments import ENCLOSURES, check_enclosures
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.lines import PackageLines
from archiver.evidence.verify.package_files import READ_FAULTS, PackageFiles, read_all
from archiver.evidence.verify.seals import SealChain, SealedRange
from archiver.evidence.verify.stamps import CheckToken, StampCheck, StampSource
from archiver.evidence.verify.tables import TableCheck, compare_tables

MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
CONTENT = "data/content-sha256.txt"
ENTRIES = "data/entries.jsonl"
SEALS = "data/seals/"
FILES = "data/files/"
RAW = "data/raw/"
ROOTS = "data/tsa/{authority}.pem"

_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_OWN_STAMP = re.compile(r"tagmanifest-sha256\.txt\.([a-z0-9-]{1,20})\.tsr")
_REPORT = re.compile(r"report(_all_messages-[0-9]{2,4})?\.pdf|evidence_list\.(pdf|csv)")
"""Reports name the digest of the list of contents, so they cannot stand in it; the outer list has them."""

_OXUM = re.compile(r"(?m)^Payload-Oxum: (\d{1,20})\.(\d{1,20})\r?$")


def is_package(names: Iterable[str]) -> bool:
    """Whether these names are, at least in part, those of a package."""
    return bool({"bagit.txt", MANIFEST, ENTRIES} & set(names))


def verify_package(
    told: Verification,
    tree: PackageFiles,
    progress: Progress | None = None,
    *,
    check: CheckToken | None = None,
    known: Callable[[str], bool] | None = None,
) -> None:
    """Check a package; findings, notes and counts go to the verification.

    `check` judges stamps (None: nobody here can), `known` tells whether browsers trust a root.
    """
    _Package(told, tree, progress, check, known).verify()
    if not told.checked["entries"] and told.ok:
        told.find("nothing", ENTRIES, _("The package holds no records, so there was nothing to check."))


class _Package:
    """One package while it is checked."""

    def __init__(
        self,
        told: Verification,
        tree: PackageFiles,
        progress: Progress | None,
        check: CheckToken | None,
        known: Callable[[str], bool] | None,
    ) -> None:
        self.told = told
        self.tree = tree
        self.names = frozenset(tree.names())
        self.stamps = StampCheck(
            told,
            StampSource(
                self._below(SEALS),
                lambda name: self._read(SEALS + name),
                ROOTS,
                lambda authority: self._read(ROOTS.format(authority=authority)),
                check,
                known=known,
            ),
        )
        self.digests: dict[str, str | None] = {}
        self._tell = progress or (lambda _what, _done, _total: None)
        self._stretches: list[tuple[int, int, int]] = []
        self._closed_at: str | None = None

    def verify(self) -> None:
        self._hash()
        self._check_bag()
        self._check_list(MANIFEST, "data/", "")
        self._check_list(TAG_MANIFEST, "", "data/")
        self._check_list(CONTENT, "data/", "", base="data/")
        if ENTRIES not in self.names:
            self.told.find("package-form", ENTRIES, _("The records are not in the package."))
            return
        with self._faults(ENTRIES), contextlib.ExitStack() as opened, self.tree.seekable(ENTRIES) as file:
            lines = PackageLines(self.told, file, self._shown(opened))
            chain = SealChain(self.told, self._below(SEALS), lambda name: self._read(SEALS + name), None, self._seal)
            size = self.tree.size(ENTRIES)
            lines.look(self._noted(chain.stretches()), lambda done: self._tell("entries", done, size))
            self.told.checked["messages"] = lines.messages
            self._note_hidden()
            if not self._stretches:
                self.told.find("seal-missing", SEALS, _("There is no seal in the package."))
            self._check_own_stamps()
            self.stamps.close()
            self._check_tables(lines)
            self._check_replies(lines)
            self._check_files(lines)
            self._check_enclosures(lines)
        if any(name.startswith("data/transcript/") for name in self.names):
            note = _(
                "The pages in {folder} are held by the lists of digests alone; they were not compared with the records."
            )
            self.told.note(note.format(folder="data/transcript/"))
        self._note_reports()

    def _note_reports(self) -> None:
        if any(name.startswith("data/report") and name.endswith(".pdf") for name in self.names):
            note = _(
                "The reports ({files}) are held by the lists of digests alone; they were not compared with the records."
            )
            listed = ", data/evidence_list.csv" if "data/evidence_list.csv" in self.names else ""
            self.told.note(note.format(files=f"data/*.pdf{listed}"))

    def _shown(self, opened: contextlib.ExitStack) -> BinaryIO | None:
        """What stands in place of masked records, if the package has any."""
        name = f"data/{SHOWN}"
        return opened.enter_context(self.tree.seekable(name)) if name in self.names else None

    # --- lists ------------------------------------------------------------------------------------

    def _hash(self) -> None:
        """The digest of every file, each read once."""
        done, total = 0, sum(map(self.tree.size, self.names))
        for name in sorted(self.names):
            self.digests[name] = None
            with self._faults(name), self.tree.open(name) as file:
                self.digests[name] = digest_stream(file)
            done += self.tree.size(name)
            self._tell("files", done, total)

    def _check_bag(self) -> None:
        if "bagit.txt" not in self.names:
            self.told.find("package-form", "bagit.txt", _("The file is not in the package."))
        elif self._text("bagit.txt") != _BAGIT:
            self.told.find("package-form", "bagit.txt", _("The file is not the declaration of a BagIt 1.0 package."))
        found = _OXUM.search(self._text("bag-info.txt").decode("utf-8", "replace"))
        payload = [name for name in self.names if name.startswith("data/")]
        size = sum(map(self.tree.size, payload))
        if found and (int(found.group(1)), int(found.group(2))) != (size, len(payload)):
            said = _("It gives another number or size of the files below data/ than they have.")
            self.told.find("package-form", "bag-info.txt", said)

    def _check_list(self, name: str, inside: str, outside: str, *, base: str = "") -> None:
        """A list of digests against the files that begin with `inside` and not with `outside`."""
        if name not in self.names:
            self.told.find("manifest", name, _("The list of digests is not in the package."))
            return
        body = self._text(name)
        try:
            listed = parse_manifest(body)
        except ManifestFault as error:
            said = _("Line {line} is not one of a list of digests.").format(line=error.line)
            self.told.find("manifest", name, said)
            return
        if not is_canonical(body, listed):
            self.told.find("manifest", name, _("The list of digests is not written as packages write it."))
        there = {
            path[len(base) :]: digest
            for path, digest in self.digests.items()
            if path.startswith(inside) and not (outside and path.startswith(outside)) and path != name
        }
        for difference in compare(listed, there):
            if difference.kind == "extra" and (_OWN_STAMP if not base else _REPORT).fullmatch(difference.path):
                continue
            self.told.find("manifest", base + difference.path, sentence(difference, name))

    # --- stamps -----------------------------------------------------------------------------------

    def _seal(self, number: int, name: str, body: bytes, closed_at: str | None) -> None:
        self._closed_at = closed_at
        self.stamps.look(number, name, body, closed_at)

    def _check_own_stamps(self) -> None:
        """The stamps over the package itself: over the list that lists everything else."""
        own = [found for found in map(_OWN_STAMP.fullmatch, sorted(self.names)) if found is not None]
        if self.stamps.times and not own:
            self.told.note(_("The package itself bears no stamp; the stamps on its seals cover the records alone."))
        for found in own:
            name = found.group()
            with self._faults(name):
                reply = read_all(self.tree, name)
                self.stamps.check(name, found.group(1), reply, self._text(TAG_MANIFEST), self._closed_at)

    # --- records ----------------------------------------------------------------------------------

    def _noted(self, stretches: Iterator[SealedRange]) -> Iterator[SealedRange]:
        for stretch in stretches:
            self._stretches.append((stretch.number, stretch.first, stretch.last))
            yield stretch

    def _note_hidden(self) -> None:
        """A package cannot prove that nothing was left out of it; it can say how much it does not show."""
        count = sum(last - first + 1 for _, first, last in self._stretches) - self.told.checked["entries"]
        if count > 0:
            said = ngettext(
                "The seals name {count} record that is not in this package: of other chats or times, or left out. "
                "The archive alone can tell.",
                "The seals name {count} records that are not in this package: of other chats or times, or left out. "
                "The archive alone can tell.",
                count,
            )
            self.told.note(said.format(count=count))

    def _check_tables(self, lines: PackageLines) -> None:
        """Make the tables again and compare those that the package holds."""
        if not lines.whole:
            note = _("Messages and tables were not compared with the records, as not every record can be read.")
            self.told.note(note)
            return
        wanted = [MESSAGES]
        if any(f"data/{name}" in self.names for name in CSV_HEADERS):
            wanted += CSV_HEADERS
        with contextlib.ExitStack() as stack:
            checks = {}
            for name in wanted:
                if f"data/{name}" in self.names:
                    with self._faults(f"data/{name}"):
                        file = stack.enter_context(self.tree.open(f"data/{name}"))
                        checks[name] = TableCheck(self.told, name, file)
                else:
                    self.told.find("table-rows", f"data/{name}", _("The file is not in the package."))
            made = table_lines(
                lines.groups(),
                lines.other,
                lines.readings,
                seal_of=seal_numbers(_without_holes(self._stretches)),
                stamp_of=covering(self.stamps.times),
                packed=frozenset(self._below(FILES)),
            )
            with self._faults("data/"):
                compare_tables(self.told, made, checks, self._step(lines.messages))

    def _step(self, total: int) -> Callable[[], None]:
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            if done % 1_000 == 0 or done == total:
                self._tell("messages", done, total)

        return step

    def _check_replies(self, lines: PackageLines) -> None:
        """Each reply is the one that its description names, and one from which a record came."""
        for name in sorted(self.names):
            if not name.startswith(RAW) or not name.endswith(".json") or name.endswith(".meta.json"):
                continue
            meta = f"{name[: -len('.json')]}.meta.json"
            digest = self.digests.get(name)
            if meta not in self.names:
                self.told.find("raw-replies", name, _("The description of the reply is not in the package."))
            elif digest != self._stated(meta):
                said = _("The reply is not the one that its description names: its SHA-256 differs.")
                self.told.find("raw-replies", name, said)
            elif digest not in lines.replies:
                self.told.find("raw-replies", name, _("No record in the package came from this reply."))

    def _stated(self, name: str) -> str | None:
        try:
            told = json.loads(self._text(name).decode("utf-8"))
        except (ValueError, RecursionError):
            return None
        return told.get("sha256") if isinstance(told, dict) else None

    def _check_files(self, lines: PackageLines) -> None:
        """Each file has the bytes that a record says were saved under its number."""
        if not lines.whole:
            return
        try:
            rows = {row.stored_as: row for row in files(lines.other) if row.stored_as is not None}
        except (LookupError, TypeError, ValueError, AttributeError):
            return  # said already: the tables could not be made
        sizes = {one.sha256: one.size for one in lines.saved}
        for name in self._below(FILES):
            self.told.checked["files"] += 1
            row = rows.get(name)
            digest = self.digests.get(FILES + name)
            if row is None:
                self.told.find(
                    "package-files", FILES + name, _("No record in the package says that this file was saved.")
                )
            elif digest != row.sha256:
                said = _("The file is not the one that was saved: its SHA-256 is not that of the record.")
                self.told.find("package-files", FILES + name, said)
            elif sizes.get(str(digest)) != self.tree.size(FILES + name):
                said = _("The record gives another size for the file than it has.")
                self.told.find("package-files", FILES + name, said)

    def _check_enclosures(self, lines: PackageLines) -> None:
        """Each piece of the user's own evidence has the bytes that a record says were added."""
        if lines.whole:
            there = {name: self.digests.get(ENCLOSURES + name) for name in self._below(ENCLOSURES)}
            check_enclosures(self.told, there, lines.other)

    # --- reading ----------------------------------------------------------------------------------

    def _below(self, folder: str) -> list[str]:
        return sorted(name[len(folder) :] for name in self.names if name.startswith(folder))

    def _text(self, name: str) -> bytes:
        """A small file; empty if it cannot be read, which has been told."""
        try:
            return self._read(name) if name in self.names else b""
        except OSError:
            return b""

    def _read(self, name: str) -> bytes:
        """A small file. Raises OSError alone."""
        try:
            return read_all(self.tree, name)
        except READ_FAULTS as error:
            raise OSError(str(error)) from error

    @contextlib.contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        """Make a finding of what cannot be read."""
        try:
            yield
        except READ_FAULTS as error:
            detail = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self.told.find("unreadable", name, _("It cannot be read: {detail}").format(detail=detail))


def _without_holes(stretches: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The stretches with one put in where exactly one seal's file cannot tell its own: the others enclose it."""
    found: list[tuple[int, int, int]] = []
    before = (0, 0, 0)
    for one in stretches:
        if one[0] == before[0] + 2:
            found.append((before[0] + 1, before[2] + 1, one[1] - 1))
        found.append(one)
        before = one
    return found
