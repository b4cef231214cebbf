"""What the other side writes → alerts: hits and near misses of each phrase rule, and 500 messages that mean nothing."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.alerts import phrase_rules
from archiver.alerts.sentences import alert_sentence
from archiver.records import Contract
from archiver.records.alerts import Alert, AlertRule, Level, NewText, TwinSeen
from tests.support.cases import cases_of
from tests.support.harmless_messages import messages

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
ROOM, TANAKA = 10, 2

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
HITS: dict[str, list[str]] = PHRASES["hits"]
NEAR: dict[str, list[str]] = PHRASES["near"]


def text_of(body: str, message: str = "1", earlier: tuple[str, ...] = ()) -> NewText:
    """A text of 田中's."""
    return NewText(ROOM, TANAKA, message, body, AT, lambda: earlier)


def test_the_command_of_an_alert_names_the_job_if_there_is_one_alone() -> None:
    """It can be typed as it stands; of several the user says which."""
    alert = Alert(AlertRule.A3, Level.HIGH, AT, ROOM)

    sentences = [alert_sentence(alert, dict.fromkeys(names, "動画")) for names in (["job1"], ["job1", "job2"], [])]

    assert [True, False, False] == ["archive job enter job1 file" in one for one in sentences]
    assert [False, True, True] == ["archive job enter JOB file" in one for one in sentences]


@pytest.mark.parametrize("is_other", [True, False])
def test_bank_data_of_a_stranger(is_other: bool) -> None:
    """One alert in the place of A8, with both ids side by side, whatever the side; of who is known there is none."""
    days = {"known_since": "2026-10-02T15:00:00.000Z", "since": "2026-11-24T13:00:00.000Z"}
    twin = TwinSeen(AT, {"account_id": 2999, "known": 2101, "place": "room", **days}).subject
    body = "LINEに移ってください。口座番号を教えてください。090-1234-5678"
    told = []
    for stranger in (twin, "new///2/2026-11-21", ""):
        one = text_of(body)._replace(is_other=is_other, stranger=partial(str, stranger))
        told.append([alert for alert in phrase_rules.judge_texts([one]) if alert.rule in (AlertRule.A8, AlertRule.A15)])

    (taken,), (new,), known = told
    sentence = alert_sentence(taken)
    assert "ID 2101 since 3 Oct, ID 2999 since 24 Nov" in sentence
    assert "first seen here on 21 Nov (ID 2)" in alert_sentence(new)
    assert [AlertRule.A8] * is_other == [one.rule for one in known]
    assert "口座番号" in phrase_rules.matched_words(body, AlertRule.A15)


def alerts_of(*bodies: str, escrowed: bool = False) -> list[Alert]:
    """The alerts of some messages."""
    texts = [text_of(body, str(number)) for number, body in enumerate(bodies)]
    return list(
        phrase_rules.judge_texts(texts, {ROOM: [Contract("job1", (), escrowed_at="2026-11-02" if escrowed else None)]})
    )


@pytest.mark.parametrize(
    ("rule", "body", "is_met"),
    [(rule, body, table is HITS) for table in (HITS, NEAR) for rule, bodies in table.items() for body in bodies],
)
def test_a_phrase_is_met_and_a_near_miss_is_not(rule: str, body: str, is_met: bool) -> None:
    """Each way to say it is met by its rule, whatever others it meets too."""
    assert is_met == (AlertRule(rule) in phrase_rules.matched_rules(body))


def test_every_phrase_rule_has_enough_of_both() -> None:
    """The tables hold at least ten hits and ten near misses for each rule of the table of phrases."""
    from archiver.alerts.phrase_rules import phrases

    rules = {rule.value for rule, _pattern, _unless in phrases()}

    assert rules == set(HITS) == set(NEAR)
    assert [] == [rule for rule in rules if len(HITS[rule]) < 10 or len(NEAR[rule]) < 10]


@pytest.mark.parametrize("escrowed", [False, True])
def test_ordinary_work_raises_nothing(escrowed: bool) -> None:
    """Five hundred different messages of ordinary work raise nothing above low."""
    corpus = messages()

    found = [one for one in alerts_of(*corpus, escrowed=escrowed) if one.level is not Level.LOW]

    assert 500 <= len(set(corpus))
    assert [] == [(one.rule.value, corpus[int(one.message_id or 0)]) for one in found]


@pytest.mark.parametrize(
    ("rule", "escrowed", "level"),
    [
        *((rule, True, "high") for rule in ("A3", "A5", "A8")),
        *((rule, True, "medium") for rule in ("A4", "A6", "A9", "A13")),
        *((rule, escrowed, "low" if escrowed else "medium") for rule in ("A1", "A2") for escrowed in (True, False)),
        *(("A7", escrowed, "low") for escrowed in (True, False)),
    ],
)
def test_levels(rule: str, escrowed: bool, level: str) -> None:
    """High only where money or evidence may go now; work before the escrow counts less once there is one."""
    assert level == phrase_rules.phrase_level(AlertRule(rule), escrowed=escrowed).value


