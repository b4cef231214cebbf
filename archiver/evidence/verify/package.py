"""Checks of a package in order: its lists, seals, records, tables, replies and files.

They need neither the archive nor a network. Standard library and Python 3.8 syntax, because this module is also
handed out inside packages.
"""

from __future__ import annotations

import contextlib
import json
import re
from gettext import gettext as _
from typing import Any, ContextManager, Iterable, Mapping, Match, Pattern  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import (
    ManifestError,
    compare_manifest,
    difference_text,
    digest_stream,
    is_canonical,
    parse_manifest,
    period_starts,
    reply_digest,
)
from archiver.evidence.looks import note_services, read_services
from archiver.evidence.masked_and_erased import MASKED_FILE
from archiver.evidence.stamps.reply_claims import earliest_covering
from archiver.evidence.tables.build import CSV_HEADERS, MESSAGES, seal_numbers, table_lines
from archiver.evidence.tables.files_and_tasks import files
from archiver.evidence.tables.links_and_pauses import PAUSES
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.package_entries import PackageLines
from archiver.evidence.verify.package_reader import READ_ERRORS, PackageFiles, read_all, unreadable_found
from archiver.evidence.verify.rollbacks import ORPHANED, check_rollbacks, read_rollback
from archiver.evidence.verify.seals import SealChain
from archiver.evidence.verify.stamps import StampCheck, StampJudge, StampSource, compare_stamps, read_recorded_stamp
from archiver.evidence.verify.tables_and_enclosures import (
    ENCLOSURES,
    TableCheck,
    add_unchecked_parts,
    check_enclosures,
    compare_tables,
)

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
_REPORT = re.compile(r"report(_all_messages-[0-9]{2,4})?\.pdf|evidence_list\.(pdf|csv|docx|xlsx)")
"""Reports state the digest of the list of contents, so that list cannot name them; the outer list does."""

_LIST_COPY = re.compile(r"manifest[0-9]{8}\.txt")
_KIND_LEFT_OUT = re.compile(r"([a-z]{1,20})=([0-9]{1,12})")
PACKAGE_FORMAT = 1
"""The number of the form of packages; raised with each change by which a table of the same records becomes another."""


def is_package(names: Iterable[str]) -> bool:
    """Whether these names are, at least in part, those of a package."""
    return bool({"bagit.txt", MANIFEST, ENTRIES} & set(names))


def compare_list(
    verification: Verification,
    name: str,
    body: bytes,
    digests: Mapping[str, str | None],
    *,
    base: str = "",
    unlisted: Pattern[str] | None = None,
) -> bool:
    """Compare a list of digests with those of the files; whether it is one.

    `unlisted`: that of a package, written in one way only, and the names that it need not have.
    """
    try:
        listed = parse_manifest(body)
    except ManifestError as error:
        sentence = _("Line {line} does not belong in a list of hashes.").format(line=error.line)
        verification.add_finding("manifest", name, sentence)
        return False
    if unlisted and not is_canonical(body, listed):
        verification.add_finding("manifest", name, _("The list of hashes is not written the way packages write it."))
    for difference in compare_manifest(listed, digests):
        if not (unlisted and difference.kind == "extra" and unlisted.fullmatch(difference.path)):
            verification.add_finding("manifest", base + difference.path, difference_text(difference, name))
    return True


