"""Makes a package anew from the archive and compares its files, byte by byte, with those of one at hand.

It is made in a temporary folder from the archive as it was then, in the way that its `export` entry records. Nothing
that the package at hand states of itself is believed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors
from archiver.evidence.chain import file_digest
from archiver.evidence.manifest import digest_stream
from archiver.evidence.stamps.roots import fingerprint
from archiver.evidence.stamps.timestamp import can_stamp
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_files import READ_ERRORS, PackageFiles, read_all
from archiver.evidence.verify.system_names import is_system_name
from archiver.export import PROFILES, PackageForm
from archiver.export.bag import Bag
from archiver.export.package import full_package, submission_package
from archiver.export.package.make_recipe import make_recipe
from archiver.export.package.package_input import software_name
from archiver.export.package.recipe import Recipe
from archiver.export.package.recorded_order import RecordedOrder, recorded_order, typst_version
from archiver.export.stamps import StampService, archived_roots
from archiver.records import ExportedPackage
from archiver.report_language import report_language
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.earlier_state import earlier_state
from archiver.store.erasure.records import erasures
from archiver.store.queries import contracts, runs
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import PRACTICE

if TYPE_CHECKING:
    from archiver.evidence.stamps.revocation import RevocationAnswer

_OWN_STAMP = re.compile(r"(?:tagmanifest-sha256|SHA256SUMS)\.txt\..+\.tsr")
_LIST = re.compile(r"(?:tag)?manifest-sha256\.txt|manifest[0-9]{8}\.txt|data/content-sha256\.txt|SHA256SUMS\.txt")
"""Lists follow from the other files."""

_PARTS = {
    "data/transcript/": r"data/transcript/.*",
    "data/raw/": r"data/raw/.*",
    "data/*.pdf": r"data/(?:[^/]*\.pdf|evidence_list\.csv)",
    "texts": r"00_README\.txt|VERIFY\.txt|verify\.(?:py|html)|fetch\.txt|data/[a-z_]+\.txt",
}
"""The subject of what a check of a package alone does not compare, and the names of its files."""


def compare_with_remade(
    verification: Verification,
    tree: PackageFiles,
    archive: Archive,
    package: ExportedPackage,
    roots: Mapping[str, Sequence[bytes]],
) -> None:
    """Make the package anew and add a finding for each file that is not what comes out.

    `roots` are the pinned roots of each authority; nobody is asked for a stamp. PDFs are compared only where the
    version of typst is the same.
    """
    try:
        with archive.reading() as reading:
            erased = any(one.seq > package.seq for one in erasures(reading))
            texts = remembered_values.EXPORT_TEXTS.of(package.contract).recall(reading)
        recorded = recorded_order(package, texts.get(str(package.making.get("package")), {}))
        if erased:
            text = _(
                "Pages, texts and reports were not made anew to be compared: records were erased since it was made, so "
                "files would differ that nobody changed."
            )
            verification.add_unchecked("remade", text)
        elif recorded is None:
            text = _("Pages, texts and reports were not made anew to be compared: how it was made is not on record.")
            verification.add_unchecked("remade", text)
        elif recorded.software != software_name():
            text = _("Pages, texts and reports were not made anew to be compared: {version} made them.")
            verification.add_unchecked("remade", text.format(version=recorded.software))
        else:
            with tempfile.TemporaryDirectory(prefix="archive-remade-", ignore_cleanup_errors=True) as folder:
                remade = _remake(archive, package, recorded, _RecordedAnswers(tree, recorded), roots, Path(folder))
            _tell_comparison(verification, tree, remade, same_typst=recorded.typst == typst_version())
    except (errors.ArchiverError, LookupError, TypeError, ValueError, *READ_ERRORS) as error:
        text = _("Pages, texts and reports could not be made anew to be compared: {detail}")
        verification.add_unchecked("remade", text.format(detail=error))


def _remake(
    archive: Archive,
    package: ExportedPackage,
    recorded: RecordedOrder,
    answers: _RecordedAnswers,
    roots: Mapping[str, Sequence[bytes]],
    folder: Path,
) -> dict[str, str]:
    """The digests of all files of the package made anew. Raises what an export raises, LookupError for a lost seal."""
    bag = Bag(folder / recorded.name)
    bag.folder.mkdir()
    with archive.reading() as reading:
        upto = next(one.last for one in seals.seals(reading) if one.number == recorded.seal)
        places = runs.stamp_places(reading, upto=package.seq)
        with earlier_state(reading, upto=upto, last_reply=recorded.last_reply) as earlier:
            recipe = _recipe(earlier, recorded, answers, roots, upto=upto)
            with report_language(recorded.order.lang, practice=PRACTICE.recall(reading) is not None):
                _fill(earlier, replace(recipe, stamp_places=places), bag)
    return bag.digests


def _recipe(
    earlier: Reading,
    recorded: RecordedOrder,
    answers: _RecordedAnswers,
    roots: Mapping[str, Sequence[bytes]],
    *,
    upto: int,
) -> Recipe:
    pinned = {name: _recorded_roots(earlier, name, roots, recorded) for name in recorded.authorities}
    return make_recipe(
        earlier,
        seals.seals(earlier),
        recorded.order,
        contracts.find_contract(earlier, str(recorded.order.contract)),
        name=recorded.name,
        stamping=_stamp_service(pinned, recorded, answers) if pinned else None,
        at=recorded.made_at,
        upto=upto,
    )


def _stamp_service(
    pinned: Mapping[str, Sequence[bytes]], recorded: RecordedOrder, answers: _RecordedAnswers
) -> StampService:
    """What asks nobody: it gives the answers that came when the package was made."""

    def again(authority: str, reply: bytes) -> Iterable[RevocationAnswer]:
        return answers.again(authority, reply, pinned[authority])

    return StampService(pinned, lambda: None, lambda _data: (), recorded.classes, again)


class _RecordedAnswers:
    """The answers about revocations that came when a package was made, out of its files.

    A file counts by the digest on record. Raises ValueError when made, if one is not there any more as it came.
    """

    def __init__(self, tree: PackageFiles, recorded: RecordedOrder) -> None:
        self._asked = recorded.answers
        self._bodies: dict[str, bytes] = {}
        names = set(tree.names())
        for path, sha256 in recorded.answers.items():
            if sha256 is None:
                continue
            body = read_all(tree, path) if path in names else b""
            if not can_stamp() or file_digest(body) != sha256:
                text = _("{file}, which holds what was answered about a certificate, is not here as it came")
                raise ValueError(text.format(file=path))
            self._bodies[path] = body

    def again(self, authority: str, reply: bytes, roots: Sequence[bytes]) -> Iterable[RevocationAnswer]:
        """What was answered of the certificates behind a reply of the authority."""
        if not self._asked:
            return ()
        from archiver.evidence.stamps.revocation import RevocationQuestion, ask_for_revocation

        def ask(question: RevocationQuestion) -> bytes:
            return self._bodies[f"data/tsa/{authority}.{question.number}.{question.kind}"]

        return ask_for_revocation(reply, roots, ask)


def _recorded_roots(
    earlier: Reading, authority: str, roots: Mapping[str, Sequence[bytes]], recorded: RecordedOrder
) -> list[bytes]:
    """The roots that were pinned when the package was made. Raises LookupError for one that is not there any more."""
    known = {fingerprint(der): der for der in [*archived_roots(earlier.home, authority), *roots.get(authority, ())]}
    return [known[one] for one in recorded.authorities[authority]]


def _fill(earlier: Reading, recipe: Recipe, bag: Bag) -> None:
    if PROFILES[recipe.order.profile].form is PackageForm.SUBMISSION:
        submission_package.assemble(earlier, recipe, bag)
    else:
        full_package.assemble(earlier, recipe, bag)


def _tell_comparison(
    verification: Verification, tree: PackageFiles, remade: Mapping[str, str], *, same_typst: bool
) -> None:
    """Add a finding for each file that is another, missing or too many; take out what was compared and is the same."""
    names = {name for name in tree.names() if not _OWN_STAMP.fullmatch(name)}
    names -= {name for name in names - remade.keys() if is_system_name(name)}
    missing, extra = remade.keys() - names, names - remade.keys()
    different = _different_names(tree, names & remade.keys(), remade)
    uncompared = set() if same_typst else {name for name in different if name.endswith(".pdf")}
    if uncompared:
        text = _("The PDFs were not made anew to be compared: another version of typst made them.")
        verification.add_unchecked("remade", text)
    shown = {name for name in different | missing | extra if not _LIST.fullmatch(name)} - uncompared
    for name in sorted(shown or different | missing | extra):
        verification.add_finding("remade", name, _sentence(name, missing, extra))
    _drop_compared(verification, different | extra, missing=missing)
    count = len(names & remade.keys()) - len(different)
    sentence = _("Made anew from the records of this archive, {count} files have the same bytes.")
    verification.add_note(sentence.format(count=count))


def _different_names(tree: PackageFiles, names: Collection[str], remade: Mapping[str, str]) -> set[str]:
    """The names of the files with other bytes."""
    different = set()
    for name in sorted(names):
        with tree.open(name) as file:
            if digest_stream(file) != remade[name]:
                different.add(name)
    return different


def _sentence(name: str, missing: Collection[str], extra: Collection[str]) -> str:
    if name in missing:
        return _("The package made anew from the records of this archive holds this file; it is not here.")
    if name in extra:
        return _("The package made anew from the records of this archive holds no such file.")
    return _("Made anew from the records of this archive, the file has other bytes.")


def _drop_compared(verification: Verification, different: Collection[str], *, missing: Collection[str]) -> None:
    """Take out of what was not checked the parts of which every file has the same bytes."""
    compared = {"omissions"} if not missing else set()
    compared |= {
        subject
        for subject, pattern in _PARTS.items()
        if not any(re.fullmatch(pattern, name) for name in [*different, *missing])
    }
    verification.unchecked[:] = [one for one in verification.unchecked if one.subject not in compared]
