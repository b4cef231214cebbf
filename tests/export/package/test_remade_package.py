"""A package made anew from its archive has the same bytes, so that the files that were changed can be named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.custody.export_records import compare_with_exports
from archiver.evidence.stamps.roots import pem_to_der
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_files import PackageFolder
from archiver.export.chosen_messages import parse_choice
from archiver.export.mask.package_mask import masking_policy
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder, LeftoverWish
from archiver.export.package.remade_package import compare_with_remade
from archiver.records import RequestKind
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.queries.runs import exports
from archiver.store.working import remembered_values
from tests.custody.test_erasures import erase, make_archive
from tests.support.archives.maker import CLIENT, ArchiveMaker, at, message_object
from tests.support.packages.exported_archives import (
    THIRD,
    add_enclosure,
    export_package,
    reopen_maker,
    state_delivery,
    story_with_secrets,
    zip_files,
)
from tests.support.packages.package_damage import renew_sums
from tests.support.packages.sample_package import lawyer_package, renew_lists
from tests.support.stamps.stamped_archives import authority, stamp_seals, stamped_package

OPTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "lawyer": ("lawyer", {}),
    "lawyer, period": ("lawyer", {"since": at(100), "until": at(140)}),
    "lawyer, chosen messages": ("lawyer", {"choice": parse_choice("No.1, No.3")}),
    "lawyer, interval": ("lawyer", {"every": timedelta(minutes=30)}),
    "lawyer, masked person": ("lawyer", {"policy": masking_policy("lawyer", mask_people=[THIRD])}),
    "lawyer, masked pattern": ("lawyer", {"policy": masking_policy("lawyer", masks=["了解", "/残り[0-9]本/"])}),
    "support": ("support", {}),
    "support, counterpart": ("support", {"counterparts": [CLIENT, THIRD]}),
    "support, third person": ("support", {"thirds": [THIRD]}),
    "support, request": ("support", {"request": RequestKind.REVIEW}),
    "support, period": ("support", {"since": at(100)}),
    "support, no mask": ("support", {"policy": masking_policy("support", no_mask=True)}),
    "support, shown person": ("support", {"policy": masking_policy("support", unmask_people=[THIRD])}),
    "support, metadata": ("support", {"strip_metadata": True}),
    "support, answers": ("support", {"leftover_answers": {"了解": True}}),
    "support, size": ("support", {"max_mb": 0.25}),
    "consult": ("consult", {"request": RequestKind.PAYMENT}),
    "court": ("court", {"max_mb": 0.3}),
    "daily": ("daily", {}),
    "lawyer, English": ("lawyer", {"lang": "en"}),
    "support, English": ("support", {"lang": "en"}),
}
SAMPLE = ("lawyer, English", "lawyer, period", "support, answers", "court")
EDITED = {
    "lawyer": "00_README.txt",
    "support": "03_inquiry_text.txt",
    "consult": "00_README.txt",
    "court": "甲001の1.pdf",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a third person, personal data, a delivery and a screenshot, to be copied."""
    home = tmp_path_factory.mktemp("kept") / "home"
    maker = story_with_secrets(home)
    state_delivery(maker, 1, "2026-11-05 12:00")
    add_enclosure(maker, 1, "画面.png", b"png bytes of a screenshot")
    add_enclosure(maker, 2, "長い.png", b"x" * 260_000)
    maker.archive.close()
    return home


def later_life(maker: ArchiveMaker) -> None:
    """What happens after the package was made: new texts, names, statements, seals, a gap, a further delivery."""
    maker.contract("job1", platform="lancers", platform_id="99", title="別の題", client="別の名")
    maker.account(CLIENT, "田中(新)", minutes=4001)
    maker.member(CLIENT, "田中(新)", minutes=4001)
    maker.room("別の部屋の名", minutes=4002)
    maker.sync([message_object(40, "あとの話", sent=4100), message_object(41, "もう一つ", sent=4101)], minutes=4110)
    maker.gap(2, after="22", before="40", minutes=4120)
    state_delivery(maker, 2, "2026-11-08 12:00", name="movie02.mp4")
    seals.close_seals(maker.archive, now=at(4200))


