"""The pages in a real browser, opened from a disk: the search finds, and nothing hostile runs or asks anybody."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from archiver.export.html import write
from archiver.records import Conversation, Message
from archiver.render.exported_page_search import MIN_PAGES, fold
from archiver.render.transcript_pages import PAGE_MESSAGES
from tests.support.html_file_in_chromium import recording_proxy, rendered_page
from tests.support.reports.sample_conversation import link, long, sample
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [pytest.mark.slow, NEEDED]

SEARCH = Path(__file__).parents[2] / "archiver" / "render" / "templates" / "search.js"

OWNED = "document.documentElement.dataset.owned='yes'"
PLANTED = (
    f'<script>{OWNED}</script><img src="http://127.0.0.1:18009/a.png" onerror="{OWNED}">'
    '<script src="search/evil.js"></script><script src="http://127.0.0.1:18009/b.js"></script>'
    '<link rel="stylesheet" href="http://127.0.0.1:18009/c.css"><iframe src="http://127.0.0.1:18009/d.html"></iframe>'
    f'<svg onload="{OWNED}"></svg><style>@import "http://127.0.0.1:18009/e.css"; p{{display:none}}</style>'
    '<object data="http://127.0.0.1:18009/f"></object><video src="http://127.0.0.1:18009/g.mp4" autoplay></video>'
    '<base href="http://127.0.0.1:18009/"><meta http-equiv="refresh" content="9;url=http://127.0.0.1:18009/h">'
)
"""What would act if it became markup."""


def hits(dom: str) -> list[tuple[str, str]]:
    """Address and words of each message found."""
    match = re.search(r'<ol id="hits".*?</ol>', dom, re.DOTALL)
    assert match is not None
    return [
        (href, re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", "", rest))))
        for href, rest in re.findall(r'<li><a href="([^"]*)">(.*?)</li>', match[0], re.DOTALL)
    ]


@pytest.mark.drawn
def test_a_deleted_sentence_is_found_by_two_kanji(tmp_path: Path) -> None:
    """The place leads to the message, and the hit says that this was its text before."""
    write(sample(), tmp_path, link)

    dom = rendered_page(tmp_path / "index.html", tmp_path / "profile", asking=f"q={quote('今回')}")

    expected = "No.5 2026-11-05 10:39:33 田中「削除」表示に変わる前の文面 To: yamada やっぱり今回の分は払えません"
    assert [("R123456789-0001.html#m1876543210300000000", expected)] == hits(dom)
    assert "<mark>今回</mark>" in dom
    assert "1件のメッセージに見つかりました。" in dom


@pytest.mark.drawn
def test_nothing_hostile_runs_and_nothing_is_asked_for(tmp_path: Path) -> None:
    """Hostile names, texts and file names on every page and among the hits: no request, no script, no change."""
    hostile = [
        message._replace(body=PLANTED, name=PLANTED, versions=(message.versions[-1]._replace(body=PLANTED),))
        for message in sample().messages()
    ]
    write(dataclasses.replace(sample(), room_name=PLANTED, messages=lambda: iter(hostile)), tmp_path, link)

    with recording_proxy() as (port, requests):
        index = rendered_page(tmp_path / "index.html", tmp_path / "profile", asking="q=onerror", port=port)
        page = rendered_page(tmp_path / "R123456789-0001.html", tmp_path / "profile", port=port)

    assert [] == requests
    assert "data-owned" not in index.partition("<body>")[0] + page.partition("<body>")[0]
    assert "<iframe" not in index + page
    assert 13 == len(hits(index))
    assert 0 == len(re.findall("<script", page))


@pytest.mark.drawn
def test_the_policy_holds_even_if_markup_got_in(tmp_path: Path) -> None:
    """Were a text once not escaped: still no request and no script, while the search goes on working."""
    write(sample(), tmp_path, link)
    (tmp_path / "search" / "evil.js").write_text(OWNED, encoding="utf-8")
    for name in ("index.html", "R123456789-0001.html"):
        path = tmp_path / name
        old = path.read_text(encoding="utf-8")
        path.write_text(old.replace("<header>", f"{PLANTED.partition('<base')[0]}<header>", 1), encoding="utf-8")

    with recording_proxy() as (port, requests):
        index = rendered_page(tmp_path / "index.html", tmp_path / "profile", asking=f"q={quote('今回')}", port=port)
        page = rendered_page(tmp_path / "R123456789-0001.html", tmp_path / "profile", port=port)

    assert [] == requests
    assert "data-owned" not in index.partition("<head>")[0] + page.partition("<head>")[0]
    assert 1 == len(hits(index))


def test_what_this_test_would_see(tmp_path: Path) -> None:
    """Without the policy the same markup runs and asks: the two tests above can fail."""
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><html><body>{PLANTED.partition('<base')[0]}", encoding="utf-8")

    with recording_proxy() as (port, requests):
        dom = rendered_page(tmp_path / "a.html", tmp_path / "profile", port=port)

    assert {f"/{name}" for name in ("a.png", "b.js", "c.css", "d.html")} <= {
        "/" + line.split()[1].rpartition("/")[2] for line in requests
    }
    assert 'data-owned="yes"' in dom


CHARACTERS = "あいうえ払支請求書納品動画京都府ー々ABcdｶﾞﾊﾟがぱⅢ㈱①ßẞſςΣ0１&<'𠮷🎉\u0301\u3099"


def rich(count: int, random: Random) -> Conversation:
    """Messages of random characters, hostile to whoever folds, cuts or escapes."""
    bodies = ["x" + "".join(random.choices(CHARACTERS, k=random.randint(5, 30))) + "x" for _ in range(count)]

    def messages() -> Iterator[Message]:
        for message, body in zip(long(count).messages(), bodies, strict=True):
            version = message.versions[-1]._replace(body=body)
            yield message._replace(body=body, versions=(version,))

    return dataclasses.replace(long(0), messages=messages)


DRIVER = """
<pre id="answers"></pre><script>
const queries = %s, answers = [], told = document.getElementById("search-told");
const next = () => {
  if (answers.length === queries.length) {
    document.getElementById("answers").textContent = JSON.stringify(answers);
    return;
  }
  told.textContent = "";
  location.hash = "q=" + encodeURIComponent(queries[answers.length]);
};
new MutationObserver(() => {
  if (!/ました|せんでした/.test(told.textContent)) return;
  answers.push(Number(told.textContent.replace("見つかりません", "0件").replace(/件.*/, "").replace(",", "")));
  setTimeout(next, 100);  // a browser refuses hundreds of addresses in a moment
}).observe(told, { childList: true });
next();
</script></body>
"""


@pytest.mark.drawn
def test_every_hit_of_a_scan_is_found(tmp_path: Path) -> None:
    """Random words of one to ten characters over many pages: as many messages as a scan of the folded texts finds."""
    random = Random(5)
    conversation = rich(MIN_PAGES * PAGE_MESSAGES + 700, random)
    write(conversation, tmp_path, link)
    folded = [fold(message.body) for message in conversation.messages()]
    queries: list[str] = []
    while len(queries) < 250:
        some = random.choice(folded)
        start = random.randrange(len(some))
        queries.append(some[start : start + random.randint(1, 10)])
    queries = [*dict.fromkeys([*queries, "契約書", "鵺", "ｶﾞ", "１", "STRASSE"])]
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    index = re.sub("<meta http-equiv.*?>", "", index, count=1).replace("</body>", DRIVER % json.dumps(queries))
    (tmp_path / "driven.html").write_text(index, encoding="utf-8")

    dom = rendered_page(tmp_path / "driven.html", tmp_path / "profile", seconds=600)

    match = re.search('<pre id="answers">(.*?)</pre>', dom)
    assert match is not None
    expected = [sum(fold(query).strip() in text for text in folded) for query in queries]
    assert [] == [
        (query, expected_hits, got)
        for query, expected_hits, got in zip(queries, expected, json.loads(match[1]), strict=True)
        if expected_hits != got
    ]
    assert len([one for one in expected if one]) >= 200


def test_the_browser_folds_as_we_do(tmp_path: Path) -> None:
    """Every character that our Unicode knows becomes the same on both sides, alone and between letters."""
    known = [code for code in range(0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}]
    table = {code: shown for code in known if (shown := fold(chr(code))) != chr(code)}
    (line,) = re.findall(r"const fold = .*;", SEARCH.read_text(encoding="utf-8"))
    script = f"""{line}
    const table = {json.dumps(table)}, apart = [];
    for (const code of {json.dumps(known)}) {{
      const sign = String.fromCodePoint(code);
      if (fold(sign) !== (table[code] ?? sign)) apart.push(code);
    }}
    document.body.textContent = "apart: " + JSON.stringify(apart);"""
    page = tmp_path / "fold.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8><body><script>{script}</script>", encoding="utf-8")

    dom = rendered_page(page, tmp_path / "profile")

    assert "apart: []" in dom
