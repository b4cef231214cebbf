"""Packages that are read, not verified: what each profile holds, how large, what never leaves, what stays behind."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver import errors
from archiver.custody.verify import verify_path
from archiver.export.mask.policy_and_covers import Policy, masking_policy
from archiver.export.package import make_package, submission_package
from archiver.export.package.make_package import Confirm, ExportDeclined, ExportReport
from archiver.export.package.readme import submission_readme
from archiver.export.package.recipe import PackagePreview
from archiver.export.package_scope import parse_choice
from archiver.export.pdf.typst_pdf import make_pdf_apart
from archiver.export.stamps import StampService
from archiver.store import seals, user_statements
from archiver.store.queries.entries import exports
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, ArchiveMaker, at, message_object, story
from tests.support.packages.exported_archives import (
    FACTS,
    add_enclosure,
    export_package,
    long_case,
    reopen_maker,
    state_delivery,
    story_with_secrets,
    zip_files,
)
from tests.support.packages.rich_package import rich_archive
from tests.support.reports import pdf_reader, report_inputs

LISTS = ["証拠説明書.docx", "証拠説明書.pdf", "証拠説明書.xlsx"]
CONTENTS = {
    "support": ["00_README.txt", "01_report.pdf", "02_messages.csv", "03_inquiry_text.txt", "SHA256SUMS.txt"],
    "consult": ["00_README.txt", "01_consult.pdf", "SHA256SUMS.txt"],
    "court": ["00_README.txt", "SHA256SUMS.txt", "甲001の1.pdf", "甲001の2.pdf", *LISTS],
}
BESIDE = {
    "support": ["01_report.pdf", "03_inquiry_text.txt"],
    "consult": ["01_consult.pdf"],
    "court": ["甲001の1.pdf", "甲001の2.pdf", *LISTS],
}


def beside(report: ExportReport) -> dict[str, bytes]:
    """What lies beside the zip, by name."""
    assert report.zip is not None
    return {path.name: path.read_bytes() for path in Path(report.path).iterdir() if path != Path(report.zip)}


def readme(report: ExportReport) -> str:
    """What is said first."""
    return zip_files(report)["00_README.txt"].decode("utf-8-sig")


def everything(report: ExportReport) -> str:
    """All texts of a package: its text files, and its PDFs as a reader's program finds them; and the names."""
    found = [report.path, str(report.zip)]
    for name, body in {**zip_files(report), **beside(report)}.items():
        if name.endswith((".docx", ".xlsx")):
            body = b"".join(pdf_reader.office_parts(body).values())
        found += [name, pdf_reader.text(body) if name.endswith(".pdf") else body.decode("utf-8-sig")]
        if name.endswith(".pdf"):
            found.append(body.decode("latin-1"))
    return "\n".join(found)


def squeezed(text: str) -> str:
    """Without the spaces and line ends that a page adds."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module", params=["support", "consult", pytest.param("court", marks=pytest.mark.drawn)])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    """A package of the story for each of the profiles."""
    place = tmp_path_factory.mktemp(request.param)
    return export_package(story(place / "home"), request.param, place / "out")


# --- what it holds -------------------------------------------------------------------------------


def test_a_package_holds_the_files_of_its_profile(report: ExportReport) -> None:
    """In the zip as in the table above, and beside it what is also handed in by itself, byte for byte the same."""
    files, loose = zip_files(report), beside(report)

    assert (CONTENTS[report.profile], BESIDE[report.profile]) == (sorted(files), sorted(loose))
    assert loose == {name: files[name] for name in loose}
    assert f"CW12345678_20261105-150000_{report.profile}" == Path(report.path).name == Path(str(report.zip)).stem
    assert hashlib.sha256(Path(str(report.zip)).read_bytes()).hexdigest() == report.sha256
    assert ((), ()) == (report.incomplete, report.unheld)


def test_others_can_check_it(report: ExportReport, tmp_path: Path) -> None:
    """`sha256sum -c` after unpacking, and `archive verify` on zip, folder and unpacked folder."""
    with zipfile.ZipFile(str(report.zip)) as packed:
        packed.extractall(tmp_path)
    (unpacked,) = tmp_path.iterdir()

    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS.txt"], cwd=unpacked, check=True)
    for path in (report.zip, report.path, unpacked):
        verification = verify_path(Path(str(path)))
        assert ([], len(CONTENTS[report.profile]) - 1) == (verification.findings, verification.checked["files"])


def test_the_readme_names_every_file_that_is_there_and_no_other(report: ExportReport) -> None:
    """It begins with the one file that is enough, and is a text for Windows' editors."""
    text, raw = readme(report), zip_files(report)["00_README.txt"]

    assert all(name in text for name in CONTENTS[report.profile] if name != "00_README.txt")
    named = set(re.findall(r"(?m)^(\S+\.(?:pdf|csv|txt|docx|xlsx))  ", text))
    assert named == set(CONTENTS[report.profile]) - {"00_README.txt"}
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_nothing_of_other_rooms_leaves(report: ExportReport) -> None:
    """No text, name, file or number of a room of another contract."""
    text = squeezed(everything(report))

    assert [] == [word for word in ("の秘密", "秘密.pdf", "佐藤", str(OTHER_ROOM), "job2") if word in text]


