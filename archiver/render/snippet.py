"""A short part of a text around a search hit, with the hits marked.

The terminal and the pages show it in their own ways, so the caller says how wide a character is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from gettext import gettext as _
from typing import NamedTuple

from archiver.chatwork.notation import nodes
from archiver.chatwork.notation.parse import parse
from archiver.letter_folding import fold_character, fold_searched, is_comma_in_number
from archiver.records import OtherChat
from archiver.render.message_body import NOWHERE, RULE, References, plain_text, task_limit
from archiver.report_language import say

_BEFORE = 24
"""Columns of context before the first mark."""
_LONG_TEXT = 1_200
"""Characters from which a text is not folded as a whole, but only around its first mark."""
_HALF_WINDOW = 500
"""Half of the characters folded around a mark; a longer word across two parts stays unmarked."""
_BOX = re.compile(r"^(?:\| ?)+", re.MULTILINE)
_CALLED = re.compile(r"(\[(?:To:|rp |返信 )[^\[\]\n]{1,60}\])[^\[\]\n]{1,60}(?:さん|様) ?\n")
"""Who is addressed, as Chatwork writes it on a line of its own."""
_RULE = re.compile(rf"^{RULE}$", re.MULTILINE)
_SIZE = re.compile(r" \([^()]* [KMGT]?B\)$")
_folded = lru_cache(maxsize=10_000)(fold_character)


class SnippetPiece(NamedTuple):
    """A piece of the original text, marked or not; hidden characters are not made visible yet."""

    text: str
    is_mark: bool


class Snippet(NamedTuple):
    """The pieces of a snippet in order."""

    parts: tuple[SnippetPiece, ...]
    cut_before: bool
    """Whether the text begins before them."""
    cut_after: bool


def snippet(text: str, words: Collection[str], *, width: int, measure: Callable[[str], int]) -> Snippet:
    """At most `width` columns of a text around the first of these folded words; `measure`: of one character."""
    first, text_near = _part_around_mark(text, words)
    marks = list(_mark_ranges(text_near, words)) if words else []
    fits = first == 0 and sum(map(measure, text_near)) <= width
    begin = start = 0 if fits or not marks else _context_start(text_near, marks[0][0], measure)
    parts: list[SnippetPiece] = []
    while begin < len(text_near):
        end, is_mark = _next_piece(marks, begin, len(text_near))
        stop, taken = _fit_piece(text_near, begin, end, width, measure)
        if stop > begin:
            parts.append(SnippetPiece(text_near[begin:stop], is_mark))
        width -= taken
        begin = stop
        if stop < end:
            break
    return Snippet(tuple(parts), first + start > 0, first + begin < len(text))


def readable_body(body: str, words: Collection[str], references: References = NOWHERE) -> str:
    """A message's text as Chatwork shows it; as it was written if only its notation has one of these folded words."""
    text = plain_text(parse(body), references)
    folded = fold_searched(text)
    return text if all(word in folded for word in words) else body


def own_words(body: str, references: References = NOWHERE) -> str:
    """A message's words on one line, without whom it addresses; a mark stands for what it quotes beside its own."""
    called = (one for node in parse(_CALLED.sub(r"\1", body)) for one in _inside_post(node))
    shown = [one for one in called if not isinstance(one, (nodes.Mention, nodes.MentionAll, nodes.ReplyTag))]
    own = one_line(plain_text([one for one in shown if not isinstance(one, nodes.Quote)], references))
    marked = [nodes.PlainText(say("(引用)")) if isinstance(one, nodes.Quote) else one for one in shown]
    return one_line(plain_text(marked if own else parse(body), references))


def _inside_post(node: nodes.Node) -> Sequence[nodes.Node]:
    """The nodes in a box, of a file its name, of a task its words and limit; without the titles of new ones."""
    match node:
        case nodes.Box(opening=opening, children=children, closing=closing):
            return [nodes.Box(opening, tuple(one for child in children for one in _inside_post(child)), closing)]
        case nodes.PreviewTag() | nodes.Title(children=(nodes.SystemText(key="file_uploaded" | "task_added"),)):
            return []
        case nodes.Download(label=label):
            return [nodes.PlainText(say("ファイル「{name}」", name=_SIZE.sub("", label)))]
        case nodes.TaskBox(account_ids=[_, *_], children=children):
            text = one_line(plain_text(children))
            return [nodes.PlainText(say("タスク「{text}」(期限 {limit})", text=text, limit=task_limit(node)))]
    return [node]


def one_line(text: str) -> str:
    """A plain text without line ends, rules, and the marks that boxes have before each line."""
    return " ".join(_RULE.sub("", _BOX.sub("", text)).split())


def _part_around_mark(text: str, words: Collection[str]) -> tuple[int, str]:
    """Where the part of a long text with its first mark begins, and that part."""
    if len(text) <= _LONG_TEXT:
        return 0, text
    for begin in range(0, len(text), _HALF_WINDOW):
        # The parts overlap by half, so that a word across two is found.
        folded = fold_searched(text[begin : begin + 2 * _HALF_WINDOW])
        if any(word in folded for word in words):
            first = max(0, begin - _BEFORE)
            return first, text[first : begin + 2 * _HALF_WINDOW]
    return 0, text[:_LONG_TEXT]


