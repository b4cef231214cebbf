"""`verify.html` in real Chromium, opened from its file: it finds what `verify.py` finds, for all kinds of damage."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.export.package.verify_script import verify_script
from archiver.export.verify_page import page_digest, page_with_roots, verify_page
from archiver.records import Observation
from archiver.store.archive import Archive
from archiver.store.erasure.plan import select_messages
from tests.claims.artifacts import after, sealed
from tests.claims.dispute import Dispute, blank_archive, drawn
from tests.custody.test_erasures import erase, make_archive
from tests.custody.test_stamp_renewals import office as office
from tests.custody.test_stamp_renewals import pass_ten_years
from tests.support.archives.maker import CLIENT, OWNER, ROOM, at, file_object, message_object, story
from tests.support.cases import cases_of
from tests.support.console.player import Player
from tests.support.packages import package_damage
from tests.support.packages.exported_archives import read_all
from tests.support.packages.list_renewal_damage import LIST_RENEWAL_KINDS
from tests.support.packages.odd_zips import ODD_ZIPS
from tests.support.packages.rich_package import masked_period_package, stamped_rich_package
from tests.support.packages.sample_package import NOW, lawyer_package, load_script, zip_package
from tests.support.packages.stamp_attacks import ATTACKS, CLOCK, root_of
from tests.support.packages.subtle_damage import SUBTLE_KINDS, zip_with_a_folder_that_has_bytes
from tests.support.packages.system_files import put_system_files
from tests.support.stamps.stamped_archives import authority, stamp_service, stamped_package
from tests.support.viewer.chromium_tab import CHROMIUM, FLAGS, NEEDED, Window, record_complaints

pytestmark = NEEDED

SUBTLE_EDITS = {kind: edit for kind, (edit, _named) in SUBTLE_KINDS.items()}
CHANGES: Mapping[str, Mapping[str, Callable[[Path], object]]] = {
    "package": package_damage.KINDS,
    "enclosed": package_damage.ENCLOSURE_KINDS,
    "submission": package_damage.SUPPORT_KINDS,
    "unstamped": {kind: edit for kind, (edit, _subject) in LIST_RENEWAL_KINDS.items()},
    "rich": {**package_damage.KINDS, **SUBTLE_EDITS},
    "period": {
        kind: edit
        for kind, edit in {**package_damage.KINDS, **SUBTLE_EDITS}.items()
        if kind != "CSV with a link as a formula"  # the one link was posted before the period
    },
}
KINDS = [(sample, kind) for sample, kinds in CHANGES.items() for kind in kinds]
SAMPLE = cases_of(__file__, "sample")
Samples = Callable[[str], Path]
Agrees = Callable[..., dict[str, Any]]
UNSEEN = {"link": [("unsafe", "data/messages.csv")]}
"""Findings that a browser cannot make, as it does not tell links from files; the page says so."""
OF_THE_PAGE_ALONE = ("verify.html", "folder")
"""What only the page says that it did not check."""


class VerifyPageWindow(Window):
    """The page in a tab of its own; `outside` is everything that was asked for besides files of its folder."""

    def verify(self, path: Path) -> dict[str, Any]:
        """Give the page a zip or a folder as a person chooses it, and return its result as JSON."""
        self.choose(path)
        return self._result()

    def choose(self, path: Path) -> None:
        """Choose a file or a folder and wait for the answer."""
        chooser = self.page.locator("#folder" if path.is_dir() else "#zip")
        chooser.set_input_files(path)
        self._wait()

    def _wait(self) -> None:
        """Wait for the answer, and forget that it came."""
        self.page.wait_for_selector("#result[data-state=done], #result[data-state=failed]", state="attached")
        self.page.evaluate("document.getElementById('result').dataset.state = 'read'")

    def _result(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(str(self.page.locator("#json").text_content()))
        return document

    def drop(self, path: Path) -> dict[str, Any]:
        """Drop a zip or a folder on the page, and return its result as JSON."""
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
        self._wait()
        return self._result()

    def at_page(self, path: Path) -> VerifyPageWindow:
        """Another such page, in another tab of the same browser."""
        return self.in_language("en-US", path.as_uri())

    def in_language(self, language: str, address: str = "") -> VerifyPageWindow:
        """The page in another tab, for a browser in another language."""
        browser = self.page.context.browser
        assert browser is not None
        return _open_tab(browser, address or self.page.url, language)


def _open_tab(browser: Browser, address: str, language: str) -> VerifyPageWindow:
    window = VerifyPageWindow(browser.new_context(locale=language).new_page(), address.rpartition("/")[0])
    record_complaints(window)
    window.page.add_init_script(f"Date.now = () => {CLOCK * 1000:.0f}")
    window.page.goto(address)
    return window


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifyPageWindow]:
    """The page, opened from its file for a browser in English; its clock stands at `CLOCK`."""
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_bytes(verify_page())
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield _open_tab(browser, path.as_uri(), "en-US")
        browser.close()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Stamped packages to be copied, each made when it is first asked for."""
    folder = tmp_path_factory.mktemp("made")

    @cache
    def sample(name: str) -> Path:
        if name == "unstamped":
            return lawyer_package(folder / name)
        if name in ("rich", "period"):
            (folder / name).mkdir()
            return stamped_rich_package(folder / name) if name == "rich" else masked_period_package(folder / name)
        if name == "erased":
            return erased_package(folder / name)
        if name == "put back":
            return put_back_package(folder / name)
        if name != "submission":
            return Path(stamped_package(folder / name, enclosed=name == "enclosed").path)
        archive = Archive(sample("package").parents[1] / "home")
        order = read_all(archive, ExportOrder(contract="job1", profile="support", out=folder / "support"))
        report = export(archive, order, now=lambda: NOW, stamping=stamp_service(archive, authority()))
        archive.close()
        with zipfile.ZipFile(str(report.zip)) as packed:
            packed.extractall(folder)
        return folder / Path(str(report.zip)).stem

    return sample


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The script that lies in packages, speaking English."""
    path = tmp_path_factory.mktemp("script") / "verify.py"
    path.write_bytes(verify_script())
    script = load_script(path)
    script.speak("en")
    return script


@pytest.fixture(scope="module")
def agrees(window: VerifyPageWindow, script: ModuleType) -> Agrees:
    """Asserts that the page finds and counts what `verify.py` does, and of a package that can be read notes the same.

    Of each stamp `openssl` is asked only once.
    """
    check = cache(script.openssl_check())

    def assert_agreement(
        path: Path, unseen: Any = (), *, page: VerifyPageWindow = window, whole: bool = True, **options: Any
    ) -> dict[str, Any]:
        document, verification = page.verify(path), script.verify_package_at(path, check=check, **options)
        found = [(one["check"], one["subject"]) for one in document["findings"]]
        assert sorted((one.check, one.subject) for one in verification.findings) == sorted([*found, *unseen])
        assert verification.checked == document["checked"]
        assert verification.checked_sentence() in str(page.page.locator("#result").text_content())
        assert [one._asdict() for one in verification.times] == document["times"]
        if whole:
            told = [one["text"] for one in document["unchecked"] if one["subject"] not in OF_THE_PAGE_ALONE]
            assert sorted(one.text for one in verification.unchecked) == sorted(told)
            assert sorted(verification.notes) == sorted(document["notes"])
        return document

    return assert_agreement


def erased_package(folder: Path) -> Path:
    """A package of a contract of which the owner erased a message."""
    folder.mkdir()
    maker = make_archive(folder / "home")
    erase(maker, lambda reading: select_messages(reading, [(ROOM, 1)]))
    order = ExportOrder(contract="job2", profile="lawyer", out=folder / "out", counterparts={CLIENT})
    return Path(export(maker.archive, order, now=lambda: at(400)).path)


def put_back_package(folder: Path) -> Path:
    """A record of each kind about a put-back database or ledger, one by an earlier version; a file with other names."""
    folder.mkdir()
    maker = story(folder / "home")
    places = [("copies", 5, 7, 9), ("copies", 5, 5, None), ("copies", None, None, 0), ("ledger", 5, 6, None)]
    places += [("computer", 5, 6, 2), ("restore", 5, 6, 1), ("restore", None, None, 0)]
    for place, first, last, lost in places:
        payload = {"table_last": 1, "numbers": [2], "files": {}, "first": first, "last": last, "place": place}
        payload |= {"copied_at": "2026-11-05T01:02:03.000Z"} if place == "restore" else {}
        told = payload if lost is None else payload | {"lost": lost}
        maker.append([Observation("rollback", "rollback/self", told)], minutes=5000)
    late = {"object": message_object(3, "当日中に払います", sent=2), "state": "edited", "source": "copy"}
    late |= {"seen": at(70).isoformat(timespec="milliseconds").replace("+00:00", "Z"), "copy": "0" * 64}
    maker.append([Observation("message", "message/3", late, ROOM)], minutes=5001)
    for name, size in (("別名.pdf", 9), ("差し替え.doc", 12), ("差し替え2.txt", 12)):
        listed = {"object": file_object(11, name, size, sent=3), "state": "present"}
        maker.append([Observation("file", "file/11", listed, ROOM)], minutes=5001)
    for address in ("https://api.chatwork.com/v2", "https://chat.example/v2", "https://chat.example/v2"):
        service = {"address": address, "certificate": None, "issuer": None}
        maker.append([Observation("service", "service", service)], minutes=5001)
    order = ExportOrder(contract="job1", profile="lawyer", out=folder / "out", counterparts={CLIENT})
    return Path(export(maker.archive, order, now=lambda: NOW).path)


def copied(samples: Samples, folder: Path, sample: str = "package") -> Path:
    """A copy of a sample."""
    return Path(shutil.copytree(samples(sample), folder / samples(sample).name))


def test_an_unchanged_package_fits(window: VerifyPageWindow, samples: Samples, agrees: Agrees) -> None:
    """As a folder and as its zip: the same counts and notes as verify.py, and what was not checked is said."""
    package = samples("enclosed")
    for path in (package, package.with_name(f"{package.name}.zip")):
        document = agrees(path)

        assert [] == document["findings"]
        verdict = window.page.locator(".closing").text_content() or ""
        assert "No change was found in what was checked. This says nothing of the" in verdict
        times = window.page.locator("#time").text_content() or ""
        assert "The time stamp of “a” on the whole package states 2026-11-24 22:31:00 (Japan time)." in times
        assert "is none that this program knows" in times
        subjects = [one["subject"] for one in document["unchecked"]]
        assert {"verify.html", "data/tsa/", "tagmanifest-sha256.txt", "texts"} <= set(subjects)
    assert [] == window.complaints + window.outside


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("seed", [33, 58, *range(8)])
def test_packages_of_disputes_fit(agrees: Agrees, seed: int, tmp_path: Path) -> None:
    """Whatever people and Chatwork do, both verifiers find nothing in a package as it was made, and count the same."""
    dispute = Dispute(seed, drawn(seed))
    maker = blank_archive(tmp_path / "blank", tmp_path / "home")
    dispute.play(maker)
    sealed(maker, dispute)
    known = [one.author for one in dispute.speeches({*dispute.people} - {OWNER}, saved=True)]
    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out", counterparts=known[:1])
    package = Path(export(maker.archive, order, now=lambda: after(dispute)).path)

    assert [] == agrees(package)["findings"]


@pytest.mark.drawn
def test_stamps_with_ended_certificates_are_judged_alike(
    agrees: Agrees, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Those of year one that nothing carries on in its own package, and that later ones carry on in one of year ten."""
    desk, tsa = request.getfixturevalue("office")
    packages = pass_ten_years(desk, tsa, tmp_path)
    for package, word in zip(packages, ("no later time stamp here", "carried on"), strict=True):
        assert any(word in note for note in agrees(package, now=time.time())["notes"])


