"""What is masked by whom a package is for, and what the user covers or uncovers in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from archiver.chatwork.notation.nodes import COVERED_PART
from archiver.errors import UsageError
from archiver.evidence.history import DELETED_BODY, EntryObject, is_system_post, text
from archiver.export.mask.patterns_by_kind import ALL_PATTERN_KINDS, MaskKind
from archiver.letter_folding import folded_text
from archiver.report_language import COVERED, COVERED_NAME, UNREAD, VARIANT, say


@dataclass(frozen=True, slots=True)
class Policy:
    """What is masked in one package."""

    kinds: frozenset[MaskKind] = frozenset()
    """The kinds, found by patterns, that are masked."""
    people: bool = False
    """Whether third persons are shown under letters."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """The user's own patterns, for folded text."""
    masked: frozenset[int] = frozenset()
    """Accounts masked at the user's wish, parties too."""
    unmasked: frozenset[int] = frozenset()
    """Accounts shown at the user's wish."""
    is_own_token: Callable[[str], bool] | None = None
    """Whether a word is the user's own API token, which is always masked."""


_MASK_EVERYTHING = Policy(kinds=ALL_PATTERN_KINDS, people=True)

POLICIES: Mapping[str, Policy] = {"support": _MASK_EVERYTHING, "consult": _MASK_EVERYTHING}
"""The policy of each profile; one without a row masks nothing."""


def masking_policy(
    profile: str,
    *,
    masks: Iterable[str] = (),
    no_mask: bool = False,
    mask_people: Iterable[int] = (),
    unmask_people: Iterable[int] = (),
) -> Policy:
    """The policy of a profile (`no_mask`: none) with the user's choices. Raises UsageError for a bad pattern."""
    base = Policy() if no_mask else POLICIES.get(profile, Policy())
    return Policy(
        kinds=base.kinds,
        people=base.people,
        patterns=tuple(dict.fromkeys(user_pattern(one) for one in masks)),
        masked=frozenset(mask_people) - frozenset(unmask_people),
        unmasked=frozenset(unmask_people),
    )


def user_pattern(given: str) -> re.Pattern[str]:
    """The pattern of a text, for folded text. Raises UsageError."""
    literal_text = folded_text(given).strip()
    if not literal_text:
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be hidden.").format(pattern=given))
    return re.compile(re.escape(literal_text))


Variants = dict[tuple[str, str], list[int]]
"""What a text stands for, and how it is shown → the texts that would all look so."""


def distinguished(variants: Variants, key: tuple[str, str], original: str) -> str:
    """The shown text, with a note if another text of the subject would look the same although it differs."""
    known = variants.setdefault(key, [])
    if hash(original) not in known:
        known.append(hash(original))
    index = known.index(hash(original))
    return key[1] if index == 0 else f"{key[1]}{say(VARIANT)}{index + 1})"


Place = tuple[int, str]
"""Room and id of a message."""


def placeholder_pattern() -> re.Pattern[str]:
    """What stands for a covered text in the package's language, in folded text."""
    longest_first = (re.escape(folded_text(say(one))) for one in (UNREAD, COVERED, COVERED_NAME))
    return re.compile(rf"(?:{'|'.join(longest_first)})(?:{re.escape(folded_text(say(VARIANT)))}[0-9]+\))?")


_TEXT_OF: Mapping[str, str] = {"message": "body", "file": "filename", "task": "body", "room": "description"}
_KEPT = frozenset({"message_id", "name", "icon_path", "type", "role", "status", "limit_type"})
"""Texts of these objects that are ids and words of Chatwork, or the name of a chat."""

_SYSTEM_TAG = re.compile(
    r"\[/?(?:info|title|download|task)(?::[0-9]{1,19})?\]|\[dtext:[a-z_]+\]|\[(?:piconname|picon|pname):[0-9]{1,19}\]"
    r"|\[(?P<name>preview|task) [^\[\]]*\]"
)
_QUOTE = re.compile(r"\[qt\](?:\[qtmeta (?P<meta>[^\[\]]*)\])?|\[引用 (?P<old>[^\[\]]*)\]|\[/(?:qt|引用)\]")
_META = re.compile(r"aid=(?P<aid>[0-9]{1,19})[^\[\]]*time=(?P<time>[0-9]{1,12})")


def quoted_moments(body: str) -> set[tuple[int, int]]:
    """Author and second of the messages that a text may quote."""
    return {(int(one["aid"]), int(one["time"])) for one in _META.finditer(body)}