# --- the same again, and hostile names -----------------------------------------------------------


@pytest.mark.drawn
@pytest.mark.parametrize("profile", CONTENTS)
def test_the_same_seal_gives_the_same_bytes(tmp_path: Path, profile: str) -> None:
    """Twice at the same moment, by two archives that are copies of each other."""
    maker = story_with_secrets(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"picture")
    seals.close_seals(maker.archive, now=at(250))
    maker.archive.close()
    shutil.copytree(tmp_path / "home", tmp_path / "twin")

    first, second = (
        export_package(maker, profile, tmp_path / "a"),
        export_package(reopen_maker(tmp_path / "twin"), profile, tmp_path / "b"),
    )

    assert Path(str(first.zip)).read_bytes() == Path(str(second.zip)).read_bytes()
    assert beside(first) == beside(second)


@pytest.mark.drawn
def test_own_evidence_lies_under_numbers_and_is_told(tmp_path: Path) -> None:
    """Screenshots and notices in their folders with their bytes; of hostile names only a plain extension is taken."""
    maker = story(tmp_path / "home")
    names = (
        "../../up.png",
        "/etc/passwd",
        "画面.PNG",
        "a\nb.j\u202epg",
        "x" * 300 + ".jpeg",
        "=cmd|'.txt",
        "..",
        ".eml",
    )
    for number, name in enumerate(names, 1):
        add_enclosure(maker, number, name, b"body %d" % number, kind="screenshot" if number % 2 else "mail")

    report = export_package(maker, "support", tmp_path / "out")

    files = zip_files(report)
    own = {name: files[name] for name in sorted(set(files) - set(CONTENTS["support"]))}
    assert [
        *("04_screenshots/S-001.png", "04_screenshots/S-003.png", "04_screenshots/S-005.jpeg", "04_screenshots/S-007"),
        *("05_cw_notices/N-02", "05_cw_notices/N-04", "05_cw_notices/N-06.txt", "05_cw_notices/N-08.eml"),
    ] == [*own]
    assert {f"body {number}".encode() for number in range(1, 9)} == set(own.values())
    assert {path.name for path in tmp_path.iterdir()} == {"home", "out"}
    assert all(one in readme(report) for one in ("04_screenshots/", "05_cw_notices/", "SHA256SUMS"))
    assert [] == verify_path(Path(report.path)).findings


# --- the user's own evidence and the size --------------------------------------------------------


def answering(*, answer: bool) -> tuple[list[PackagePreview], Confirm]:
    """Confirms or declines an export, and keeps its preview."""
    seen: list[PackagePreview] = []

    def confirm(preview: PackagePreview) -> bool:
        seen.append(preview)
        return answer

    return seen, confirm