@pytest.mark.drawn
def test_pauses_between_packed_looks_are_made_again(agrees: Agrees, tmp_path: Path) -> None:
    """Uneven looks stand packed in their record; the page unpacks them, and finds a row that was changed."""
    maker = story(tmp_path / "home")
    maker.looks(
        5000, [59, 61, 60, 62] * 20 + [7200] + [60, 58, 61] * 30 + [301] * 200 + [1000, 55_555, 55_555], room=ROOM
    )
    report = export(maker.archive, ExportOrder(contract="job1", profile="lawyer", out=tmp_path), now=lambda: NOW)
    maker.archive.close()

    assert [] == agrees(Path(report.path))["findings"]
    package_damage.with_lists(package_damage.put("data/pauses.csv", '"55555"', '"5555"', 1))(Path(report.path))
    (finding,) = agrees(Path(report.path))["findings"]
    assert ("table-rows", "data/pauses.csv") == (finding["check"], finding["subject"])


@pytest.mark.drawn
@pytest.mark.parametrize("sample", ["rich", "period", "erased", "put back"])
def test_every_state_is_read_as_verify_py_reads_it(samples: Samples, agrees: Agrees, sample: str) -> None:
    """Edited or deleted before it was saved, recovered, erased, refused, masked, hidden; gaps, pauses, a base line."""
    assert [] == agrees(samples(sample))["findings"]