def text_field(entry: EntryObject) -> str:
    """The field with the text that is read before it leaves; empty for a kind of entry without one."""
    return _TEXT_OF.get(entry["kind"], "")


def chat_id(room: int) -> str:
    """What stands for the id of a message where the description of a chat is read."""
    return f"chat{room}"


def place_of(entry: EntryObject) -> Place:
    """The message to which an entry of a message, file or task belongs; the chat of a description."""
    if entry["kind"] == "room":
        return entry["room_id"], chat_id(entry["room_id"])
    if entry["kind"] == "message":
        return entry["room_id"], entry["key"].partition("/")[2]
    return entry["room_id"], str(entry["payload"]["object"].get("message_id") or "")


class Covers:
    """Covers every text of a package but those of the messages that were read."""

    def __init__(
        self,
        shown: Collection[Place],
        unread: Collection[Place] = (),
        sent: Mapping[tuple[int, int], Collection[Place]] | None = None,
        *,
        quoted: str = COVERED,
    ) -> None:
        """Take the messages that are shown, those still to be read, and author and second → what was sent then, perhaps
        nothing of which a text is known.

        `quoted`: what stands for a covered text that is quoted.
        """
        self._shown = frozenset(shown)
        self._unread = frozenset(unread)
        self._sent = sent or {}
        self._quoted = quoted
        self._variants: Variants = {}

    def cover(self, entry: EntryObject) -> EntryObject:
        """The entry with its text covered, or with what it quotes of covered messages."""
        field = text_field(entry)
        received = entry["payload"].get("object")
        if not field or not isinstance(received, dict):
            return entry
        original = text(received.get(field))
        if place_of(entry) in self._shown:
            shown = self.cover_quotes(original)
            return entry if shown == original else _with_object(entry, {**received, field: shown})
        kept = {name: one for name, one in received.items() if not isinstance(one, str) or name in _KEPT}
        if original:
            kept[field] = self._covered_text(entry, original)
        elif field in received:
            kept[field] = received[field]
        return _with_object(entry, kept)

    def shown_text(self, place: Place, body: str) -> str:
        """What stands for the text that somebody typed in a message, which has no other."""
        if place in self._shown:
            return self.cover_quotes(body)
        return say(UNREAD if place in self._unread else COVERED) if body else ""

    def cover_quotes(self, body: str) -> str:
        """A text with what it quotes of covered messages covered too; a quotation that points nowhere counts as one."""
        parts: list[str] = []
        last = depth = 0
        ends = {sign: body.rfind(sign) for sign in ("[/引用]", "[/qt]")}
        for tag in _QUOTE.finditer(body) if "[qt]" in body or "[引用" in body else ():
            if tag[0].startswith("[/"):
                if depth == 1:
                    parts.append(self._quoted)
                    last = tag.start()
                depth = max(0, depth - 1)
            elif depth:
                depth += 1
            elif ends["[/qt]" if tag["old"] is None else "[/引用]"] >= tag.end() and not self._is_shown(
                tag["old"] or tag["meta"] or ""
            ):
                parts.append(body[last : tag.end()])
                last, depth = tag.end(), 1
        return "".join([*parts, self._quoted if depth else body[last:]])

    def _is_shown(self, meta: str) -> bool:
        found = _META.search(meta)
        places = None if found is None else self._sent.get((int(found["aid"]), int(found["time"])))
        return places is not None and self._shown.issuperset(places)

    def _covered_text(self, entry: EntryObject, original: str) -> str:
        """What stands for a text; different texts of one message, file or task stay different."""
        if original == DELETED_BODY:
            return original
        if entry["kind"] == "file":
            covered = say(COVERED_NAME)
        elif entry["kind"] == "message" and is_system_post(original):
            covered, last = "", 0
            for tag in _SYSTEM_TAG.finditer(original):
                covered += COVERED_PART if original[last : tag.start()].strip(" 、,\n") else ""
                kept = {"preview": "", "task": f"[task {COVERED_PART}]"}.get(tag["name"], tag[0])
                covered, last = covered + kept, tag.end()
        else:
            covered = say(UNREAD if place_of(entry) in self._unread else COVERED)
        return distinguished(self._variants, (f"{entry['room_id']}/{entry['key']}", covered), original)


def _with_object(entry: EntryObject, received: Mapping[str, Any]) -> EntryObject:
    return {**entry, "payload": {**entry["payload"], "object": received}}