@pytest.mark.drawn
def test_the_smallest_come_first_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    """Within the size that was asked for; the table counts as small as it is packed."""
    maker = story(tmp_path / "home")
    for number, size in enumerate((400_000, 1_000, 150_000), 1):
        add_enclosure(maker, number, f"{number}.png", bytes(range(250)) * (size // 250))

    whole = export_package(maker, "support", tmp_path / "out")
    limit = Path(str(whole.zip)).stat().st_size - 100_000
    report = export_package(maker, "support", tmp_path / "out", max_mb=limit / 1_000_000)

    kept = {name for name in zip_files(report) if name.startswith("04_")}
    assert {"04_screenshots/S-002.png", "04_screenshots/S-003.png"} == kept
    assert ("S-001: 大きさの上限を超えるため、この資料に入っていません",) == report.incomplete
    assert report.incomplete[0] in readme(report)
    assert Path(str(report.zip)).stat().st_size <= limit
    assert ((), 3) == (whole.incomplete, sum(1 for name in zip_files(whole) if name.startswith("04_")))


def test_evidence_that_is_lost_or_damaged_stays_out_and_is_said(tmp_path: Path) -> None:
    """Bytes that are not those that were attached never leave."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"first").unlink()
    damaged = add_enclosure(maker, 2, "b.png", b"second")
    damaged.chmod(0o600)
    damaged.write_bytes(b"forged")

    report = export_package(maker, "support", tmp_path / "out")

    assert [] == [name for name in zip_files(report) if name.startswith("04_")]
    assert ["S-001", "S-002"] == sorted(one.partition(":")[0] for one in report.incomplete)


@pytest.mark.drawn
def test_the_limit_counts_for_every_profile_that_is_given_one(tmp_path: Path) -> None:
    """A lawyer's bag too."""
    report = export_package(story(tmp_path / "home"), "lawyer", tmp_path / "out", max_mb=0.1)

    assert any("上限 0.1 MB を超えています" in one for one in report.incomplete)


@pytest.mark.drawn
def test_a_courts_own_evidence_lies_under_the_numbers_of_the_list(tmp_path: Path) -> None:
    """In the zip and beside it, with its bytes; report, list and readme call it so."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "画面.PNG", b"picture")
    add_enclosure(maker, 2, "承認.pdf", b"%PDF", kind="notice")
    seen, confirm = answering(answer=True)

    report = export_package(maker, "court", tmp_path / "out", confirm=confirm)

    files = zip_files(report)
    assert (b"picture", b"%PDF") == (files["甲002.png"], files["甲003.pdf"])
    assert (2, ()) == (seen[0].enclosures, report.incomplete)
    assert [*BESIDE["court"][:2], "甲002.png", "甲003.pdf", *LISTS] == sorted(beside(report))
    assert all(f"{name}" in readme(report) for name in ("甲002.png", "甲003.pdf"))
    listed = squeezed(pdf_reader.text(files["証拠説明書.pdf"]))
    names = ("甲1の1", "甲001の1.pdf", "甲1の2", "甲001の2.pdf", "甲2", "甲002.png", "甲3", "甲(提出時に記入)")
    assert [] == [name for name in names if name not in listed], listed
    assert "甲3サービスの通知承認.pdf" in squeezed(pdf_reader.text(files["甲001の1.pdf"]))


@pytest.mark.drawn
def test_a_later_filing_holds_what_is_new(tmp_path: Path) -> None:
    """What a court got, as the user noted it, is named and not made again; numbers go on; `--all` puts all in."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"first")
    export_package(maker, "court", tmp_path / "out")
    note(maker, 1, "相手の代理人", 310)

    again = zip_files(export_package(maker, "court", tmp_path / "out", minutes=400))
    note(maker, 2, "東京地裁", 410)
    nothing = export_package(maker, "court", tmp_path / "out", minutes=500)
    add_enclosure(maker, 2, "b.png", b"second")
    maker.sync([message_object(90, "追伸です", sent=501)], minutes=502)
    later = export_package(maker, "court", tmp_path / "out", minutes=600)
    whole = zip_files(export_package(maker, "court", tmp_path / "out", minutes=700, every_message=True))

    assert {"甲001の1.pdf", "甲001の2.pdf", "甲002.png"} < again.keys()
    every = squeezed(pdf_reader.text(again["甲001の2.pdf"]))
    assert all(word in every for word in ("よろしくお願いします。", "残り3本は無しで。", "承知しました。", "No.4"))
    assert [] == [name for name in zip_files(nothing) if name.startswith("甲")]
    told = "2026-11-24に裁判所へ渡したもの(報告者入力): 甲001の1.pdf、甲001の2.pdf、甲002.png"
    assert told in readme(nothing)
    assert "Given to a court on 2026-11-24 (as the reporter entered it): 甲001の1.pdf, " in str(nothing.advice)
    assert "作れませんでした" not in readme(nothing)
    held = [nothing.contents(), later.contents()]
    assert ["No message that the court does not have yet", "1 message that the court does not have yet"] == held
    files = zip_files(later)
    assert ["甲001の3.pdf", "甲001の4.pdf", "甲003.png"] == [name for name in files if name.startswith("甲")]
    assert told in readme(later)
    assert "甲001の3.pdf が報告書です。" in readme(later)
    messages, listed = (squeezed(pdf_reader.text(files[name])) for name in ("甲001の4.pdf", "証拠説明書.pdf"))
    assert "追伸です" in messages
    assert "よろしくお願いします" not in messages
    assert all(one in listed for one in ("甲1の3", "甲1の4", "甲3", squeezed(told)))
    assert "甲002.png。" not in listed
    assert {"甲001の1.pdf", "甲001の2.pdf", "甲002.png", "甲003.png"} < whole.keys()


def note(maker: ArchiveMaker, number: int, to: str, minutes: float) -> None:
    """Note that a package was handed over."""
    with maker.archive.writing() as writing:
        package = exports(writing)[number - 1]
        user_statements.state_handover(writing, package, to=to, on="2026-11-24", how="", at=at(minutes))


@pytest.mark.drawn
def test_what_a_courts_package_cannot_hold_is_said(tmp_path: Path) -> None:
    """What is too large for a file, or lost, keeps its number and is named on the screen and in the text."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"x" * 3_000_000)
    add_enclosure(maker, 2, "b.png", b"lost").unlink()
    add_enclosure(maker, 3, "c.png", b"small")

    report = export_package(maker, "court", tmp_path / "out", max_mb=2)

    assert ["甲004.png"] == [name for name in zip_files(report) if name.endswith(".png")]
    assert (
        "甲002: 3.0 MB で、1点の上限 2 MB を超えるため、この資料に入っていません",
        "甲003: 保管庫のファイルが失われているため、この資料に入っていません",
    ) == report.incomplete
    assert all(one in readme(report) for one in report.incomplete)


@pytest.mark.drawn
def test_what_is_missing_is_told_apart_from_what_is_only_late_or_large(tmp_path: Path) -> None:
    """Of a missing thing the package says so itself; of its own stamps and its size it cannot."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "画面.png", b"png").unlink()
    stamping = StampService(roots={"b": []}, stamp_seals=lambda: None, stamp=lambda _body: [])

    support = export_package(maker, "support", tmp_path / "out", stamping=stamping, max_mb=0.1)
    court = export_package(maker, "court", tmp_path / "out", max_mb=0.02)

    assert [1, 1, 1] == [len(one) for one in (support.missing, support.unstamped, support.too_large)]
    assert (*support.missing, *support.unstamped, *support.too_large) == support.incomplete
    assert support.missing[0] in readme(support)
    assert support.unstamped[0] not in readme(support)
    assert (1, ()) == (len(court.missing), court.unstamped)  # the picture has its place there too
    (large, *_more) = court.too_large
    assert ("甲001の1.pdf" in large, "0.02 MB" in large, large in readme(court)) == (True, True, True)


# --- stamps --------------------------------------------------------------------------------------


@pytest.mark.drawn
def test_a_stamp_lies_beside_the_list_of_digests(tmp_path: Path) -> None:
    """It is asked for over that list; an authority that gives none is said, and what is no stamp is a finding."""
    stamped_bytes: list[bytes] = []

    def stamp(body: bytes) -> list[tuple[str, bytes]]:
        stamped_bytes.append(body)
        return [("a", b"no reply")]

    stamping = StampService(roots={"a": [], "b": []}, stamp_seals=lambda: None, stamp=stamp)

    report = export_package(story(tmp_path / "home"), "support", tmp_path / "out", stamping=stamping)

    files = zip_files(report)
    assert ([files["SHA256SUMS.txt"]], b"no reply") == (stamped_bytes, files["SHA256SUMS.txt.a.tsr"])
    assert ("タイムスタンプ(b): この資料に付けられませんでした",) == report.incomplete
    assert not report.stamped
    assert [("stamp", "SHA256SUMS.txt.a.tsr")] == [one[:2] for one in verify_path(Path(str(report.zip))).findings]


POSSIBLE = "報告者が隠した語、氏名・連絡先などの可能性がある語"


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (("電話番号", "メールアドレス"), "メールアドレス、電話番号は隠しています(報告書の第13章)。"),
        (("電話番号", "ほかの人の氏名", "報告者の指定"), "ほかの人の氏名、電話番号、報告者が指定した語句は隠"),
        (("ほかの人の氏名",), "ほかの人の氏名は隠しています"),
        ((POSSIBLE,), f"{POSSIBLE}は隠しています"),
        ((), ""),
    ],
)
def test_the_readme_says_what_was_really_covered(reasons: tuple[str, ...], expected: str) -> None:
    """Names only if names were."""
    covered = tuple((one, 1) for one in reasons)

    case = replace(report_inputs.case(), masked_passages=covered)

    text = submission_readme(case, ["01_report.pdf"], []).decode("utf-8-sig")

    assert expected in text
    assert bool(reasons) == ("隠しています" in text)
    assert ("氏名" in text) == any(one in reasons for one in ("ほかの人の氏名", POSSIBLE))
    assert ("報告者が指定した" in text) == ("報告者の指定" in reasons)