def found(package: Path, home: Path, roots: Mapping[str, Sequence[bytes]] = {}) -> Verification:
    """What making it anew in its home finds in the files of a package, whatever its digest."""
    verification, archive = Verification(), Archive(home)
    with archive.reading() as reading:
        recorded = exports(reading)[-1]
    compare_with_remade(verification, PackageFolder(package, Verification()), archive, recorded, roots)
    archive.close()
    return verification


def unpacked(maker: ArchiveMaker, profile: str, options: Mapping[str, Any], folder: Path) -> Path:
    """The files of a package that was just made, in a folder."""
    if profile in ("support", "consult"):
        options = {"leftovers": LeftoverWish.HIDE, "counterparts": [CLIENT], **options}
    report = export_package(maker, profile, folder / "out", minutes=3900, **options)
    target = folder / "files"
    for name, body in zip_files(report).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(body)
    return target


def check_option(home: Path, folder: Path, option: str) -> None:
    """Made anew after more has happened it has the same bytes; an edited text is named though the list was renewed."""
    profile, options = OPTIONS[option]
    maker = reopen_maker(Path(shutil.copytree(home, folder / "home")))
    package = unpacked(maker, profile, options, folder)
    later_life(maker)
    maker.archive.close()

    whole = found(package, folder / "home")
    name = EDITED.get(profile, "00_README.txt")
    (package / name).write_bytes((package / name).read_bytes() + b" ")
    (renew_lists if (package / "bagit.txt").exists() else renew_sums)(package)
    edited = found(package, folder / "home")

    assert ([], []) == (whole.findings, whole.unchecked)
    subjects = [one.subject for one in edited.findings if one.subject != "bag-info.txt"]  # which states their size
    assert ([name], {"remade"}) == (subjects, {one.check for one in edited.findings})


@pytest.mark.slow
@pytest.mark.parametrize("option", OPTIONS)
def test_what_was_made_with_any_option_is_made_again(home: Path, tmp_path: Path, option: str) -> None:
    """The entry of the export holds everything that changes a byte."""
    check_option(home, tmp_path, option)


@pytest.mark.drawn
@pytest.mark.parametrize("option", SAMPLE)
def test_what_was_made_with_some_options_is_made_again(home: Path, tmp_path: Path, option: str) -> None:
    """The entry of the export holds everything that changes a byte."""
    check_option(home, tmp_path, option)


def compared(package: Path, home: Path) -> Verification:
    """The package compared with the records of its home, and made anew there."""
    verification, archive = Verification(), Archive(home)
    for subject in ("texts", "data/raw/", "data/transcript/", "omissions"):
        verification.add_unchecked(subject, "…")
    recorded = compare_with_exports(verification, package, archive)
    assert recorded is not None
    compare_with_remade(verification, PackageFolder(package, Verification()), archive, recorded, {})
    archive.close()
    return verification


@pytest.mark.drawn
def test_the_files_that_were_changed_are_named(tmp_path: Path) -> None:
    """A page and the readme, with lists made anew; also after the chat went on and a text was edited."""
    package = lawyer_package(tmp_path)
    maker = reopen_maker(tmp_path / "home")
    maker.sync(
        [message_object(6, "確認しませんでした", sent=4500, update_time=1), message_object(8, "続き", sent=4800)],
        minutes=4900,
    )
    maker.archive.close()
    for name in ("00_README.txt", "data/transcript/index.html"):
        (package / name).write_bytes((package / name).read_bytes() + b" ")
    renew_lists(package)

    verification = compared(package, tmp_path / "home")

    assert [
        ("export-record", package.name),
        ("remade", "00_README.txt"),
        ("remade", "bag-info.txt"),
        ("remade", "data/transcript/index.html"),
    ] == [(one.check, one.subject) for one in verification.findings]
    assert {"texts", "data/transcript/"} == {one.subject for one in verification.unchecked}


