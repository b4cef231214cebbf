"""Days of a user played in a real Chromium by clicking, or by the keyboard alone, on a wide and on a narrow screen."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from archiver.cli.language_and_help import set_language
from archiver.errors import CounterpartUnknown
from archiver.export.package import masking_review
from archiver.export.package.order import ExportOrder
from archiver.notices import delivery
from archiver.notices.delivery import NoticeTrial
from archiver.records import ReadState, Review
from archiver.setup import unattended
from archiver.store.queries.contracts import contracts, deliveries
from archiver.web.access import AccessGate
from archiver.web.console_context import ConsoleContext
from archiver.web.settings import copies
from tests.support import recovery_files
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.console.saved_archive import save, set_up
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]

LOOKS = [
    pytest.param((1280, "light", False), id="wide-mouse"),
    pytest.param((360, "dark", True), id="narrow-keyboard"),
    pytest.param((1280, "dark", True), id="wide-keyboard"),
    pytest.param((360, "light", False), id="narrow-mouse"),
]
"""Width, colours, and whether there is only a keyboard."""

SAMPLED = [LOOKS[0], pytest.param((360, "dark", True), id="narrow-keyboard", marks=pytest.mark.drawn), *LOOKS[2:]]
"""The same, for the two days of which one is played in every run."""

Look = tuple[int, str, bool]

DROP = """([selector, name, text]) => {
    const files = new DataTransfer();
    files.items.add(new File([text], name, { type: "text/html" }));
    const place = document.querySelector(selector);
    for (const kind of ["dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDayDesk]:
    """A computer with a Chatwork whose group holds 300 messages, the last ones with names that nothing masks yet."""
    with pytest.MonkeyPatch.context() as patch, new_chatwork() as chatwork:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        desk = FirstDayDesk(tmp_path_factory.mktemp("plays"), chatwork, messages=300)
        chatwork.post(desk.group, desk.tanaka, "弊社の高田が確認します。担当は佐々木さんです。")
        yield desk


@pytest.fixture(scope="module")
def served(desk: FirstDayDesk) -> Iterator[tuple[AccessGate, ConsoleContext]]:
    """The application over an archive that was set up and has saved once."""
    set_up(desk)
    with serve_application(desk.home, desk.environ) as both:
        yield both


@contextmanager
def playing(browser: Browser, gate: AccessGate, look: Look, *, meant: str = "(?!)") -> Iterator[Player]:
    """Somebody before the application; no page keeps anybody out, asks for anything elsewhere, or complains unmeant."""
    width, scheme, by_keyboard = look
    with open_tab(browser, gate, width=width, scheme=scheme) as window:
        player = Player(window.page, by_keyboard=by_keyboard)
        yield player
        complaints = [one for one in window.complaints if not re.search(meant, one)]
        assert ([], [], []) == (player.look_around(), complaints, window.outside)


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> Look:
    """Each look."""
    given: Look = request.param
    return given


@pytest.fixture
def player(look: Look, chromium: Browser, served: tuple[AccessGate, ConsoleContext]) -> Iterator[Player]:
    """Somebody before the overview; a form may be refused."""
    with playing(chromium, served[0], look, meant="422") as player:
        player.page.goto(re.sub("(?<=[0-9])/.*", "/home", player.page.url))
        yield player


@pytest.fixture
def new_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstDayDesk]:
    """A computer on the first day, in Japanese."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    set_language("ja")
    with new_chatwork() as chatwork:
        yield FirstDayDesk(tmp_path, chatwork, messages=120)


def to(player: Player, path: str) -> Page:
    """Follow the link of the navigation, or of the page, to an address."""
    player.press(f'a[href="{path}"]')
    player.page.wait_for_url(re.compile(re.escape(path) + "([?#]|$)"))
    return player.page


def test_older_messages_are_recovered_by_dropping_a_saved_page(
    player: Player, look: Look, desk: FirstDayDesk, served: tuple[AccessGate, ConsoleContext]
) -> None:
    """The page tells how long it will take while it goes on; afterwards the messages are in the archive."""
    # Other messages in each of the four plays, all of them beyond the newest 100, which are saved already.
    start = 45 * ((look[0] == 360) * 2 + player.by_keyboard)
    ids = desk.posts[start : start + 40]
    to(player, "/emergency")
    page = to(player, "/emergency?change=older")
    saved = recovery_files.html([(desk.group, one) for one in ids]).decode()
    page.evaluate(DROP, [".drop", "chat.html", saved])
    player.look_around()
    player.press("form[action^='/emergency/recover'] button.first")
    page.locator("button[name=go]").wait_for()
    player.look_around()
    player.press("button[name=go]")
    page.wait_for_url(re.compile("/job"))
    said = player.wait_for_job()

    player.look_around()
    assert served[1].jobs.last is not None
    assert f"{len(ids)}" in said + served[1].jobs.last.step
    assert "about" in served[1].jobs.last.step
    page.goto(page.url.replace("/job", f"/room/{desk.group}/message/{ids[0]}"))
    expect(page.locator("main")).to_contain_text(f"メッセージ {desk.posts.index(ids[0])}")


def test_facts_people_and_a_delivery_are_entered(
    player: Player, served: tuple[AccessGate, ConsoleContext], tmp_path: Path
) -> None:
    """Each is kept, the page says so, and what is wrong gets its sentence beside the field."""
    player.press("article.job h3 a")
    page = player.page
    page.wait_for_url(re.compile("/contracts/"))
    for fold in ("#days", "#facts", "#deliveries"):
        page.locator(fold).evaluate("one => { one.open = false; }")
        player.press(f"{fold} > summary")
    player.fill("#f-client", "田中")
    player.fill("#f-escrowed_at", "2099-01-01")
    page.keyboard.press("Tab")
    expect(page.locator("#s-escrowed_at .err")).to_be_visible()
    player.fill("#f-escrowed_at", "2026-10-02")
    page.keyboard.press("Tab")
    expect(page.locator("#s-escrowed_at .ok")).to_be_visible()
    player.look_around()
    page.locator("[name^=role_]").first.select_option("client")
    expect(page.locator("[id^=s-role_] .ok")).to_be_visible()
    film = tmp_path / "動画.mp4"
    film.write_bytes(b"film")
    player.fill("#n-delivered", "2026-10-02")
    page.set_input_files("#d-file", film)
    player.press("#deliveries button[name=at]")
    expect(page.locator("#deliveries")).to_contain_text("動画.mp4")

    with served[1].archive.reading() as reading:
        (contract,) = contracts(reading)
        assert ("田中", "2026-10-02") == (contract.client, contract.escrowed_at)
        assert "動画.mp4" in [one.name for one in deliveries(reading, contract.id)]


def _make_unread(context: ConsoleContext) -> None:
    """What an earlier play read is to be read again."""
    order, now = ExportOrder(contract="job1").with_policy(), context.now()
    with suppress(CounterpartUnknown):
        opened = masking_review.opened_messages(context.archive, order, now=now)
        unread = [Review(one.id, one.digest, ReadState.UNREAD, now) for one in opened]
        masking_review.keep_reviews(context.archive, "job1", unread, at=now)


def test_a_package_for_the_office_whose_messages_are_read(
    player: Player, served: tuple[AccessGate, ConsoleContext], desk: FirstDayDesk
) -> None:
    """From job to package with the keyboard alone: Enter reads a message and goes to the next; then it is made."""
    _make_unread(served[1])
    page = to(player, "/packages")
    player.look_around()
    player.press("main a.choice")
    page.wait_for_url(re.compile("/packages/order"))
    if page.locator("input[name=counterpart]").count():
        player.look_around()
        player.check("input[name=counterpart]")
        player.press("main button.first")
        page.locator(".foot a.first").wait_for()
    player.look_around()
    player.press(".foot a.first")
    page.wait_for_url(re.compile("/packages/read"))
    player.look_around()
    unread = page.locator("button[name=read]").count()
    player.press(page.locator("button[name=read]"))
    for left in range(unread - 1, 0, -1):
        expect(page.locator("button[name=read]")).to_have_count(left)
        expect(page.locator("li[aria-current] button[name=read]")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator("button[name=read]")).to_have_count(0)
    player.look_around()
    player.press("main button.first")
    page.wait_for_url(re.compile("/packages/[0-9]+$"))
    player.check("#do-read")
    player.press("button[form=note]")
    page.wait_for_url(re.compile("#handed"))
    expect(page.locator("#handed p").first).to_be_visible()
    expect(page.locator("#do-read")).to_be_checked()
    player.look_around()
    player.press("details#forms > summary")
    player.press("button[form=verify]")
    page.wait_for_url(re.compile("/job"))
    player.wait_for_job()

    job = served[1].jobs.last
    assert job is not None
    assert job.outcome is not None
    assert job.outcome.is_complete, job.outcome
    assert list((desk.home / "exports").iterdir())


def test_a_copy_is_made_and_the_archive_comes_back_from_it(
    player: Player, look: Look, chromium: Browser, desk: FirstDayDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backup by clicking; on another computer restore, and the token stored again."""
    monkeypatch.setattr(copies, "is_same_disk", lambda *_given: False)
    monkeypatch.setattr(copies, "first_places", lambda _environ: [tmp_path])
    to(player, "/settings")
    page = to(player, "/copies")
    if page.locator("#places:not([open])").count():  # it has a backup already
        player.press("#places > summary")
    player.look_around()
    player.press("main a.line")
    page.wait_for_url(re.compile("[?]at="))
    player.look_around()
    player.fill("#name", "usb")
    player.press("main form.row button")
    expect(page.locator("main bdi").first).to_contain_text("usb")
    player.press(".foot button.first")
    page.wait_for_url(re.compile("/job"))
    player.wait_for_job()
    player.press("#job .row a")
    expect(page.locator("main .relief:not(.look)")).to_be_visible()
    page.check("#every")
    expect(page.locator("#every")).to_be_checked()
    player.look_around()

    home = tmp_path / "new"
    environ = {**desk.environ, "ARCHIVE_HOME": str(home), "HOME": str(tmp_path)}
    with serve_application(home, environ) as (gate, _context), playing(chromium, gate, look) as second:
        page = to(second, "/copies")
        second.press("main a[href*='restore=yes']")
        for name in (tmp_path.name, "usb", "cw-backup"):
            second.press(page.locator("main a.line", has_text=name))
            page.wait_for_url(re.compile(f"{name}(&|$)"))
        second.look_around()
        second.press("main button.first")
        page.wait_for_url(re.compile("/job"))
        second.wait_for_job()
        second.press("#job .row a")
        second.press("a[href*='change=token']")
        second.fill("#token", TOKEN)
        second.press("main button.first")
        expect(page.locator("main .banner.safe").first).to_be_visible()
        to(second, "/home")
        expect(page.locator("main")).to_contain_text("弊社の高田が確認します")


@pytest.mark.parametrize("look", SAMPLED)
def test_the_worst_day(chromium: Browser, new_desk: FirstDayDesk, look: Look) -> None:
    """The client cancels while the overview is open: it says so by itself; then all is saved, and a step checked."""
    set_up(new_desk)
    with (
        serve_application(new_desk.home, new_desk.environ) as (gate, context),
        playing(chromium, gate, look) as player,
    ):
        page = player.page
        assert not re.search("大きな変化", page.locator("#head").inner_text())

        new_desk.chatwork.cancel_account(new_desk.tanaka)
        save(context)

        expect(page.locator("#head")).to_contain_text("大きな変化", timeout=30_000)
        player.look_around()
        to(player, "/emergency")
        page.locator("#do-save").wait_for(timeout=60_000)  # the page begins to save by itself
        with page.expect_response(re.compile("/emergency/tick")):
            player.check("#do-deliver")
        page.reload()
        expect(page.locator("#do-deliver")).to_be_checked()


@pytest.mark.parametrize("by_keyboard", [False, True])
def test_three_chats_of_two_clients_take_eight_clicks_and_one_paste(
    chromium: Browser, new_desk: FirstDayDesk, monkeypatch: pytest.MonkeyPatch, by_keyboard: bool
) -> None:
    """Until all is saved and goes on by itself: two jobs, each of its own chats."""
    monkeypatch.setattr(delivery, "send_test_notice", lambda *_words: NoticeTrial(True, 0, ()))
    monkeypatch.setattr(unattended, "is_idle", lambda _kind: False)
    monkeypatch.setattr(sys, "argv", [str(new_desk.folder / "bin" / "archive")])
    with (
        serve_application(new_desk.home, new_desk.environ) as (gate, context),
        playing(chromium, gate, (1280, "light", by_keyboard)) as player,
    ):
        page = player.page
        player.fill("#token", TOKEN)
        player.press("main .first")
        for room in (new_desk.group, new_desk.direct, new_desk.other):
            player.check(page.locator(f"input[value='{room}']"))
        expect(page.locator(".foot b")).to_contain_text("3個を選びました")
        player.press("main .first")
        expect(page.locator("fieldset")).to_have_count(2)
        assert context.jobs.last is None
        player.press("main .first")
        player.press("button[value=yes]")
        expect(page.locator("#notice")).to_contain_text("試しのお知らせが見えました")
        player.press("main .first")
        expect(page.locator(".relief h1")).to_contain_text("準備ができました", timeout=60_000)

    assert 8 == player.clicks
    with context.archive.reading() as reading:
        assert [2, 1] == [len(one.rooms) for one in contracts(reading)]


@pytest.mark.parametrize("look", SAMPLED)
def test_the_first_run_forgives_everything(chromium: Browser, new_desk: FirstDayDesk, look: Look) -> None:
    """A wrong token, a refusing network, Ctrl-R in each step, the browser closed and opened: it goes on from there."""
    with serve_application(new_desk.home, new_desk.environ) as (gate, _context):
        with playing(chromium, gate, look, meant="422|502") as player:
            _begin_with_trouble(player, new_desk)
        with playing(chromium, gate, look) as player:
            _go_on_to_the_end(player)


def _begin_with_trouble(player: Player, desk: FirstDayDesk) -> None:
    page = player.page
    player.look_around()
    page.reload()
    player.fill("#token", "f" * 32)
    player.press("main button.first")
    expect(page.get_by_role("alert")).to_contain_text("このAPIトークンは使えません")
    page.reload()
    desk.chatwork.stop()
    player.fill("#token", TOKEN)
    player.press("main button.first")
    expect(page.get_by_role("alert")).to_be_visible(timeout=20_000)
    assert TOKEN not in page.content()
    desk.chatwork.start()
    player.fill("#token", TOKEN)
    player.press("main button.first")
    page.wait_for_url(re.compile("/start/chats"))
    page.reload()


def _go_on_to_the_end(player: Player) -> None:
    page = player.page
    assert "/start/chats" in page.url
    player.check(page.get_by_label("動画編集_田中様"))
    player.press("main button.first")
    expect(page.locator("select")).to_have_count(2)
    page.reload()
    player.look_around()
    player.fill("#url-1", "https://crowdworks.jp/contracts/12345678")
    player.press("main button.first")
    page.wait_for_url(re.compile("/start/automatic"))
    page.reload()
    expect(page.locator("#job .banner.safe")).to_be_visible(timeout=60_000)
    player.look_around()
    page.uncheck("#automatic")
    player.press("#automatic-form button.first")
    page.wait_for_url(re.compile("/start/done"))
    page.reload()
    player.look_around()
    player.press("main .btn.first")
    page.wait_for_url(re.compile("/home"))
    expect(page.locator("main")).to_contain_text("動画編集_田中様")