# --- masked --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chosen", [masking_policy("support", mask_people=[5]), masking_policy("support", unmask_people=[5])]
)
def test_a_person_that_nobody_knows_is_refused(tmp_path: Path, chosen: Policy) -> None:
    """A number typed wrong must not leave a name open unseen."""
    maker = story_with_secrets(tmp_path / "home")

    with pytest.raises(errors.UsageError, match="the job: 5"):
        export_package(maker, "support", tmp_path / "out", policy=chosen)

    assert [] == list((tmp_path / "out").iterdir())


# --- nothing is left behind ----------------------------------------------------------------------


def entries(maker: ArchiveMaker) -> int:
    """How many packages were written down."""
    with maker.archive.reading() as reading:
        return len(exports(reading))


def declined(maker: ArchiveMaker, out: Path, profile: str = "support", **options: Any) -> list[PackagePreview]:
    """What somebody saw who then declined."""
    seen, confirm = answering(answer=False)
    with pytest.raises(ExportDeclined):
        export_package(maker, profile, out, confirm=confirm, **options)
    return seen


@pytest.mark.drawn(but="support")
@pytest.mark.parametrize("profile", [*CONTENTS, "lawyer"])
def test_who_declines_gets_nothing(tmp_path: Path, profile: str) -> None:
    """They saw the numbers; no package, no folder, no note of it."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"picture")
    (preview,) = declined(maker, tmp_path / "deep/out", profile, reads_all=False)

    assert (4, 2, 0) == (preview.messages, preview.people, preview.hidden_people)
    assert (1 if profile == "lawyer" else 0) == preview.files
    assert not (tmp_path / "deep").exists()
    assert 0 == entries(maker)


@pytest.mark.drawn
def test_who_agrees_gets_it(tmp_path: Path) -> None:
    """The numbers are those of what leaves."""
    maker = story_with_secrets(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"picture")
    (seen, confirm) = answering(answer=True)

    report = export_package(maker, "support", tmp_path / "out", confirm=confirm)

    (one,) = seen
    assert (7, 3, 1, 0, 1) == (one.messages, one.people, one.hidden_people, one.files, one.enclosures)
    assert one.masked > 5
    assert (1, 2) == (len(one.chats), len(one.named))
    assert sum(map(len, zip_files(report).values())) == one.size
    assert 1 == entries(maker)


@pytest.mark.parametrize("profile", [*CONTENTS, "lawyer"])
def test_a_chosen_message_that_is_not_there_stops_it(tmp_path: Path, profile: str) -> None:
    """It is named, and nothing is left behind."""
    maker = story(tmp_path / "home")

    with pytest.raises(errors.UsageError, match=r"12345678, No\.9"):
        export_package(maker, profile, tmp_path / "out", choice=parse_choice("No.1, 12345678, No.9"))

    assert [] == list((tmp_path / "out").glob("*"))
    assert 0 == entries(maker)


@pytest.mark.drawn
def test_a_part_of_the_time_hides_no_early_contact(tmp_path: Path) -> None:
    """Whoever asks for a later part is told on page 1 when the talk began, that it is a part, and how much is left.

    What ends before the record knows of no silence; messages that the user chose are the excerpt.
    """
    made = long_case(tmp_path / "home", count=60, files=2)
    late = FACTS | {"contact_approved_on": "2026-11-09"}
    made.contract("job1", platform="crowdworks", platform_id="12345678", client="田中", **late)
    seen, confirm = answering(answer=True)
    wishes: dict[str, dict[str, Any]] = {"whole": {}, "part": {"since": at(30), "confirm": confirm}}
    wishes |= {"ended": {"until": at(30)}, "chosen": {"choice": parse_choice("No.30、m12")}}
    files = {
        name: zip_files(export_package(made, "support", tmp_path / name, minutes=10_000, **wish))
        for name, wish in wishes.items()
    }

    first = {name: squeezed(pdf_reader.pages(one["01_report.pdf"])[0]) for name, one in files.items()}
    begun = re.search(r"保存できた最初のメッセージ(\S{18})", first["whole"])
    assert begun is not None
    assert f"保存できた最初のメッセージ{begun[1]}(この資料の期間より前。" in first["part"]
    assert ["part", "ended"] == [name for name, page in first.items() if "利用者が指定した期間(" in page]
    text, part, whole = (
        files[name][file].decode("utf-8")
        for name, file in (("part", "03_inquiry_text.txt"), ("part", "00_README.txt"), ("whole", "00_README.txt"))
    )
    assert "指定した期間だけ。ほかに" in text
    assert "利用者が指定した期間(" in part
    assert "期間内の保存できたメッセージ" in part
    assert "期間" not in whole
    assert ("early_contact",) == seen[0].warnings
    assert ("相手の最後のメッセージは" in first["ended"], "それから" in first["ended"]) == (True, False)
    assert "の確認時点で" not in files["ended"]["03_inquiry_text.txt"].decode("utf-8")
    chosen = squeezed(pdf_reader.text(files["chosen"]["01_report.pdf"]))
    there = ("30本目の字幕を直しました。", "45本目の字幕を直しました。", "自動選択")
    assert [True, False, False] == [one in chosen for one in there]


@pytest.mark.drawn
def test_a_chat_that_was_never_read_is_said_and_incomplete(tmp_path: Path) -> None:
    """No list of it was ever had: page 1 and chapter 9 say so, and so does the exit code."""
    maker = story(tmp_path / "home")
    maker.contract("job1", [ROOM, 555])

    report = export_package(maker, "support", tmp_path / "out")

    text = squeezed(pdf_reader.text(zip_files(report)["01_report.pdf"]))
    assert ("チャット(ルームID 555): 一度も取得できていません。メッセージの有無は分かりません。",) == report.incomplete
    assert "一度も取得できていないチャットがあります(ルームID555)" in text
    assert "ルームID555:一度も取得できていません。" in text


@pytest.mark.drawn
def test_an_erased_message_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """Its record says nothing any more, so nothing in it is searched for names; the report says that it was erased."""
    rich_archive(tmp_path / "home").close()
    maker = reopen_maker(tmp_path / "home")

    report = export_package(maker, "support", tmp_path / "out", minutes=5_000, counterparts={CLIENT})

    assert "自分の保管庫から消去しました" in squeezed(pdf_reader.text(beside(report)["01_report.pdf"]))


def test_a_report_that_cannot_be_made_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is handed out, and both say what is missing."""

    def refuse(*_arguments: object, **_options: object) -> bytes:
        raise errors.PdfUnavailable

    monkeypatch.setattr("archiver.export.package.pdf_files.make_pdf_apart", refuse)
    assert make_pdf_apart is not refuse

    report = export_package(story(tmp_path / "home"), "support", tmp_path / "out")

    assert sorted({*CONTENTS["support"]} - {"01_report.pdf"}) == sorted(zip_files(report))
    assert ["03_inquiry_text.txt"] == list(beside(report))
    assert "01_report.pdf: 作れませんでした(このパソコンではPDFを作れません)" == report.incomplete[0]
    assert report.incomplete[0] in readme(report)
    assert "だけで足ります" not in readme(report)
    assert "01_report.pdf は作れませんでした。この資料は、ほかのファイルだけです。" in readme(report)
    assert "報告書の第" not in readme(report)
    inquiry = beside(report)["03_inquiry_text.txt"].decode("utf-8-sig")
    assert "添付" not in inquiry
    assert "報告書" not in inquiry


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("profile", "place"),
    [("support", (submission_package, "put_loose_files")), ("lawyer", (make_package, "sync_tree"))],
)
def test_a_kill_in_the_middle_leaves_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, place: tuple[ModuleType, str]
) -> None:
    """Neither a half zip nor loose files under a name that looks whole, and no zip without its folder."""

    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(*place, stop)
    with pytest.raises(KeyboardInterrupt):
        export_package(story(tmp_path / "home"), profile, tmp_path / "out")

    assert [] == list((tmp_path / "out").glob("*"))


