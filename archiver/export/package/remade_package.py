"""Makes a lawyer's package anew from the archive and compares its files, byte by byte, with those of one at hand.

It is made in a temporary folder, with the seal, the name and the time that the package states, and with no options.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.evidence.manifest import digest_stream
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_files import READ_ERRORS, PackageFiles, read_all
from archiver.export.bag import Bag
from archiver.export.package.full_package import assemble
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import software_name
from archiver.export.package.recipe import make_recipe
from archiver.export.stamps import StampService
from archiver.records import JST
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.queries import contracts

_FIELD = "(?m)^{name}: (.+?)\r?$"
_SEAL = re.compile(r"as of seal ([0-9]{1,18})")
_MADE_AT = re.compile(r"作成: ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\(日本時間\)")
_OWN_STAMP = re.compile(r"tagmanifest-sha256\.txt\..+\.tsr")
_LISTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt", "data/content-sha256.txt", "bag-info.txt")
_NAMED_FILES = 10
_PARTS = {
    "data/transcript/": r"data/transcript/.*",
    "data/raw/": r"data/raw/.*",
    "data/*.pdf": r"data/(?:[^/]*\.pdf|evidence_list\.csv)",
    "texts": r"00_README\.txt|VERIFY\.txt|verify\.(?:py|html)|fetch\.txt|data/[a-z_]+\.txt",
}
"""The subject of what a check of a package alone does not compare, and the names of its files."""


@dataclass(frozen=True, slots=True)
class StatedPackage:
    """What a package states of itself, as far as it is needed to make it anew."""

    name: str
    software: str
    seal: int
    made_at: datetime


def compare_with_remade(
    verification: Verification,
    tree: PackageFiles,
    archive: Archive,
    contract: str,
    roots: Mapping[str, Sequence[bytes]],
) -> None:
    """Make the package anew and say which of its files have the same bytes and which do not.

    Differences are no findings: options that the package was made with, and facts stated later, make some as well.
    `contract` is the id in this archive, `roots` are the pinned roots of each authority; nobody is asked for a stamp.
    """
    try:
        stated = _read_stated(tree)
        if stated is None:
            return
        if stated.software != software_name():
            text = _("Pages, texts and reports were not made anew to be compared: {version} made them.")
            verification.add_unchecked("remade", text.format(version=stated.software))
            return
        with tempfile.TemporaryDirectory(prefix="archive-remade-", ignore_cleanup_errors=True) as folder:
            remade = _remake(archive, stated, contract, roots, Path(folder))
        if remade is not None:
            _tell_comparison(verification, tree, remade)
    except (errors.ArchiverError, *READ_ERRORS) as error:
        text = _("Pages, texts and reports could not be made anew to be compared: {detail}")
        verification.add_unchecked("remade", text.format(detail=error))


def _read_stated(tree: PackageFiles) -> StatedPackage | None:
    """What the package states; None for one that is not a lawyer's package."""
    if not {"bag-info.txt", "00_README.txt"} <= set(tree.names()):
        return None
    info = read_all(tree, "bag-info.txt").decode("utf-8", "replace")
    made_at = _MADE_AT.search(read_all(tree, "00_README.txt").decode("utf-8", "replace"))
    fields = [
        re.search(_FIELD.format(name=name), info)
        for name in ("External-Identifier", "Bag-Software-Agent", "External-Description")
    ]
    seal = _SEAL.search(fields[2].group(1)) if fields[2] else None
    if fields[0] is None or fields[1] is None or seal is None or made_at is None:
        return None
    if "_lawyer" not in fields[0].group(1):
        return None
    local = datetime.strptime(made_at.group(1), "%Y-%m-%d %H:%M:%S").replace(tzinfo=JST)
    return StatedPackage(fields[0].group(1), fields[1].group(1), int(seal.group(1)), local)


def _remake(
    archive: Archive, stated: StatedPackage, contract: str, roots: Mapping[str, Sequence[bytes]], folder: Path
) -> dict[str, str] | None:
    """The digests of all files of the package made anew; None if the archive does not have the seal that it states."""
    with archive.reading() as reading:
        known_seals = [seal for seal in seals.seals(reading) if seal.number <= stated.seal]
        if not known_seals or known_seals[-1].number != stated.seal:
            return None
        bag = Bag(folder / stated.name)
        bag.folder.mkdir()
        recipe = make_recipe(
            reading,
            known_seals,
            ExportOrder(contract=contract, profile="lawyer"),
            contracts.find_contract(reading, contract),
            name=stated.name,
            stamping=StampService(roots, lambda: None, lambda _data: ()) if roots else None,
            at=stated.made_at,
            upto=known_seals[-1].last,
        )
        assemble(reading, replace(recipe, compares_rows=False), bag)
    return bag.digests


def _drop_compared(verification: Verification, different: Collection[str], *, missing: Collection[str]) -> None:
    """Take out of what was not checked the parts of which every file has the same bytes."""
    compared = {"omissions"} if not missing else set()
    compared |= {
        subject
        for subject, pattern in _PARTS.items()
        if not any(re.fullmatch(pattern, name) for name in [*different, *missing])
    }
    verification.unchecked[:] = [one for one in verification.unchecked if one.subject not in compared]


def _tell_comparison(verification: Verification, tree: PackageFiles, remade: dict[str, str]) -> None:
    """Say how the files of the package compare with those made anew; the lists follow from the others."""
    names = {name for name in tree.names() if not _OWN_STAMP.fullmatch(name)}
    different = sorted(names ^ remade.keys())
    for name in sorted(names & remade.keys()):
        with tree.open(name) as file:
            if digest_stream(file) != remade[name]:
                different.append(name)
    if not different:
        verification.add_note(
            _("Made anew from the records of this archive, every file of the package has the same bytes.")
        )
        verification.unchecked.clear()
        return
    _drop_compared(verification, different, missing=remade.keys() - names)
    shown = [name for name in different if name not in _LISTS and not name.startswith("manifest2")]
    text = _(
        "Made anew from the records of this archive, {count} files have the same bytes; these do not: {files}. They "
        "were changed, or the package was made with options, with other facts of the contract, before later "
        "readings or stamps came, or (PDF) with another version of typst."
    )
    listed = ", ".join(shown[:_NAMED_FILES]) + (" …" if len(shown) > _NAMED_FILES else "")
    verification.add_unchecked(
        "remade", text.format(count=len(names | remade.keys()) - len(different), files=listed or different[0])
    )
