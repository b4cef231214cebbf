"""The words of a package for people."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archiver.evidence.tables.build import CSV_HEADERS
from archiver.export.package.readme import readme, verify_text
from archiver.export.report.changes_and_limits import named_pauses
from archiver.export.stamps import RootCertificate, SealStamp, StampStatement
from archiver.records import Contract, Pause
from archiver.render.gap_breaks import pause_lines
from archiver.report_language import ENGLISH, report_language
from tests.support.archives.maker import at
from tests.support.reports import report_inputs

FORBIDDEN = ("改ざん不可能", "証拠能力", "法的に有効", "ガイドライン準拠", "詐欺", "違法", "総務大臣", "認定")
"""What no text of ours may claim."""


def facts(**changes: Any) -> dict[str, Any]:
    """A package of nothing much."""
    values: dict[str, Any] = {
        "name": "CW1_20261105-101433_lawyer",
        "daily": False,
        "contract": Contract("job1", (), title="動画<編集>\u202e"),
        "rooms": [(1, "室\u202e")],
        "period": "",
        "messages": 1,
        "entries": 2,
        "files": 0,
        "packed": 0,
        "gaps": (),
        "raw": 0,
        "raw_left_out": 0,
        "seal": None,
        "stamps": StampStatement(),
        "unheld": (),
        "left_out": (),
        "incomplete": (),
        "software": "chatwork-archiver 1",
        "created_at": at(0),
        "pauses": (),
        "watches": (),
        "missing": 0,
        "left_out_messages": 0,
        "unsealed": 0,
        "other_chats": (),
    }
    return values | changes


def steps(*, stamped: bool = False, whole: bool = True) -> dict[str, Any]:
    """How to check a package of two seals."""
    names = ["000001-2026-11-05.json", "000002-2026-11-06.json"]
    return {
        "tables": whole,
        "raw": whole,
        "seals": names,
        "stamps": [SealStamp(number, name, "a", at(number)) for number, name in enumerate(names, 1)] if stamped else [],
        "roots": [RootCertificate("a", "0" * 64, "CN=Root\u202e", is_trusted=False)] if stamped else [],
        "configured": ["a"] if stamped else [],
        "made_at": at(3),
    }


@pytest.mark.parametrize("stamped", [True, False])
@pytest.mark.parametrize("daily", [True, False])
def test_texts_open_everywhere_and_claim_nothing(daily: bool, stamped: bool) -> None:
    """A byte order mark, CRLF throughout, no forbidden word, nothing unseen."""
    statement = StampStatement(("a",), 2, 2, at(2), timedelta(hours=50)) if stamped else StampStatement()
    for body in (readme(facts(daily=daily, stamps=statement)), verify_text(steps(stamped=stamped, whole=not daily))):
        text = body.decode("utf-8")
        assert "\ufeff" == text[0]
        assert text.count("\n") == text.count("\r\n")
        assert not [word for word in FORBIDDEN if word in text]
        assert "\u202e" not in text


def test_pauses_are_stated() -> None:
    """The longest one by one, the others counted with their hours; that there are none is said too."""
    pauses = [Pause(at(number * 1440), at(number * 1440 + 120)) for number in range(42)]

    rooms = [replace(report_inputs.room([]), pauses=tuple(pauses))]

    told_of = (list(pause_lines(rooms, named_pauses(pauses, []))), ())
    many, none = (readme(facts(pauses=told)).decode("utf-8-sig") for told in told_of)

    assert "・確認していない時間帯: ほかに32回(合計およそ2日16時間)。\r\n" in many
    assert "・確認していない時間帯: 2026-12-16 10:00:00 から 2026-12-16 12:00:00 まで。(上と同じです)" in many
    assert 1 == many.count("まで。メッセージは後で取得済み。")
    assert 11 == many.count("・確認していない時間帯")
    assert "・確認していない時間帯: 1時間を超えるものはありません。\r\n" in none


def test_what_is_missing_is_said() -> None:
    """Each file and each loss on a line of its own."""
    text = readme(facts(unheld=["F-0001: 404"], left_out=["F-0002: 大"], incomplete=["F-0003: 壊"], raw_left_out=7))

    lines = text.decode("utf-8-sig").split("\r\n")
    assert {
        "・保存できなかったファイル F-0001: 404",
        "・一覧だけのファイル F-0002: 大",
        "・この資料に入れられなかったもの F-0003: 壊",
    } <= set(lines)
    assert "7件" in text.decode("utf-8")


def test_the_time_of_making_can_be_left_out() -> None:
    """So that a copy made again is the same."""
    assert "作成: " in readme(facts()).decode("utf-8")
    assert "作成: " not in readme(facts(created_at=None)).decode("utf-8")


def test_a_package_without_any_stamp_says_so() -> None:
    """In what is read first, and where it is told how to check."""
    assert "タイムスタンプ(RFC 3161)は付いていません。" in readme(facts()).decode("utf-8")
    assert "付いていません。いつから存在したかを、この資料だけからは示せません。" in verify_text(steps()).decode(
        "utf-8"
    )
    assert "openssl ts" not in verify_text(steps()).decode("utf-8")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (StampStatement(("a",), 2), "まだ付いていません"),
        (StampStatement(("a",), 2, 1, at(0), timedelta(hours=50)), "確定記録 2件のうち 1件"),
        (StampStatement(("a",), 2, 1, at(0), timedelta(hours=50)), "2日2時間"),
        (StampStatement(("a",), 2, 1, at(0), timedelta(minutes=61)), "1時間1分"),
        (StampStatement((), 2, 1, at(0), timedelta(seconds=-3)), "1分"),
    ],
)
def test_what_is_said_of_stamps(statement: StampStatement, expected: str) -> None:
    """How many there are, and how long a seal waited."""
    assert expected in readme(facts(stamps=statement)).decode("utf-8")


def test_the_steps_by_hand_say_that_they_compare_no_table() -> None:
    """A table that was changed, with the lists made again, passes all of them: only verify.py makes tables again."""
    text = verify_text(steps()).decode("utf-8")

    assert "手順1から4では比べていません。" in text
    assert "Steps 1 to 4 do not compare" in text


def test_the_moment_of_judging_stands_in_every_line() -> None:
    """Without it, an authority's certificate that ended would make a good stamp look bad."""
    lines = [one for one in verify_text(steps(stamped=True)).decode("utf-8-sig").split("\r\n") if "ts -verify" in one]

    assert 4 == len(lines)
    assert (
        f"   openssl ts -verify -data data/seals/000002-2026-11-06.json -in data/seals/000002-2026-11-06.json.a.tsr \
-CAfile data/tsa/a.pem -attime {int(at(2).timestamp())}"
        in lines
    )
    assert all("-attime 17" in one for one in lines)


def test_an_english_readme_says_what_each_column_of_the_tables_is() -> None:
    """The heads are Japanese in every package, as checks make the tables anew; one line for each column and word."""
    with report_language(ENGLISH):
        lines = readme(facts()).decode("utf-8").splitlines()

    assert any(line.startswith("manifest20261105.txt  ") for line in lines)
    for name, header in CSV_HEADERS.items():
        begin = lines.index(f"data/{name}")
        told = [line.split("  ") for line in lines[begin + 1 : begin + 1 + len(header)]]
        assert list(header) == [line[-2].strip() for line in told]
        assert [] == [line[-1] for line in told if re.search("[぀-ヿ一-鿿]", re.sub(r"\(.*?\)", "", line[-1]))]
    words = [line.split("  ") for line in lines[lines.index("Words in them") + 1 :]]
    assert {"「削除」表示に変わった", "表示名が変わった", "完了"} <= {
        line[-2].strip() for line in words if len(line) > 1
    }
