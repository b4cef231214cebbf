"""A conversation in the viewer: pages, jumps, references, breaks, and addresses that mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.records import Observation
from archiver.store.working.last_lists import SAME_BYTES, LastList, SameList, add_looks, put_last_list
from archiver.web.talk.conversation import Anchor, ConversationAddress, parse_address
from archiver.web.talk.flow import minute_text
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, ArchiveMaker, at, message_object, story
from tests.support.html_safety import read_html
from tests.support.reports import sample_conversation
from tests.support.viewer.client import HOST, Browser, open_viewer, page_of, spoken

MOST = 400_000
FIRST = 1_876_543_210_000_000_000
"""An id that tells its time."""

DAY = 24 * 60


PAUSE = r"Saving had stopped: (\S+ \S+)–"
PAUSES = [minute_text(at(minutes), at(0)) for minutes in (-1000, -899, -299, 301, 413.5, 601, 3001, 9000, 9051)]
"""When each pause of `many` begins."""
GAP = r'data-gap="(\d+)"'


EARLIER, LATER = (f'<a href="([^"]+)">{word} messages</a>' for word in ("Earlier", "Later"))


def message_ids(html: str) -> list[str]:
    """The ids of the messages on a page."""
    return re.findall(r'<li class="m[^"]*" id="m(\d+)"', html)


def way(html: str, word: str) -> str | None:
    """Where the first way with this word leads; None if it leads nowhere now."""
    found = re.search(f'<a href="([^"]+)">{word}</a>', html)
    return found[1].replace("&amp;", "&") if found else None


@pytest.fixture(scope="module")
def story_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The made story: two rooms, an edit, a deletion, a message gone, files, a task, a gap, a pause."""
    maker = story(tmp_path_factory.mktemp("told") / "home")
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        yield browser


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """250 messages in five days; gaps and pauses before them, between pages, among them and behind them."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("many") / "home")
    maker.sync([], minutes=-1000)
    maker.me()
    maker.contract()
    maker.room("長いチャット")
    sent = [
        10 + 4 * number + (DAY if number > 120 else 0) + (3 * DAY if number > 200 else 0) for number in range(1, 251)
    ]
    for begun in (-900, -300, 300, 411, 412.5, 600, 3000):  # the 100th and the 101st were sent at 410 and 414
        maker.look(begun, begun + 1)
    maker.sync([message_object(1000 + n, f"{n}番目", sent=at_) for n, at_ in enumerate(sent, 1)], minutes=9000)
    maker.gap(1, after=None, before="1001", minutes=9001)
    maker.gap(2, after="1100", before="1101", minutes=9001)
    maker.gap(3, after="1120", before="1121", minutes=9001)
    maker.gap(4, after="1250", before="1260", minutes=9001)
    for begun in (9050, 9500):
        maker.look(begun, begun + 1)
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        yield browser


# --- turning pages -------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "link", "turn"), [("", EARLIER, -1), ("?after=0", LATER, 1)])
def test_in_both_directions_each_message_is_shown_once(many: Browser, query: str, link: str, turn: int) -> None:
    """Every message stands on one page, and every gap on one; on the last page there is no way on."""
    pages = [*many.pages(f"/room/{ROOM}{query}", link)][::turn]

    assert [100, 100, 50][::turn] == [len(message_ids(page)) for page in pages]
    assert [f"{1000 + n}" for n in range(1, 251)] == [one for page in pages for one in message_ids(page)]
    assert ["1", "2", "3", "4"] == [one for page in pages for one in re.findall(GAP, page)]
    assert PAUSES == [one for page in pages for one in re.findall(PAUSE, page)]
    assert None is way(pages[0], "Earlier messages")
    assert None is way(pages[2], "Newest")


def test_a_message_is_shown_among_its_neighbours_and_marked(many: Browser) -> None:
    """`at` shows what stood before and after it; the message can take the focus."""
    html = many.get(f"/room/{ROOM}?at=1125")

    ids = message_ids(html)
    assert "1125" in ids[30:70]
    assert re.search(r'<li class="m[^"]*" id="m1125" tabindex="-1">', html)


def test_an_id_that_is_not_kept_shows_where_it_would_stand(many: Browser) -> None:
    """The nearest place is shown, and that the message is not here."""
    html = many.get(f"/room/{ROOM}?at=1500")

    assert "No message with the id 1500 is kept in this chat" in html
    assert "1250" == message_ids(html)[-1]
    assert 'id="m1500"' in html


@pytest.mark.parametrize(
    ("day", "found", "note"),
    [
        ("2026-11-05", "1001", ""),
        ("2026-11-01", "1001", "this is the next day that has some"),
        ("2026-11-07", "1201", "this is the next day that has some"),
        ("2030-01-01", "1250", "this is the end"),
        ("0001-01-01", "1001", "this is the next day that has some"),
        ("9999-12-31", "1250", "this is the end"),
    ],
)
def test_a_day_leads_to_its_first_message(many: Browser, day: str, found: str, note: str) -> None:
    """A day without any goes to the next one, and that is said."""
    answer = many.client.get(f"/room/{ROOM}?day={day}", base_url=f"http://{HOST}")
    html = many.get(answer.location)

    assert f"/room/{ROOM}?at={found}&day={day}#m{found}" == answer.location
    assert found in message_ids(html)
    assert note in html
    assert bool(note) == ("No message of this day" in html)


def test_a_day_that_goes_on_is_told_with_the_way_to_its_beginning(many: Browser) -> None:
    """Its heading goes where the earlier messages come in."""
    html = many.get(f"/room/{ROOM}?after=1100")

    top = html[html.index('<li class="tiny soft" id="top"') :]
    assert '<span class="day">11月5日(木)</span>' in top[: top.index("</li>")]


def test_the_part_that_comes_in_on_top_is_rows_alone(many: Browser) -> None:
    """What the script asks for is no whole page, and its last message meets the first one of the page."""
    first = message_ids(many.get(f"/room/{ROOM}"))[0]
    headers = {"HX-Request": "true"}
    part = many.client.get(f"/room/{ROOM}?before={first}", base_url=f"http://{HOST}", headers=headers).text

    assert "<main" not in part
    assert int(first) - 1 == int(message_ids(part)[-1])
    assert 'id="end"' not in part


# --- what a message shows ------------------------------------------------------------------------


def test_the_next_message_of_the_same_person_needs_no_name(chat: ArchiveMaker) -> None:
    """Within five minutes, on the same day, with nothing between."""
    chat.sync([message_object(n, f"{n}", sent=sent) for n, sent in enumerate((1, 3, 9, 10), 1)], minutes=20)

    html = page_of(chat.home, f"/room/{ROOM}")

    assert ["m", "m same", "m", "m same"] == re.findall(r'<li class="(m[^"]*)" id="m\d', html)
    assert 1 == html.count('<span id="newest"></span>')
    assert html.index('id="m4"') < html.index('<span id="newest">')


def test_a_reply_has_a_line_of_what_it_answers_that_opens_the_chain(chat: ArchiveMaker) -> None:
    """The chain is these messages alone, with the way back to the whole conversation."""
    posts = [
        "いくらですか",
        "無関係",
        f"[rp aid={CLIENT} to={ROOM}-1]5万円です",
        f"[rp aid={OWNER} to={ROOM}-3]お願いします",
    ]
    chat.sync([message_object(n, post, sent=n * 10) for n, post in enumerate(posts, 1)], minutes=90)

    with open_viewer(chat.home) as browser:
        html = browser.get(f"/room/{ROOM}")
        chain = browser.get(f"/room/{ROOM}?chain=4")

    line = f'<p class="re one"><a href="/room/{ROOM}?chain=4#m4"><bdi>田中: 5万円です</bdi></a></p>'
    assert line in html
    assert re.search(r'id="t4"[^>]*>お願いします</div>', html)
    assert ["1", "3", "4"] == message_ids(chain)
    assert f"/room/{ROOM}?at=4#m4" == way(chain, "The whole chat")


def test_the_end_says_what_is_known_behind_it(tmp_path: Path) -> None:
    """When the list was last read, and that the chat cannot be opened any more."""
    maker = story(tmp_path / "home")
    payload = {"reason": "not_listed", "status": 404}
    maker.append([Observation("room.inaccessible", f"room/{ROOM}", payload, ROOM)], minutes=300)
    maker.archive.close()

    html = page_of(maker.home, f"/room/{ROOM}")

    assert f"last read {spoken('2026-11-05 14:01')};" in html
    assert f"cannot be opened any more; that was seen on {spoken('2026-11-05 15:00')}" in html


def test_the_end_tells_the_last_look_though_it_showed_nothing_new(tmp_path: Path) -> None:
    """A look at the same list has no record of its own until something new comes."""
    maker = story(tmp_path / "home")
    with maker.archive.writing() as writing:
        put_last_list(writing, LastList(ROOM, 1, OWNER, "", "", None, None, 0, None, limited=False))
        add_looks(writing, [SameList(ROOM, 1, at(360), SAME_BYTES)])
    maker.archive.close()

    assert f"last read {spoken('2026-11-05 16:00')};" in page_of(maker.home, f"/room/{ROOM}")


def test_a_chat_without_messages_is_a_calm_page(chat: ArchiveMaker) -> None:
    """It says that nothing is kept."""
    with open_viewer(chat.home) as browser:
        html = browser.get(f"/room/{ROOM}")
        again = browser.get(f"/room/{ROOM}?day=2026-11-03")

    assert "No message of this chat is saved yet" in html
    assert "was never read" in again


# --- references ----------------------------------------------------------------------------------


def test_references_lead_to_what_is_kept(chat: ArchiveMaker) -> None:
    """On the page, on another, in another chat of a contract; what is not kept leads to Chatwork, with its time."""
    chat.contract("job2", [OTHER_ROOM])
    chat.room("動画編集")
    chat.room("別の<b>仕事", room=OTHER_ROOM)
    body = (
        f"[rp aid={CLIENT} to={ROOM}-{FIRST + 149}][rp aid={CLIENT} to={ROOM}-{FIRST + 1}]"
        f"[rp aid={CLIENT} to={OTHER_ROOM}-{FIRST + 900}][rp aid={CLIENT} to={ROOM}-{FIRST + 700}]"
        f"[rp aid={CLIENT} to={OTHER_ROOM}-{FIRST + 149}][rp aid={CLIENT} to=77-{FIRST + 901}]"
        f"[rp aid={CLIENT} to=42-{FIRST + 5}] https://www.chatwork.com/#!rid{ROOM}-99999999999999999999999"
    )
    posts = [message_object(FIRST + n, f"{n}", sent=n) for n in range(1, 150)]
    chat.sync([*posts, message_object(FIRST + 150, body, sent=150)], minutes=200)
    chat.sync([message_object(FIRST + 900, "別", sent=3)], room=OTHER_ROOM, minutes=201)
    chat.sync([message_object(FIRST + 901, "契約のないチャット", sent=3)], room=77, minutes=202)

    with open_viewer(chat.home) as browser:
        html = browser.get(f"/room/{ROOM}")
        followed = browser.get(f"/room/{ROOM}?at={FIRST + 1}")

    hrefs = read_html(html).hrefs
    assert f"/room/{ROOM}?chain={FIRST + 150}#m{FIRST + 150}" in hrefs
    assert f"/room/{ROOM}?at={FIRST + 1}#m{FIRST + 1}" in hrefs
    assert f"/room/{OTHER_ROOM}?at={FIRST + 900}#m{FIRST + 900}" in hrefs
    assert f"https://www.chatwork.com/#!rid{OTHER_ROOM}-{FIRST + 149}" in hrefs
    assert f"https://www.chatwork.com/#!rid77-{FIRST + 901}" in hrefs
    assert "別のチャット「別の&lt;b&gt;仕事」の2026-11-05 10:03 のメッセージ" in html
    assert f"https://www.chatwork.com/#!rid{ROOM}-{FIRST + 700}" in hrefs
    assert f"メッセージID {FIRST + 700}(この保管庫にありません)" in html
    assert "ごろ(IDからの推定)" in html
    assert f"別のチャット(42)のメッセージID {FIRST + 5}(この保管庫にありません)" in html
    assert f"{FIRST + 1}" in message_ids(followed)


def test_nothing_of_a_stranger_becomes_markup(story_browser: Browser, tmp_path: Path) -> None:
    """The nastiest texts and names that we know stay text."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", [sample_conversation.ROOM])
    maker.room("動画編集_田中様<b>\u202e</b>", room=sample_conversation.ROOM)
    posts = [
        message_object(int(message.message_id), version.body, account=message.account_id, name=message.name)
        for message in sample_conversation.sample().messages()
        for version in message.versions[-1:]
    ]
    maker.sync(posts, room=sample_conversation.ROOM)
    maker.file({"file_id": 11, "message_id": f"{posts[0]['message_id']}", "filename": '"><b onclick=x>\u202egpj.exe',
               "filesize": 3, "upload_time": 1793841273, "account": {"account_id": 5, "name": "<i>"}}, b"abc",
              room=sample_conversation.ROOM)  # fmt: skip
    maker.archive.close()

    html = page_of(maker.home, f"/room/{sample_conversation.ROOM}")

    ours, found = (
        read_html(page[page.index("<main") : page.index("</main>") + len("</main>")])
        for page in (story_browser.get(f"/room/{ROOM}"), html)
    )
    assert set() == set(found.faults) - set(ours.faults) - {"element code"}
    assert "\u202e" not in html
    assert "onclick" not in "".join(re.findall(r"<[a-z][^>]*>", html))
    assert not [href for href in found.hrefs if href.startswith("javascript")]