# --- warnings, blanks, advice --------------------------------------------------------------------


@pytest.mark.drawn
def test_blanks_and_advice_are_reported(tmp_path: Path) -> None:
    """What an office looks for first, and that it should be delivered on the platform first."""
    maker = story(tmp_path / "home")

    bare = export_package(maker, "support", tmp_path / "out")
    maker.contract("job1", platform="crowdworks", platform_id="12345678", title="動画編集", client="田中", **FACTS)
    state_delivery(maker, 1, "2026-11-04")
    whole = export_package(maker, "support", tmp_path / "out")
    maker.contract("job1", title="動画編集", client="田中", **FACTS)
    unplaced = export_package(maker, "support", tmp_path / "out")

    assert bare.preview
    assert unplaced.preview
    assert "no_platform" not in bare.preview.warnings
    assert (("unsaved_beginning", "no_platform"), None) == (unplaced.preview.warnings, unplaced.advice)
    assert "platform" == unplaced.blank[0]
    assert {"url", "contracted_on", "escrowed_at", "contact_approved_on", "amount"} == set(bare.blank)
    assert "deliver there first" in str(bare.advice)
    assert ((), None) == (whole.blank, whole.advice)


@pytest.mark.drawn
def test_under_a_promise_of_secrecy_only_the_excerpt_leaves(tmp_path: Path) -> None:
    """The whole table and the user's enclosures stay out of a platform's hands, and the report says where they are."""
    maker = story(tmp_path / "home")
    add_enclosure(maker, 1, "a.png", b"png")
    maker.contract("job1", nda=True)

    report = export_package(maker, "support", tmp_path / "out")

    files = zip_files(report)
    assert ["00_README.txt", "01_report.pdf", "03_inquiry_text.txt", "SHA256SUMS.txt"] == sorted(files)
    assert "報告者が保管しています" in pdf_reader.without_spaces(pdf_reader.text(files["01_report.pdf"]))


@pytest.mark.drawn(but="consult-wish0")
@pdf_reader.needs_poppler
@pytest.mark.parametrize("wish", [{"mask_people": [OWNER]}, {"masks": ["yamada"]}])
@pytest.mark.parametrize("profile", CONTENTS)
def test_the_users_own_name_is_covered_if_the_user_wants_it(tmp_path: Path, profile: str, wish: dict[str, Any]) -> None:
    """On the pages and in what the PDF says of its author."""
    report = export_package(story(tmp_path / "home"), profile, tmp_path / "out", policy=masking_policy(profile, **wish))

    assert "yamada" not in everything(report)
    papers = [body for name, body in zip_files(report).items() if name.endswith(".pdf")]
    assert papers
    assert all("yamada" not in pdf_reader.info(body).get("Author", "") for body in papers)