def test_only_their_own_words_count() -> None:
    """Quotes, code, names of files and lines that begin with `>` are somebody else's words; a box is their own."""
    phrase = "直接取引にしませんか"

    assert [] == alerts_of(
        f"[qt][qtmeta aid=1 time=1]{phrase}[/qt]こちらは?",
        f"[code]{phrase}[/code]",
        f"> {phrase}\nこれは何ですか",
        f"[download:1]{phrase}.mp4[/download]",
        f"[info][title]引用[/title][qt]{phrase}[/qt][/info]",
    )
    assert ["A5"] == [one.rule.value for one in alerts_of(f"[info][title]ご提案[/title]{phrase}[/info]")]


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize(
    "piece", ["a", "a@", "0-", "0a.", "LINE", "手数料", "仮払い", "確認してから", "LINEのID", "テスト", "[qt]"]
)
def test_a_hostile_message_costs_no_more_than_its_length(piece: str) -> None:
    """Four times the length takes far less than sixteen times as long: nothing is tried over and over."""
    spent = []
    for size in (15_000, 60_000):
        body = piece * (size // len(piece))
        begun = time.process_time()
        phrase_rules.matched_rules(body)
        spent.append(time.process_time() - begun)

    assert spent[1] < 10 * spent[0] + 0.05


def test_a_hit_names_room_person_and_message() -> None:
    """An alert says where to look; one message may meet several rules, each once."""
    found = alerts_of("やあ", "LINEで話しましょう。LINEを交換しましょう。直接取引でお願いします")

    assert [(AlertRule.A5, Level.HIGH), (AlertRule.A6, Level.MEDIUM)] == [(one.rule, one.level) for one in found]
    assert {(ROOM, TANAKA, "1", AT)} == {(one.room_id, one.account_id, one.message_id, one.at) for one in found}


@pytest.mark.parametrize(
    ("body", "platforms", "words"),
    cases_of(__file__, "platforms"),
)
def test_the_platform_is_told_by_its_name_and_only_where_there_is_one(
    body: str, platforms: list[str | None], words: str
) -> None:
    """Where all jobs of the chat are of one that is known; a refusal to pay names no other amount and no day."""
    jobs = [Contract(f"job{number}", (), platform=one) for number, one in enumerate(platforms)]
    (found,) = phrase_rules.judge_texts([text_of(body, "1")], {ROOM: jobs})

    assert words in alert_sentence(found)


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("120,000円のお約束でしたね。", True),
        ("1ページ5,000円の計算で12万円お支払いします。", True),
        ("150,000円のお約束でしたね。", False),
        ("税別で136,364円のお約束でしたね。", False),
        ("136,364円のお約束でしたね。", False),
        ("1本30,000円のお約束でしたね。", False),
        ("残り120,000円のお約束でしたね。", False),
        ("[qt][qtmeta aid=1]120,000円のお約束でしたね。[/qt]違います。", False),
    ],
)
def test_less_than_the_entered_amount_is_told_where_it_is_called_the_agreed_sum(body: str, *, is_told: bool) -> None:
    """A part, tax or the sum of another job is none; where a chat has several jobs, nobody knows which is meant."""
    job = Contract("job1", (), amount="150000円")
    found = [[*phrase_rules.judge_texts([text_of(body)], {ROOM: jobs})] for jobs in ([job], [job, job])]

    assert [[AlertRule.A13] * is_told, []] == [[one.rule for one in each] for each in found]


def test_an_edit_that_says_the_same_is_no_news() -> None:
    """Only what an edit adds is told."""
    now = text_of("直接取引にしませんか。LINEで話しましょう", earlier=("直接取引はどうですか",))

    assert ["A6"] == [one.rule.value for one in phrase_rules.judge_texts([now])]


@pytest.mark.drawn
@given(
    strategies.text(alphabet=strategies.characters(codec="utf-8"), max_size=300),
    strategies.sampled_from([one for two in HITS.values() for one in two]),
)
def test_whatever_surrounds_a_phrase_in_lines_of_its_own_changes_nothing(noise: str, phrase: str) -> None:
    """A phrase on a line of its own is met whatever plain text stands in other lines."""
    noise = noise.translate(dict.fromkeys(map(ord, "[]>"))) + "\n"

    assert set(phrase_rules.matched_rules(phrase)) <= set(phrase_rules.matched_rules(f"{noise}{phrase}\n"))