@pytest.mark.drawn
def test_a_page_of_very_large_messages_stays_small(chat: ArchiveMaker) -> None:
    """A hundred messages of 5,000 characters full of tags need more pages, none above 0.4 MB, and none is lost."""
    body = "[To:7654321]&<(bow)\u0001[info][hr][/info][rp aid=7654321 to=123456789-1005] " * 70
    chat.sync([message_object(1000 + n, f"{n}{body[:5000]}", sent=n) for n in range(1, 101)], minutes=200)

    with open_viewer(chat.home) as browser:
        later, earlier = [*browser.pages(f"/room/{ROOM}?after=0", LATER)], [*browser.pages(f"/room/{ROOM}", EARLIER)]
        back = browser.get(f"/room/{ROOM}?before=1050")
        around = browser.get(f"/room/{ROOM}?at=1050")

    ids = [[one for page in pages for one in message_ids(page)] for pages in (later, earlier[::-1])]
    assert [[f"{1000 + n}" for n in range(1, 101)]] * 2 == ids
    assert max(len(page.encode()) for page in later) <= MOST
    assert "1049" == message_ids(back)[-1]
    assert "1050" in message_ids(around)
    assert len(around.encode()) <= MOST


# --- addresses that mean nothing -----------------------------------------------------------------

NO_ID = ("abc", "-1", "1e5", "9223372036854775808", "9" * 30, "9" * 5000, "%00", "%ed%a0%80", "٣", "1.5", "' OR 1=1")