@pytest.mark.drawn
def test_names_that_the_user_gave_are_not_in_the_record(home: Path, tmp_path: Path) -> None:
    """It has their digest; they are remembered beside it, where an erasure takes them, which is then told."""
    maker = reopen_maker(Path(shutil.copytree(home, tmp_path / "home")))
    package = unpacked(maker, "lawyer", OPTIONS["lawyer, masked pattern"][1], tmp_path)
    with maker.archive.writing() as writing:
        recorded = exports(writing)[-1]
        remembered_values.EXPORT_TEXTS.of("job1").remember(writing, None)
    maker.archive.close()

    verification = found(package, tmp_path / "home")

    assert "了解" not in str(recorded.making)
    assert [] == verification.findings
    assert ["remade"] == [one.subject for one in verification.unchecked]
    assert "are not remembered any more" in verification.unchecked[0].text


@pytest.mark.drawn
def test_stamps_that_came_later_are_no_difference(tmp_path: Path) -> None:
    """Which stamps the seals had when the package was made is known from the records of their arrival."""
    package = Path(stamped_package(tmp_path, silent=["b"]).path)
    archive = Archive(tmp_path / "home")
    stamp_seals(archive, [authority("c")])
    archive.close()
    roots = {name: pem_to_der((package / f"data/tsa/{name}.pem").read_text()) for name in ("a", "b")}

    verification, later = (found(package, tmp_path / "home", known) for known in (roots, {}))

    assert ([], []) == (verification.findings, verification.unchecked)
    assert ["remade"] == [one.subject for one in later.unchecked]  # the root of `b` is not there any more


@pytest.mark.drawn
def test_the_version_on_record_counts(tmp_path: Path) -> None:
    """Not the one that the package states: else whoever changes it keeps everything from being compared."""
    package = lawyer_package(tmp_path)
    info = package / "bag-info.txt"
    info.write_bytes(info.read_bytes().replace(b"chatwork-archiver ", b"chatwork-archiver 9"))
    renew_lists(package)

    verification = compared(package, tmp_path / "home")

    assert ["export-record", "remade"] == [one.check for one in verification.findings]
    assert "bag-info.txt" == verification.findings[1].subject


@pytest.mark.drawn
def test_what_another_version_made_is_not_compared(tmp_path: Path) -> None:
    """It may differ in every page; that is said."""
    package = lawyer_package(tmp_path)
    verification, archive = Verification(), Archive(tmp_path / "home")
    with archive.reading() as reading:
        recorded = exports(reading)[-1]
    for changed in ({"software": "chatwork-archiver 9"}, {"seal": None}):
        other = replace(recorded, making={**recorded.making, **changed})
        compare_with_remade(verification, PackageFolder(package, Verification()), archive, other, {})
    archive.close()

    assert [] == verification.findings
    assert "were not made anew to be compared: chatwork-archiver 9" in verification.unchecked[0].text
    assert "is not on record" in verification.unchecked[1].text


@pytest.mark.drawn
def test_after_an_erasure_nothing_is_made_anew(tmp_path: Path) -> None:
    """Files would differ that nobody changed; that the package is not the recorded one stays a finding."""
    maker = make_archive(tmp_path / "home")
    order = ExportOrder(contract="job2", profile="lawyer", out=tmp_path / "out", counterparts={CLIENT})
    package = Path(export(maker.archive, order, now=lambda: at(250)).path)
    erase(maker)
    maker.archive.close()
    (package / "00_README.txt").write_bytes(b"x")
    renew_lists(package)

    verification = compared(package, tmp_path / "home")

    assert [("export-record", package.name)] == [(one.check, one.subject) for one in verification.findings]
    (remade,) = [one.text for one in verification.unchecked if one.subject == "remade"]
    assert "records were erased since it was made" in remade
