"""Pieces of Chatwork's notation to put random message texts together from."""

from __future__ import annotations

PIECES = [
    "[info]", "[/info]", "[title]", "[/title]", "[qt]", "[/qt]", "[qtmeta aid=1 time=2]", "[code]", "[/code]",
    "[task aid=1 st=open lt=0]", "[/task]", "[引用 aid=1 time=2]", "[/引用]", "[rp aid=1 to=2-3]", "[hr]",
    "[download:1]", "[/download]", "[url]", "[/url]", "https://a.jp/b", ":)", "]:)", "[", "]", "[To:1]", "。",
    "\n", " ", "\ud83d", "\x00", "𠮷",
]  # fmt: skip
