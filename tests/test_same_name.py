"""Names that look like one, and names that do not."""

from __future__ import annotations

from time import process_time

import pytest

from archiver.letter_folding import looks_like

TWINS = """
高橋一郎 = 髙橋一郎 ; 斎藤 = 斉藤 ; 山崎 = 山﨑 ; ﾀﾅｶ = タナカ ; TANAKA = ＴＡＮＡＫＡ ; Tanaka = Тanаka ;
Tanaka = TANAΚA ; yamada = yarnada ; Ito Ryo = lto Ryo ; Sato = Sat0 ; 田中太郎 = 田中 太郎 ;
田中太郎 = 田中\u200b太郎 ; 田中太郎 = 太郎田中 ; 田中 太郎 = 太郎 田中 ; Taro Tanaka = TANAKA, Taro ;
Aki Ono = Ono Aki ; 林太郎 = 太郎林 ; カトウ = 力トウ ; ロコ = 口コ ; 田中 = 田中【公式】 ; 田中 = 公式 田中 ;
田中太郎 = 田中太郎公式アカウント ; 田中 = 田中(本人) ; 田中 = 田中さん ; 田中太郎 = 田中太郎2 ;
田中太郎 = 田中太郎 (新) ; 田中 = 田中_official ; 田中太郎 = 田中太郎🎬 ; 田中(解約済) = 田中 ; サトー = サト一 ;
Émile = emile ; 田中 太郎 様 = 田中太郎 ; 田中太郎 = 田中太郎@ABC商事 ; 田中太郎 = ABC商事 田中太郎 ;
佐々木健太 = 佐々木 健太 (ABC) ;
田中太郎(ABC商事) = 田中太郎 ; Taro Tanaka = Taro Tanaka Inc ; 渡辺 = 渡邊 ; 渡邉 = 渡邊 ; 斎藤 = 齋藤 ; 高橋 = 髙𣘺 ;
ABC商事 = 株式会社ABC商事 ; 株式会社ABC = ㈱ABC ; 田中太郎 = (株)ABC田中太郎 ; Tanaka = ᴛanaka ; 🎬 = 🎬 ;
Sorensen = Sørensen ; 佐々木健太 = 佐佐木健太 ; 田中太郎 = 田中太郎ABC ;
Yamada = Yаmada ; Honda = Ноnda ; 田中はなこ = 田中はなこ。 ; 田中太郎 = 田中太郎(仕事用) ; ﾔﾏﾀﾞ = ヤマダ
"""
OTHERS = """
田中太郎 = 田中花子 ; 田中 = 田中花子 ; 田中 = 中田 ; 田中花子 = 鈴木花子 ; 田中(A社) = 田中(B社) ;
制作部 田中 = 制作部 鈴木 ; スタッフ1 = スタッフ2 ; Taro Tanaka = Jiro Tanaka ; ana = naa ; 🎬 = 📷 ;
みさき = きみさ ; 田中 = 田中一 ;  = 田中 ; 公式 = 田中 ; 伊藤 = 伊東 ; 佐藤 = 佐東 ; Mari = Maria ;
動画編集 = 動画編集チーム ; 制作会社 = 制作会社(田中) ; 株式会社ABC = 株式会社ABC(鈴木) ; 田中 = 田中丸 ;
佐々木 = 佐々木花子 ; 佐々木健 = 佐々木健太 ; 佐々木 健太 = 佐々木 ; サポート = サポートセンター ;
Taro = Taro Tanaka ; 田中太郎(A社) = 田中太郎(B社) ; 公式 = 本人 ; 株式会社 = 有限会社 ; スタッフA = スタッフB ;
田中A = 田中B
"""


def pairs(table: str) -> list[list[str]]:
    """The pairs of a table: a known name and another one."""
    return [one.strip("\n").split(" = ") for one in table.split(" ;")]


@pytest.mark.parametrize(("known", "name"), pairs(TWINS))
def test_a_name_that_was_taken(known: str, name: str) -> None:
    """Whatever is done to it so that it is another text and looks the same."""
    assert looks_like(name, known)


@pytest.mark.parametrize(("known", "name"), pairs(OTHERS))
def test_another_name(known: str, name: str) -> None:
    """Colleagues of one surname, and what merely resembles."""
    assert not looks_like(name, known)
    assert not looks_like(known, name)


def test_a_hostile_length_is_compared_at_once() -> None:
    """Of a name with thousands of parts or letters only the beginning counts, however much of it is invisible."""
    begun = process_time()
    found = [looks_like(name, "田中太郎") for name in ("\u200b " * 9000 + "田中太郎", "a " * 9000, "田" * 30000)]

    assert [True, False, False] == found
    assert process_time() - begun < 1
