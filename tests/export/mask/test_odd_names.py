"""Third persons with display names that nobody would choose to test with: emoji, other scripts, one character."""

from __future__ import annotations

import pytest

from archiver.export.mask.package_mask import PackageMask, masking_policy

OWNER, CLIENT, THIRD = 1234567, 7654321, 11


def masked(text: str, *names: str) -> str:
    """A text as a package for an office shows it, in a chat with a third person who had these names in turn."""
    people = {OWNER: ["山田 太郎"], CLIENT: ["田中 一郎"], THIRD: list(names)}
    return PackageMask(masking_policy("support"), people, {THIRD}).mask_text(text)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("さとはな💐", "さとはなさんと、さとはな", "参加者Aさんと、参加者A"),
        ("さくら🌸さん", "さくらさん", "参加者Aさん"),
        ("Mr.🐶Wanwan", "wanwanさん", "参加者Aさん"),
        ("🐱", "🐱さん、🐱", "参加者Aさん、🐱"),
        ("原", "原さんの原稿、野原", "参加者Aさんの原稿、野原"),
        ("山", "山さんと山の写真", "参加者Aさんと山の写真"),
        ("Ed", "Edさんがedit", "参加者Aさんがedit"),
        ("\u0410lex Petrov", "AlexとPetrov", "参加者Aと参加者A"),
        ("김민수", "민수 님", "참가자 님".replace("참가자", "参加者A")),
        ("佐藤 花子", "佐・藤・花・子、佐*藤*花*子、佐藤\n花子", "参加者A、参加者A、参加者A"),
        ("佐々木（経理）", "佐々木さん、経理に確認", "参加者Aさん、経理に確認"),
        ("佐藤花子", "[To:11] 資料を田村さんに", "[To:1] 資料を田村さんに"),
        ("佐藤花子", "[To:11] はなちゃんさん", "[To:1] 参加者Aさん"),
        ("佐藤花子", "[To:11]営業の花さん", "[To:1]参加者Aさん"),
    ],
)
def test_a_name_is_covered_however_odd(name: str, text: str, expected: str) -> None:
    """Without its emoji, of one character before a title, in letters that look alike; words beside it stay."""
    assert expected == masked(text, name)


def test_a_name_changed_midway_is_covered_before_and_after() -> None:
    """Every name that was ever shown."""
    assert "参加者A、参加者A" == masked("佐藤花子、さとはな", "佐藤 花子", "さとはな💐")


@pytest.mark.parametrize("name", ["田中 花子", "山田 次郎"])
def test_a_surname_of_a_party_too_names_nobody(name: str) -> None:
    """It stays, as a party's own name is never covered; the third person's whole name is covered."""
    party = {"田中 花子": "田中 一郎", "山田 次郎": "山田 太郎"}[name]

    assert f"{name[:2]}さん、{party}、参加者A" == masked(f"{name[:2]}さん、{party}、{name}", name)