def _mark_ranges(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    """The ranges of the words in the text, in order and without overlap."""
    forms = [_fold_with_places(text)]
    if "," in forms[0][0]:
        forms.append(_without_commas(*forms[0]))
    ranges = sorted(
        (places[at][0], places[at + len(word) - 1][1])
        for folded, places in forms
        for word in words
        for at in _occurrences(folded, word)
    )
    last: tuple[int, int] | None = None
    for begin, end in ranges:
        if last is not None and begin <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (begin, end)
    if last is not None:
        yield last


def _fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and the range in the text of each of its characters; accents belong to their character."""
    characters: list[str] = []
    places: list[tuple[int, int]] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _is_joining(text[end]):
            continue
        for character in _folded(text[begin:end]):
            is_space = character.isspace()
            if not (is_space and characters[-1:] == [" "]):
                characters.append(" " if is_space else character)
                places.append((begin, end))
        begin = end
    return "".join(characters), places


def _without_commas(folded: str, places: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The same without the commas in numbers."""
    kept = [at for at in range(len(folded)) if not is_comma_in_number(folded, at)]
    return "".join(folded[at] for at in kept), [places[at] for at in kept]


def _is_joining(character: str) -> bool:
    """Whether a character can combine with the one before it."""
    return unicodedata.combining(unicodedata.normalize("NFKC", character)[0]) != 0 or "\u1160" <= character <= "\u11ff"


def _occurrences(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))


def _context_start(text: str, mark: int, measure: Callable[[str], int]) -> int:
    """Where to begin so that some context before the mark is shown."""
    begin, columns = mark, _BEFORE
    while begin and (columns := columns - measure(text[begin - 1])) >= 0:
        begin -= 1
    return begin


def _next_piece(marks: list[tuple[int, int]], begin: int, length: int) -> tuple[int, bool]:
    """Where the piece that begins at `begin` ends, and whether it is a mark."""
    for start, end in marks:
        if start <= begin < end:
            return end, True
        if start > begin:
            return start, False
    return length, False


def _fit_piece(text: str, begin: int, end: int, columns: int, measure: Callable[[str], int]) -> tuple[int, int]:
    """Where the part of a piece that fits ends, and how many columns it takes."""
    taken = 0
    for index in range(begin, end):
        more = measure(text[index])
        if taken + more > columns:
            return index, taken
        taken += more
    return end, taken


def reason(code: str) -> str:
    """The sentence for a reason code of a download (`too_large`); an unknown code is returned unchanged."""
    words = {
        "too_large": _("larger than the limit; to save it, raise max_gb in archive.toml"),
        "no_space": _("not enough space on this computer"),
        "unlisted": _("it was sent, but Chatwork's list of files did not have it"),
        "not_shown": _("Chatwork answered “not found” or “not allowed”"),
        "not_found": _("the file's server answered “not found” (404)"),
        "refused": _("the file's server answered “not allowed” (403)"),
        "not_understood": _("the answer could not be understood"),
        "unreachable": _("no connection"),
        "cut": _("the transfer was cut off"),
        "slow": _("the transfer was too slow"),
        "wrong_size": _("the size differs from the one listed"),
        "redirects": _("too many redirections"),
        "address": _("it leads to an unsafe address"),
        "status": _("the file's server answered with an error"),
    }
    return words.get(code, code)


def unsaved_reason(code: str | None, *, given_up: bool) -> str:
    """Why the bytes of a file are not saved, and whether the download will be tried again."""
    if code is None:
        return _("not saved yet")
    if code in ("unlisted", "too_large"):  # nothing was tried
        return reason(code)
    sentence = _("given up: {reason}") if given_up else _("{reason}; it is tried again")
    return sentence.format(reason=reason(code))


MAX_NAMED = 10
"""Chats that are named one by one; the others are counted."""


def other_chat_texts(chats: Sequence[OtherChat]) -> list[str]:
    """One sentence for each chat, and one that counts those above `MAX_NAMED`."""
    named = chats[:MAX_NAMED]
    sentences = [
        say(
            "同じ相手との、保存対象外のチャット: アカウントID "
            "{account_id} と報告者の直接のチャット(ルームID {room_id})があります。"
            "内容は保存していません。",
            account_id=chat.account_id,
            room_id=chat.room_id,
        )
        for chat in named
    ]
    if len(chats) > len(named):
        sentences.append(say("同じ相手との、保存対象外のチャット: ほか{n}件。", n=len(chats) - len(named)))
    return sentences


def unsealed_sentence(count: int) -> str:
    """That so many records are 確定前, why, and what covers them."""
    return say(
        "確定前の記録 {count:,}件: 保管庫に書き込めない状態で作成したため、"
        "確定記録がまだありません。これらには、この資料そのものに付いたタイムスタンプ(あれば)"
        "だけが及びます。",
        count=count,
    )
