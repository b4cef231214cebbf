"""Characters that people type in the place of others are one character for finding."""

from __future__ import annotations

import pytest

from archiver.letter_folding import folded_text

_GROUPS = """
高髙 辺邊邉 浜濵濱 斉齋齊斎 徳德 柳栁 島嶋嶌 沢澤 桜櫻 広廣 圀國国 真眞 恵惠 栄榮 寿壽 竜龍
滝瀧 芸藝 清淸 槙槇 富冨 館舘 桧檜 凛凜 吉𠮷 橋𣘺 弥彌 礼禮 静靜 豊豐 実實 宝寶 寛寬 県縣
峰峯 岳嶽 塩鹽 円圓 与與 余餘 万萬 会會 学學 応應 伝傳 仮假 価價 倹儉 剣劍 剣劒 勲勳 区區
巻卷 参參 団團 囲圍 図圖 増增 壮壯 壱壹 奥奧 嬢孃 専專 将將 尚尙 厩廐 庁廳 彦彥 従從 恋戀
戸戶 抜拔 摂攝 収收 教敎 数數 暁曉 晋晉 条條 桟棧 楽樂 様樣 枢樞 横橫 欧歐 歩步 歳歲 残殘
毎每 気氣 渉涉 浄淨 渓溪 温溫 満滿 渋澁 済濟 瀬瀨 湾灣 灯燈 為爲 犠犧 狭狹 独獨 産產 画畫
痩瘦 稲稻 穂穗 並竝 粋粹 糸絲 経經 緑綠 緒緖 聡聰 声聲 粛肅 台臺 旧舊 荘莊 萌萠 園薗 薫薰
蔵藏 薬藥 虚虛 蛍螢 衛衞 装裝 覚覺 譲讓 予豫 贒賢 頼賴 賛贊 逓遞 郷鄕 釈釋 録錄 錬鍊 鎮鎭
鉄鐵 関關 陥陷 雑雜 顕顯 駆驅 髪髮 闘鬪 鶏鷄 麦麥 黄黃 黒黑 黙默 点點 党黨 歯齒 臈﨟 兎兔
曽曾 松枩 杉杦 楳梅 桧檜 渊淵渕 湧涌 尓爾 珍珎 略畧 祿禄 秋秌 群羣 船舩 萼蕚 讓譲 隣鄰 間閒
鶴靏 靹鞆 飲飮 餅餠 雁鴈 鼠鼡 併倂 偽僞 単單 即卽 嘱囑 場塲 婿壻 奨奬 強强 径徑 悦悅 慎愼
払拂 拡擴 既旣 晩晚 概槪 栄榮 歴歷 澄澂 状狀 畳疊 盗盜 研硏 税稅 青靑 験驗 鴎鷗 薮藪籔 遥遙 醤醬 頬頰 祷禱
繋繫 侠俠 剥剝 呑吞 噛嚙 嚢囊 填塡 妍姸 屏屛 并幷 掻搔 掴摑 溌潑 涜瀆 焔焰 箪簞 繍繡 莱萊 蒋蔣 蝉蟬
蝋蠟 躯軀 醗醱 鯵鰺 鹸鹼 麹麴 麺麵 顛顚 騨驒 濤涛 巌巖 尭堯 桝枡 晃晄 崎碕嵜
"""
"""A usual character, then variants of it that names have and a Japanese Windows PC can type; 261 in all."""

PAIRS = [(group[0], variant) for group in _GROUPS.split() for variant in group[1:]]


def test_so_many_variants_are_looked_at() -> None:
    """More than the 129 with which the table began."""
    assert len(PAIRS) > 129


@pytest.mark.parametrize(("usual", "variant"), PAIRS)
def test_a_variant_is_found_as_the_usual_character(usual: str, variant: str) -> None:
    """In a name, in either direction."""
    assert folded_text(f"{usual}田") == folded_text(f"{variant}田")