NO_DAY = ("2026-13-01", "2026-02-30", "20261103", "2026-W01-1", "x", "0000-00-00", "９９９９-01-01")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        *((name, given, "no message id") for name in ("at", "after", "before") for given in NO_ID),
        *(("day", given, "no day where one belongs") for given in NO_DAY),
    ],
)
def test_what_is_no_id_or_day_is_said_calmly(story_browser: Browser, name: str, given: str, words: str) -> None:
    """Neither a trace nor another page: 404."""
    assert words in story_browser.get(f"/room/{ROOM}?{name}={given}", status=404)


@pytest.mark.parametrize("room", ["0", "5", f"{OWNER}", "9223372036854775808", "9" * 100, "-1", "abc", "%00"])
def test_a_chat_of_no_contract_is_not_there(story_browser: Browser, room: str) -> None:
    """Whatever number it has."""
    story_browser.get(f"/room/{room}", status=404)


@pytest.mark.parametrize(
    "query", ["at=0", "at=9223372036854775807", "before=0", "after=9223372036854775807", "after=", "at=%20"]
)
def test_the_ends_of_all_numbers_show_the_nearest_page(story_browser: Browser, query: str) -> None:
    """An id beyond every message leads to the end of the chat."""
    assert message_ids(story_browser.get(f"/room/{ROOM}?{query}"))