class PackageCheck:
    """One package while it is checked."""

    def __init__(
        self,
        verification: Verification,
        tree: PackageFiles,
        progress: Progress | None,
        judge: StampJudge,
    ) -> None:
        self.verification = verification
        self.tree = tree
        self.names = frozenset(tree.names())
        self.stamps = StampCheck(
            verification,
            StampSource(
                self._names_below(SEALS),
                self._read_seal,
                ROOTS,
                lambda authority: self._read(ROOTS.format(authority=authority)),
            ),
            judge,
        )
        self.digests: dict[str, str | None] = {}
        self._progress = progress or (lambda _what, _done, _total: None)
        self._closed_at: str | None = None

    def verify(self) -> None:
        """Check it; findings, notes and counts go to the verification."""
        self._hash_files()
        self._check_bag()
        self._check_list(MANIFEST, "data/", "")
        self._check_list(TAG_MANIFEST, "", "data/")
        self._check_list(CONTENT, "data/", "", base="data/")
        self._check_copies_of_list()
        if ENTRIES not in self.names:
            self.verification.add_finding("package-form", ENTRIES, _("The records are not in the package."))
            return
        with self._faults_as_findings(ENTRIES), contextlib.ExitStack() as stack, self.tree.seekable(ENTRIES) as file:
            name = f"data/{MASKED_FILE}"
            masked = stack.enter_context(self.tree.seekable(name)) if name in self.names else None
            lines = PackageLines(self.verification, file, masked)
            chain = SealChain(
                self.verification,
                self._names_below(SEALS),
                self._read_seal,
                None,
                self._check_seal_stamps,
            )
            size, unsealed = self.tree.size(ENTRIES), self._stated("Unsealed-After", "([0-9]{1,18})")
            lines.check(
                chain.ranges(),
                lambda done: self._progress("entries", done, size),
                unsealed_after=int(unsealed.group(1)) if unsealed else None,
            )
            self.verification.checked["messages"] = lines.messages
            self._note_hidden(lines)
            if not lines.ranges and not lines.unsealed:
                self.verification.add_finding("seal-missing", SEALS, _("There is no seal in the package."))
            self._check_own_stamps()
            self.stamps.close()
            if self.stamps.has_roots:
                sentence = _(
                    "Whether the root certificates are those of the authorities. Whether certificates were revoked "
                    "was not checked."
                )
                self.verification.add_unchecked("data/tsa/", sentence)
            lines.times.close(earliest_covering(self.stamps.times))
            self._check_seal_records(chain, lines)
            self._check_tables(lines)
            self._check_replies(lines)
            self._check_files(lines)
            if lines.is_readable:
                digests = {name: self.digests.get(ENCLOSURES + name) for name in self._names_below(ENCLOSURES)}
                check_enclosures(self.verification, digests, lines.other)
        add_unchecked_parts(self.verification, self.names)
        if not self.verification.checked["entries"] and self.verification.ok:
            sentence = _("The package holds no records, so there was nothing to check.")
            self.verification.add_finding("nothing", ENTRIES, sentence)

    # --- lists ------------------------------------------------------------------------------------

    def _hash_files(self) -> None:
        """Compute the digest of every file, each read once."""
        done, total = 0, sum(map(self.tree.size, self.names))
        for name in sorted(self.names):
            self.digests[name] = None
            with self._faults_as_findings(name), self.tree.open(name) as file:
                self.digests[name] = digest_stream(file)
            done += self.tree.size(name)
            self._progress("files", done, total)

    def _check_bag(self) -> None:
        if "bagit.txt" not in self.names:
            self.verification.add_finding("package-form", "bagit.txt", _("The file is not in the package."))
        elif self._text_or_empty("bagit.txt") != _BAGIT:
            self.verification.add_finding(
                "package-form", "bagit.txt", _("The file is not the declaration of a BagIt 1.0 package.")
            )
        oxum = self._stated("Payload-Oxum", r"([0-9]{1,20})\.([0-9]{1,20})")
        payload = [name for name in self.names if name.startswith("data/")]
        size = sum(map(self.tree.size, payload))
        if oxum and (int(oxum.group(1)), int(oxum.group(2))) != (size, len(payload)):
            sentence = _("It gives a different number or size for the files below data/ than they have.")
            self.verification.add_finding("package-form", "bag-info.txt", sentence)

    def _check_list(self, name: str, inside: str, outside: str, *, base: str = "") -> None:
        """Compare a list of digests with the files that begin with `inside` and not with `outside`."""
        if name not in self.names:
            self.verification.add_finding("manifest", name, _("The list of hashes is not in the package."))
            return
        digests = {
            path[len(base) :]: digest
            for path, digest in self.digests.items()
            if path.startswith(inside) and not (outside and path.startswith(outside)) and path != name
        }
        body, unlisted = self._text_or_empty(name), _REPORT if base else _OWN_STAMP
        compare_list(self.verification, name, body, digests, base=base, unlisted=unlisted)

    def _check_copies_of_list(self) -> None:
        """Check that the same list under the name that a notary's system accepts is the same bytes."""
        for name in sorted(filter(_LIST_COPY.fullmatch, self.names)):
            if self.digests[name] != self.digests.get(MANIFEST):
                sentence = _("It is not the same list as {list}.")
                self.verification.add_finding("manifest", name, sentence.format(list=MANIFEST))

    # --- stamps -----------------------------------------------------------------------------------

    def _check_seal_stamps(self, number: int, name: str, body: bytes, closed_at: str | None) -> None:
        self._closed_at = closed_at
        self.stamps.check_seal(number, name, body, closed_at)

    def _check_seal_records(self, chain: SealChain, lines: PackageLines) -> None:
        """Check the stamps that records name, and what they say of seals that an older database left over."""
        names = self._names_below(SEALS)
        orphaned = self._names_below(SEALS + ORPHANED)
        of_stamps = (read_recorded_stamp(entry) for entry in lines.other if entry["kind"] == "stamp")
        of_rollbacks = (read_rollback(entry) for entry in lines.other if entry["kind"] == "rollback")
        stamps = [stamp for stamp in of_stamps if stamp is not None]
        rollbacks = [rollback for rollback in of_rollbacks if rollback is not None]
        chain.compare_rollbacks(rollbacks)
        check_rollbacks(self.verification, rollbacks, orphaned, self._read_seal)
        note_services(self.verification, read_services(lines.other))
        compare_stamps(self.verification, stamps, names, self._read_seal, all_seals=False)
        self.stamps.note_renewals(stamps, lines.ranges)

    def _check_own_stamps(self) -> None:
        """Check the stamps over the package itself: over the list that names everything else."""
        own = [match for match in map(_OWN_STAMP.fullmatch, sorted(self.names)) if match is not None]
        if self.stamps.times and not own:
            self.verification.add_note(
                _("The package has no time stamp of its own; the time stamps on its seals cover only the records.")
            )
        last_list = self._text_or_empty(TAG_MANIFEST) if own else b""
        for match in own:
            name = match.group()
            with self._faults_as_findings(name):
                reply = read_all(self.tree, name)
                self.stamps.check(name, match.group(1), reply, last_list, self._closed_at)

    # --- records ----------------------------------------------------------------------------------

    def _bag_info(self) -> str:
        return self._text_or_empty("bag-info.txt").decode("utf-8", "replace")

    def _stated(self, name: str, form: str) -> Match[str] | None:
        """What `bag-info.txt` states under a name."""
        return re.search(rf"(?m)^{name}: {form}\r?$", self._bag_info())

    def _note_hidden(self, lines: PackageLines) -> None:
        """Note how many sealed records the package does not show: it cannot prove that nothing was left out."""
        named = sum(last - first + 1 for _, first, last in lines.ranges)
        count = named - self.verification.checked["entries"] + lines.unsealed
        if count > 0:
            self.verification.add_counted(
                count,
                "The seals name {count} record that is not in this package. By what the package states: {kinds}. "
                "Only the archive can tell whether that is so.",
                "The seals name {count} records that are not in this package. By what the package states: {kinds}. "
                "Only the archive can tell whether that is so.",
                kinds=self._kinds_left_out(count),
            )

    def _kinds_left_out(self, count: int) -> str:
        """What the package says that so many records are; those of which it does not are counted as that."""
        words = {
            "runs": _("records of saves: {n}"),
            "exports": _("records of exports: {n}"),
            "own": _("alerts, notes and the owner's name: {n}"),
            "outside": _("outside the package's period: {n}"),
            "others": _("of other chats or jobs: {n}"),
            "": _("not entered: {n}"),
        }
        line = self._stated("Left-Out", "([a-z0-9=; ]{1,200})")
        pairs = _KIND_LEFT_OUT.findall(line.group(1)) if line else []
        stated = {kind: int(number) for kind, number in pairs if kind in words}
        rest = count - sum(stated.values())
        stated = {**stated, "": rest} if rest >= 0 else {"": count}
        return _(", ").join(text.format(n=stated[kind]) for kind, text in words.items() if stated.get(kind))

    def _check_tables(self, lines: PackageLines) -> None:
        """Build the tables again and compare them with those in the package."""
        match = self._stated("Package-Format", "([0-9]{1,9})")
        if match is not None and int(match.group(1)) > PACKAGE_FORMAT:
            sentence = _(
                "The package has the format {number}, of a newer version of the program; this one knows up to {known}. "
                "Its messages and tables were not compared with the records: use that version."
            )
            text = sentence.format(number=match.group(1), known=PACKAGE_FORMAT)
            self.verification.add_finding("newer-format", "bag-info.txt", text)
            return
        if not lines.is_readable:
            note = _("Messages and tables were not compared with the records, as not every record can be read.")
            self.verification.add_note(note)
            return
        tables = [MESSAGES, PAUSES]
        if any(f"data/{name}" in self.names for name in CSV_HEADERS):
            tables += CSV_HEADERS
        total = lines.messages
        with contextlib.ExitStack() as stack:
            checks = {}
            for name in tables:
                if f"data/{name}" in self.names:
                    with self._faults_as_findings(f"data/{name}"):
                        file = stack.enter_context(self.tree.open(f"data/{name}"))
                        checks[name] = TableCheck(self.verification, name, file)
                else:
                    self.verification.add_finding("table-rows", f"data/{name}", _("The file is not in the package."))
            lines_made = table_lines(
                lines.groups(),
                lines.other,
                lines.readings,
                seal_of=seal_numbers(_fill_holes(lines.ranges)),
                stamp_of=earliest_covering(self.stamps.times),
                packed=frozenset(self._names_below(FILES)),
                history_of=lines.history,
                starts=period_starts(self._bag_info()),
            )
            with self._faults_as_findings("data/"):
                compare_tables(self.verification, lines_made, checks, lambda n: self._progress("messages", n, total))
        self.verification.add_counted(
            lines.intervals_on_masked,
            "{count} time at which a text was last seen rests on a reading that also names messages outside "
            "the package's period; it is hidden, so only its hash is sealed here.",
            "{count} times at which a text was last seen rest on readings that also name messages outside "
            "the package's period; they are hidden, so only their hashes are sealed here.",
            unchecked="readings",
        )

    def _check_replies(self, lines: PackageLines) -> None:
        """Check that each reply is the one that its description names, and that a record came from it."""
        for name in sorted(self.names):
            if not name.startswith(RAW) or not name.endswith(".json") or name.endswith(".meta.json"):
                continue
            meta = f"{name[: -len('.json')]}.meta.json"
            description = self._reply_description(meta)
            digest = description.get("digest")
            if meta not in self.names:
                self.verification.add_finding(
                    "raw-replies", name, _("The description of the reply is not in the package.")
                )
            elif digest != self._salted_digest(name, description.get("salt")):
                sentence = _("The reply is not the one that its description names: its hash differs.")
                self.verification.add_finding("raw-replies", name, sentence)
            elif digest not in lines.replies:
                self.verification.add_finding("raw-replies", name, _("No record in the package came from this reply."))

    def _reply_description(self, name: str) -> dict[str, Any]:
        """The description beside a reply; empty if it cannot be read."""
        try:
            description = json.loads(self._text_or_empty(name).decode("utf-8"))
        except (ValueError, RecursionError):
            return {}
        return description if isinstance(description, dict) else {}

    def _salted_digest(self, name: str, salt: object) -> str | None:
        """The digest of a reply with the salt of its description; None if one of them cannot be read."""
        try:
            return reply_digest(bytes.fromhex(str(salt)), self._read(name))
        except (ValueError, OSError):
            return None

    def _check_files(self, lines: PackageLines) -> None:
        """Check that each file has the bytes that a record says were saved under its number."""
        if not lines.is_readable:
            return
        try:
            rows = {row.stored_as: row for row in files(lines.other) if row.stored_as is not None}
        except (LookupError, TypeError, ValueError, AttributeError):
            return  # said already: the tables could not be made
        sizes = {record.sha256: record.size for record in lines.saved}
        for name in self._names_below(FILES):
            self.verification.checked["files"] += 1
            row = rows.get(name)
            digest = self.digests.get(FILES + name)
            if row is None:
                self.verification.add_finding(
                    "package-files", FILES + name, _("No record in the package says that this file was saved.")
                )
            elif digest != row.sha256:
                sentence = _("The file is not the one that was saved: its SHA-256 differs from that in the record.")
                self.verification.add_finding("package-files", FILES + name, sentence)
            elif sizes.get(str(digest)) != self.tree.size(FILES + name):
                sentence = _("The record gives a different size for the file than it has.")
                self.verification.add_finding("package-files", FILES + name, sentence)

    # --- reading ----------------------------------------------------------------------------------

    def _names_below(self, folder: str) -> list[str]:
        return sorted(name[len(folder) :] for name in self.names if name.startswith(folder))

    def _text_or_empty(self, name: str) -> bytes:
        """The bytes of a small file; empty if it cannot be read, which is a finding already."""
        try:
            return self._read(name) if name in self.names else b""
        except OSError:
            return b""

    def _read_seal(self, name: str) -> bytes:
        return self._read(SEALS + name)

    def _read(self, name: str) -> bytes:
        """The bytes of a small file. Raises OSError and nothing else."""
        try:
            return read_all(self.tree, name)
        except READ_ERRORS as error:
            raise OSError(str(error)) from error

    def _faults_as_findings(self, name: str) -> ContextManager[None]:
        """Add a finding for a file that cannot be read."""
        return unreadable_found(self.verification, name, _("It cannot be read: {detail}"))


def _fill_holes(ranges: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The ranges, with one added where exactly one seal's file cannot be read: its neighbours enclose it."""
    found: list[tuple[int, int, int]] = []
    before = (0, 0, 0)
    for current in ranges:
        if current[0] == before[0] + 2 and current[1] > before[2] + 1:
            found.append((before[0] + 1, before[2] + 1, current[1] - 1))
        found.append(current)
        before = current
    return found