@pytest.mark.parametrize(
    ("sample", "kind"),
    [pytest.param(*one, marks=pytest.mark.drawn if one in SAMPLE else pytest.mark.slow) for one in KINDS],
)
def test_every_kind_of_damage(samples: Samples, agrees: Agrees, tmp_path: Path, sample: str, kind: str) -> None:
    """The page finds what verify.py finds."""
    package = copied(samples, tmp_path, sample)
    CHANGES[sample][kind](package)

    agrees(package, UNSEEN.get(kind, []))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", package_damage.ZIP_KINDS)
def test_every_kind_of_damage_to_a_zip(samples: Samples, agrees: Agrees, tmp_path: Path, kind: str) -> None:
    """The page finds what verify.py finds."""
    package_damage.ZIP_KINDS[kind](copied(samples, tmp_path), tmp_path / "x.zip")

    agrees(tmp_path / "x.zip", whole=False)


@pytest.fixture(scope="module")
def knowing(window: VerifyPageWindow, tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> VerifyPageWindow:
    """The page that knows the root of authority `a`."""
    path = tmp_path_factory.mktemp("knowing") / "verify.html"
    path.write_bytes(page_with_roots({root_of(samples("package"), "a"): "Root A"}))
    return window.at_page(path)


@pytest.mark.drawn
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forgers_own_authority_is_told_as_one_that_only_the_package_brings(
    knowing: VerifyPageWindow, samples: Samples, script: ModuleType, agrees: Agrees, tmp_path: Path, attack: str
) -> None:
    """Its time does not stand for that of the known one; the page tells each with who says it, as verify.py does."""
    package = copied(samples, tmp_path)
    ATTACKS[attack](package)
    known = {root_of(samples("package"), "a"): "Root A"}

    document = agrees(package, page=knowing, known_roots=known, now=CLOCK)

    assert [] == document["findings"]
    shown = knowing.page.locator("#time p").all_text_contents()
    times = script.verify_package_at(package, check=script.openssl_check(), known_roots=known, now=CLOCK).times
    assert [script.time_sentence(one) for one in times] == shown
    trust = knowing.page.locator("#trust").text_content() or ""
    assert "a: Root A, a root certificate that this page knows" in trust
    assert "b: a root certificate that this page does not know; only the package brings it" in trust


@pytest.mark.drawn
def test_what_systems_left_in_a_package_is_told(samples: Samples, agrees: Agrees, tmp_path: Path) -> None:
    """In a folder, in its zip, and in a folder with that zip and a letter: as verify.py tells it."""
    package = copied(samples, tmp_path)
    put_system_files(package)
    (tmp_path / "from the client").mkdir()
    path = zip_package(package, tmp_path / "from the client" / "x.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("__MACOSX/P/data/._report.pdf", b"x")
    (path.parent / "letter.txt").write_text("…")
    for one in (package, path, path.parent):
        assert [] == agrees(one)["findings"]

    (package / "data/desktop.ini").write_bytes(b"x")
    (package / "__MACOSX/検収書.exe").write_bytes(b"x")

    assert {"__MACOSX/検収書.exe", "data/desktop.ini"} <= {one["subject"] for one in agrees(package)["findings"]}


@pytest.mark.drawn
@pytest.mark.parametrize("kind", ODD_ZIPS)
def test_odd_zips_are_read_as_verify_py_reads_them(samples: Samples, agrees: Agrees, tmp_path: Path, kind: str) -> None:
    """Another date, and what neither can read."""
    path = zip_package(samples("package"), tmp_path / "x.zip")
    ODD_ZIPS[kind](path)

    assert [] != agrees(path, whole=False)["findings"]


@pytest.mark.drawn
def test_of_what_only_holds_a_package_it_is_said_what_to_choose(
    window: VerifyPageWindow, samples: Samples, tmp_path: Path
) -> None:
    """A zip with its zip beside a letter."""
    inner, outer = zip_package(samples("package"), tmp_path / "inner.zip"), tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as packed:
        packed.write(inner, "inner.zip")
        packed.writestr("letter.txt", "…")

    window.choose(outer)

    assert "Take it out first if it lies in another zip." in window.page.locator(".inner").inner_text()


@pytest.mark.slow
def test_bytes_in_the_place_of_a_folder_are_found(samples: Samples, agrees: Agrees, tmp_path: Path) -> None:
    """As verify.py finds them."""
    zip_with_a_folder_that_has_bytes(samples("package"), tmp_path / "x.zip")

    (finding,) = agrees(tmp_path / "x.zip", whole=False)["findings"]
    assert ("zip-form", "P/data/x/") == (finding["check"], finding["subject"])


@pytest.mark.drawn
def test_what_is_dropped_is_checked_too(window: VerifyPageWindow, samples: Samples) -> None:
    """A folder or its zip, wherever on the page."""
    package = samples("enclosed")

    with tempfile.TemporaryDirectory() as folder:  # browsers read nothing that is dropped from below /dev
        copy = Path(shutil.copytree(package, Path(folder) / package.name))
        zipped = Path(shutil.copy(package.with_name(f"{package.name}.zip"), folder))
        dropped = [window.drop(path) for path in (copy, zipped)]

    counts = {"entries": 35, "seals": 3, "stamps": 8, "files": 3, "messages": 7}
    assert [([], counts), ([], counts)] == [(one["findings"], one["checked"]) for one in dropped]


def test_hostile_names_are_text(window: VerifyPageWindow, samples: Samples, tmp_path: Path) -> None:
    """Nothing of a package becomes an element or a script, and invisible characters are made visible."""
    package = copied(samples, tmp_path, "enclosed")
    for name in ("<img src=x onerror=alert(1)>.txt", "\u202etxt.exe", "<script>alert(1)<.txt"):
        (package / name).write_bytes(b"<script>alert(1)</script>")

    window.choose(package)

    result = window.page.locator("#result")
    assert 0 == result.locator("img, script").count()
    assert "<img src=x onerror=alert(1)>.txt" in (result.text_content() or "")
    assert "[U+202E]txt.exe" in (result.text_content() or "")
    assert [] == window.complaints + window.outside


@pytest.mark.drawn
def test_it_shows_its_own_digest_when_it_is_given_itself(window: VerifyPageWindow, tmp_path: Path) -> None:
    """It cannot read itself, so its file is chosen like any other; what is no package gets its SHA-256.

    A court's page as a PDF gets the sentence that its pages were not checked here.
    """
    path, filed = tmp_path / "verify.html", tmp_path / "甲001の1.pdf"
    path.write_bytes(Path(window.page.url.removeprefix("file://")).read_bytes())
    filed.write_bytes(b"%PDF-1.7")

    window.choose(path)
    assert page_digest() == window.page.locator(".digest").inner_text()
    window.choose(filed)

    assert "Its pages were not checked here." in (window.page.locator("#result").text_content() or "")


@pytest.mark.drawn
def test_it_speaks_japanese(window: VerifyPageWindow, samples: Samples, tmp_path: Path) -> None:
    """To a browser in Japanese at once, to others at a click, which checks again."""
    package = copied(samples, tmp_path, "enclosed")
    package_damage.ENCLOSURE_KINDS["all removed, lists anew"](package)
    japanese = window.in_language("ja-JP")

    japanese.choose(package)

    assert "合わないところ" in (japanese.page.locator(".closing").text_content() or "")
    assert "ja" == japanese.page.locator("html").get_attribute("lang")
    japanese.page.locator("#language").click()
    japanese.page.locator(".closing", has_text="do not match").wait_for(state="attached")


@pytest.mark.drawn
def test_data_that_came_from_elsewhere_than_chatwork_are_told_beside_the_verdict(
    window: VerifyPageWindow, samples: Samples
) -> None:
    """As page 1 of the report does; an unchanged export of invented data is no export of Chatwork's."""
    window.verify(samples("put back"))

    told = window.page.locator(".ticks").inner_text()
    assert "https://chat.example/v2, which is not Chatwork's address" in told


@pytest.mark.drawn
def test_a_japanese_reader_sees_times_of_japan_on_a_narrow_screen(window: VerifyPageWindow, samples: Samples) -> None:
    """Nobody has to add nine hours, nor to scroll sideways."""
    japanese = window.in_language("ja-JP")
    japanese.page.set_viewport_size({"width": 360, "height": 800})

    japanese.choose(samples("enclosed"))

    assert "2026-11-24 22:31:00(日本時間)" in (japanese.page.locator("#time").text_content() or "")
    assert 360 >= japanese.page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.drawn
def test_lists_made_anew_after_an_edit_of_a_page_are_told_as_unchecked(
    window: VerifyPageWindow, samples: Samples, tmp_path: Path
) -> None:
    """No finding is possible then without the archive, and the last sentence does not say that nothing was changed."""
    package = copied(samples, tmp_path, "enclosed")
    package_damage.with_lists(package_damage.changed("data/transcript/index.html", lambda body: body + b" "))(package)

    document = window.verify(package)

    assert [] == document["findings"]
    assert "data/transcript/" in [one["subject"] for one in document["unchecked"]]
    assert "This says nothing of the" in (window.page.locator(".closing").text_content() or "")


@pytest.mark.drawn
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark"), (360, "light"), (1280, "dark")])
def test_it_looks_as_the_pages_do_and_says_the_verdict_first(
    window: VerifyPageWindow, samples: Samples, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    """A coloured verdict of at most 25 characters, few words beside it, and nothing that keeps anybody out."""
    japanese = window.in_language("ja-JP")
    page, damaged = japanese.page, Path(shutil.copytree(samples("package"), tmp_path / "damaged"))
    (damaged / "data" / "messages.csv").open("ab").write(b"x")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    faults, seen = Player(page).look_around(), [_seen(page)]
    for package in (samples("package"), damaged):
        japanese.choose(package)
        faults += Player(page).look_around()
        seen.append(_seen(page))

    assert [] == faults
    words = " ".join(page.locator("main").inner_text().split())
    assert "違うもの data/messages.csv ほか" in words
    assert re.search("同じもの ほかのファイル[1-9][0-9]*点は、資料の中の一覧どおりです。", words)
    assert "別の資料を確かめるには、" in words
    verdicts = ["点検した範囲では、変わったところはありません", "作ったときと違うところがあります"]
    assert verdicts == [head for head, _size in seen[1:]]
    assert max(size for _head, size in seen) <= 300, seen
    assert [] == japanese.complaints + japanese.outside


def _seen(page: Page) -> tuple[str, int]:
    """The head that is shown, and how many characters of the page are."""
    return page.locator("h1:not([hidden])").inner_text(timeout=3000), len(page.locator("main").inner_text())
