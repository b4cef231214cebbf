"""A package in which places are covered: nothing of them leaves, and it still verifies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.export.mask.policy_and_covers import Policy, masking_policy
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import ExportReport
from archiver.records import Observation, Reply
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import TokenMarks
from tests.support.archives.byte_search import package_files_with
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, at, file_object, message_object, story
from tests.support.packages.exported_archives import export_package

THIRD = 999
SECRETS = ("佐藤", "花子", "0312-34", "0-1234-5671", "０-1234-5672", "taro@example.com", "hunter2", "kEy123")
WORDS = ("present", "list", "member", "open", "2026-11-05")


def archive(home: Path) -> ArchiveMaker:
    """The story with a third person in it and something to cover in every place."""
    maker = story(home)
    maker.room("佐藤さんとの打ち合わせ", description="資料 https://x.jp/?key=kEy123", minutes=125)
    maker.account(THIRD, "佐藤 花子", minutes=130)
    maker.member(THIRD, "佐藤 花子", minutes=130)
    first = message_object(20, "電話は09０-1234-5671です", sent=131)
    second = message_object(21, "[To:999]佐藤 花子さん\ntaro@example.com パスワード: hunter2", sent=132)
    third = message_object(22, "了解", sent=133, account=THIRD, name="佐藤 花子")
    maker.sync([first, second, third], minutes=135)
    again = message_object(20, "電話は09０-1234-5672です", sent=131, update_time=int(at(140).timestamp()))
    maker.sync([again, second, third], changed={20: "edited"}, minutes=141)
    maker.file(file_object(31, "佐藤花子_0312-34-5678.txt", 9, sent=134, message_id=22), b"txt bytes", minutes=142)
    maker.task(56, "佐藤さんに電話 0312-34-5678", minutes=143)
    return maker


def exported(maker: ArchiveMaker, out: Path, chosen: Policy | None) -> ExportReport:
    """A lawyer's package with this policy."""
    return export_package(maker, "lawyer", out, policy=chosen, counterparts={CLIENT})


def test_nothing_covered_is_in_any_byte_of_a_package(tmp_path: Path) -> None:
    """Records, tables, pages, replies, texts, names of files; words that a record has too cover nothing but texts."""
    made = archive(tmp_path / "home")

    package = Path(exported(made, tmp_path / "out", masking_policy("support", masks=WORDS)).path)

    assert set() == package_files_with(package, *SECRETS)
    assert "参加者A" in (package / "data/messages.csv").read_text("utf-8-sig")


TOKEN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


@pytest.fixture(scope="module")
def leaked(tmp_path_factory: pytest.TempPathFactory) -> ArchiveMaker:
    """The story in which the user's own token was pasted: as it is, glued, in an address, in names and a fact."""
    maker = story(tmp_path_factory.mktemp("leaked") / "home")
    maker.room(f"鍵 {TOKEN}", description=f"https://x.jp/#{TOKEN.upper()}。", minutes=125)
    texts = {20: f"これです: {TOKEN}", 21: f"「{OTHER}」と{TOKEN[:-1]}", 22: f"curl -H X-ChatWorkToken:{TOKEN}\n以上"}
    texts[23] = f"token{TOKEN}, {TOKEN}x, a{TOKEN}0"  # glued to what stands beside it
    maker.sync([message_object(number, text, sent=111 + number) for number, text in texts.items()], minutes=135)
    maker.file(file_object(31, f"{TOKEN}.txt", 9, sent=134, message_id=22), b"some bytes", minutes=142)
    maker.task(56, TOKEN, minutes=143)
    maker.contract("job1", title=f"動画 {TOKEN}")
    marks = TokenMarks("salt")
    with maker.archive.writing() as writing:
        remembered_values.TOKEN_MARKS.remember(writing, replace(marks, digests=(marks.digest(TOKEN),)))
    return maker


@pytest.mark.drawn
@pytest.mark.parametrize("profile", ["lawyer", "support", "consult", "court"])
def test_the_users_own_token_is_in_no_package(leaked: ArchiveMaker, tmp_path: Path, profile: str) -> None:
    """No matter the profile and what it masks otherwise; it is told as what it is, and the package verifies."""
    policy = None if profile == "lawyer" else masking_policy(profile)

    report = export_package(leaked, profile, tmp_path / "out", policy=policy, counterparts={CLIENT}, reads_all=False)

    assert set() == package_files_with(tmp_path / "out", TOKEN, TOKEN.upper())
    assert package_files_with(tmp_path / "out", "■■(APIトークン)")
    assert profile != "lawyer" or package_files_with(tmp_path / "out", OTHER)
    assert [] == verify_path(Path(report.path)).findings


def test_the_users_own_token_is_in_no_daily_copy(leaked: ArchiveMaker, tmp_path: Path) -> None:
    """Which masks nothing else."""
    made = write_daily_copy(leaked.archive, "job1", now=lambda: at(300), at_once=True, file_limit_bytes=10**6)

    assert made is not None
    assert set() == package_files_with(made.parent, TOKEN, TOKEN.upper())
    assert package_files_with(made.parent, OTHER)
    assert [] == verify_path(made).findings


@pytest.mark.drawn
def test_the_package_verifies_and_says_what_is_masked(tmp_path: Path) -> None:
    """No finding, though a list from which a masked person is gone is in it; messages of masked records are named."""
    made = archive(tmp_path / "home")
    gone = {"account_id": THIRD, "name": "佐藤 花子", "role": "member"}
    reply = Reply(f"/rooms/{ROOM}/members", 200, b"[]", {}, at(150))
    payload = {"object": gone, "state": "gone", "source": "list"}
    made.append(
        [Observation("member", f"member/{ROOM}/{THIRD}", payload, ROOM, reply.digest)], minutes=150, reply=reply
    )
    report = exported(made, tmp_path / "out", masking_policy("support", masks=WORDS))

    verification = verify_path(Path(report.path))

    assert [] == verification.findings
    assert any("m20, m21, m22" in one.text for one in verification.unchecked if one.subject == "masked")
    assert 7 == report.messages == verification.checked["messages"]


@pytest.mark.drawn
def test_a_policy_that_covers_nothing_changes_nothing(tmp_path: Path) -> None:
    """The same files; records and tables byte for byte."""
    made = archive(tmp_path / "home")

    plain = Path(exported(made, tmp_path / "a", None).path)
    listed = Path(exported(made, tmp_path / "b", masking_policy("lawyer")).path)

    names = [sorted(path.name for path in (one / "data").iterdir()) for one in (plain, listed)]
    assert names[0] == names[1]
    for name in ("entries.jsonl", "messages.csv", "events.csv", "files.csv", "links.csv", "tasks.csv"):
        assert (plain / "data" / name).read_bytes() == (listed / "data" / name).read_bytes()