def test_messages_keep_their_language_in_english_pages(tmp_path: Path) -> None:
    """Days and what is said of messages in English; the messages as they were written."""
    story(tmp_path / "home").archive.close()

    html = page_of(tmp_path / "home", f"/room/{ROOM}", record_language="en")

    assert "5 November" in html
    assert not re.search("メッセージID|保存した時刻", html)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ConversationAddress(Anchor.NEWEST)),
        ({"at": "007"}, ConversationAddress(Anchor.AT, 7)),
        ({"after": "0"}, ConversationAddress(Anchor.AFTER, 0)),
        ({"before": "9223372036854775807", "day": ""}, ConversationAddress(Anchor.BEFORE, 2**63 - 1)),
        ({"day": " 2026-11-03 ", "after": "5"}, ConversationAddress(Anchor.DAY, day=date(2026, 11, 3))),
        ({"m": "x"}, ConversationAddress(Anchor.NEWEST)),
    ],
)
def test_an_address_wants_one_part(arguments: dict[str, str], expected: ConversationAddress) -> None:
    """A message before a day, a day before a direction, and the newest end if it says nothing."""
    assert expected == parse_address(arguments)


def test_a_day_begins_in_japan() -> None:
    """Midnight there is 15:00 of the day before in UTC."""
    assert "2026-11-03T00:00:00+09:00" == parse_address({"day": "2026-11-03"}).begin.isoformat()


@given(strategies.sampled_from(["at", "after", "before", "day"]), strategies.text())
def test_anything_is_understood_or_refused(name: str, given: str) -> None:
    """No address whatever leads to a fault of ours."""
    with suppress(errors.UsageError):
        assert 0 <= parse_address({name: given}).position < 2**63


def test_a_removed_file_is_told_as_that_and_not_as_an_edit(chat: ArchiveMaker) -> None:
    """Chatwork itself put another box in the post of the file."""
    box = "[info][title][dtext:file_{}][/title]{}[/info]"
    chat.sync([message_object(1, box.format("uploaded", "[download:7]a.zip (1 KB)[/download]"))])
    chat.sync([message_object(1, box.format("deleted", "a.zip"))])

    html = page_of(chat.home, f"/room/{ROOM}")

    assert "Chatwork shows the file or task as deleted." in html
    assert "Edited (" not in html
