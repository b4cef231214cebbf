"""What the other side writes → alerts: hits and near misses of each phrase rule, and 500 messages that mean nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, strategies

from archiver.alerts import phrase_rules
from archiver.alerts.sentences import alert_sentence
from archiver.records.alerts import Alert, AlertRule, Level, NewText, TwinSeen
from tests.support.harmless_messages import messages

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
ROOM, TANAKA = 10, 2

HITS: dict[str, list[str]] = {
    "A1": [
        "仮払い前ですが、先に作業を始めていただけますか",
        "仮払い前に1本納品してください",
        "仮払いは後で行いますので作業をお願いします",
        "仮払いを待たずに進めてください",
        "先に作業に取り掛かっていただきたいです",
        "まずはテストライティングをお願いします",
        "テスト編集を1本お願いできますか",
        "お試しで1記事書いていただけますか",
        "お試しとして動画を1本制作してください",
        "仮払い完了前に作業開始でお願いします",
    ],
    "A2": [
        "事業説明をしてから仮払いに進みます",
        "まずは事業説明を聞いてください",
        "最初にアンケートにお答えください",
        "アンケートに回答いただいてから契約します",
        "アンケートフォームへの記入をお願いします",
        "マニュアルを読むのを先にお願いします",
        "先にマニュアルを読んでください",
        "マニュアルを確認してから契約になります",
        "事業内容の説明会に参加していただきます",
        "説明を聞いた後に契約となります",
    ],
    "A3": [
        "チャットワークでメッセージが確認できてからでないと仮払いできない決まりです",
        "チャットワークで返信をいただいてから仮払いいたします",
        "Chatworkで連絡が取れないと仮払いできません",
        "登録が確認できてから仮払いとなります",
        "納品を確認してから仮払いします",
        "仮払いはアンケートに答えてからになります",
        "仮払いは、納品後に行います。仮払いは作業を見てからです",
        "LINEの追加がないと仮払いに進めません",
        "説明を受けてからでないと仮払いはしません",
        "コンタクトが確認できてから、仮払いの手続きをします",
    ],
    "A4": [
        "tanaka.taro@gmail.com までご連絡ください",
        "私の番号は 090-1234-5678 です",
        "携帯は09012345678です",
        "事務所は03-1234-5678です",
        "\uff4c\uff49\uff4e\uff45は使えません。\uff34\uff41\uff4e\uff41\uff4b\uff41@\uff47mail.com へ",
        "LINE IDは tanaka_xx です",
        "LINEのID: abc123",
        "メールは a.b-c@sub.domain.co.jp です",
        "090ー1234ー5678ではなく 080-1111-2222 にお願いします",
        "連絡先→tanaka@docomo.ne.jp",
    ],
    "A5": [
        "次回から直接取引にしませんか",
        "直接契約なら単価を上げられます",
        "お支払いは直接お振込みします",
        "手数料がかからないので、そちらの方がお得です",
        "手数料が引かれないように別の方法で",
        "クラウドワークスを通さずにお願いしたいです",
        "クラウドワークスでの納品は不要です",
        "クラウドワークスへの納品はしなくていいです",
        "ランサーズを介さずにやりましょう",
        "CWを経由せずに直接お支払いします",
        "クラウドワークスの外で契約しましょう",
        "動画10本を直接契約でお願いできますか",
        "手数料なしで受け取れます",
        "手数料がもったいないですよね",
    ],
    "A6": [
        "LINEでやり取りしましょう",
        "LINEを交換しませんか",
        "LINEに移っていただけますか",
        "\uff2c\uff29\uff2e\uff25で連絡してください",
        "LINEの友だち追加をお願いします",
        "Telegramで話しましょう",
        "テレグラムに登録してください",
        "ラインで連絡ください",
        "Zoomに移動してください",
        "電話番号を教えてください",
        "WhatsAppでお願いします",
    ],
    "A7": [
        "無料セミナーに参加しませんか",
        "オンライン説明会へのご案内です。説明会に参加してください",
        "この情報商材はおすすめです",
        "投資に興味はありますか",
        "スクールに入会していただきます",
        "初期費用が3万円かかります",
        "材料費を立て替えていただけますか",
        "ギフトカードを購入してください",
        "証券口座を開設していただきます",
        "セミナーを受講してからになります",
    ],
    "A8": [
        "身分証の写真を送ってください",
        "運転免許証の両面をお願いします",
        "マイナンバーカードのコピーを提出してください",
        "本人確認書類を添付してください",
        "パスポートの画像をアップしてください",
        "口座番号を教えてください",
        "銀行口座を教えていただけますか",
        "通帳の写真を送ってください",
        "キャッシュカードの画像をお願いします",
        "健康保険証の写しをお送りください",
        "動画編集の前に、免許証を撮って送ってください",
    ],
    "A15": [
        "普通 1234567 タナカタロウ",
        "みずほ銀行 渋谷支店です",
        "ゆうちょ銀行 12345678",
        "振込先が変わりましたのでお知らせします",
        "新しい口座はこちらです",
        "口座番号を教えてください",
        "お支払い先を変更してください",
        "至急お振り込みをお願いします",
        "30万円を送金していただけますか",
        "ギフトカードを買って番号を送ってください",
        "会社の口座残高を教えてください",
        "ネットバンキングの情報を教えてください",
        "７桁の番号 普通１２３４５６７",
    ],
    "A9": [
        "事務局の許可を得ています",
        "事務局に許可を取っています",
        "事務局から承認をいただいております",
        "運営の許可は取れています",
        "運営側の了承済みです",
        "TeamViewerをインストールしてください",
        "AnyDeskのIDを教えてください",
        "パソコンを遠隔操作させてください",
        "リモート操作の許可をお願いします",
        "UltraViewerを入れてください",
    ],
    "A13": [
        "今回は減額させてください",
        "値引きしていただけませんか",
        "残り3本は無しで。お支払いは検収後で。",
        "やっぱり今回の分は払えません",
        "今月の報酬はなしでお願いします",
        "単価を下げてもよいですか",
        "報酬の見直しをさせてください。報酬を見直したいです",
        "納期を前倒しにしてください",
        "支払日を変更させてください",
        "お支払いできません",
        "今回は無しでお願いします",
    ],
}

NEAR: dict[str, list[str]] = {
    "A1": [
        "仮払い前の作業は禁止されています",
        "仮払い前ですので作業はお待ちください",
        "仮払い完了後に作業を開始してください",
        "仮払いしましたので、作業を開始してください",
        "テスト環境で確認しました",
        "本番の前にA/Bテストをします",
        "テストライティングの報酬は3,000円です",
        "テストライティングありがとうございました",
        "お試しでBGMを変えてみました",
        "先に作業のスケジュールを送ります",
        "先に進めておきますのでご安心ください",
        "仮払い前の質問は遠慮なくどうぞ",
        "テスト動画を見ました",
    ],
    "A2": [
        "アンケート動画の編集です",
        "アンケートの集計データを送ります",
        "まずアンケート結果をグラフにしてください",
        "マニュアルの改訂をお願いします",
        "先にマニュアルをお送りします",
        "事業説明資料のデザインをお願いします",
        "マニュアル通りで問題ありません",
        "アンケートは不要です",
        "説明書の翻訳をお願いします",
        "最初にマニュアル動画の構成を作ってください",
        "お客様アンケートの記事をお願いします",
    ],
    "A3": [
        "仮払いを確認できてから作業をお願いします",
        "見積書を確認してから仮払いいたします",
        "社内の決裁が終わってから仮払いします",
        "内容を確認してから仮払いします",
        "仮払いが完了しましたので、メッセージをご確認ください",
        "仮払い後にチャットワークで連絡します",
        "クレジットカードが使えないと仮払いできないようです",
        "確認できてから公開します",
        "返信がないと進められません",
        "仮払い済みです。確認してから始めてください",
        "メッセージありがとうございます。仮払いしました",
        "契約内容を確認してから仮払いの手続きをします",
    ],
    "A4": [
        "納期は2026-11-24です",
        "注文番号は 0123-4567-8901 です",
        "品番は 03-1234-5678 です",
        "03:12-04:15 をカットしてください",
        "単価5,000円で10本です",
        "no-reply@crowdworks.jp からメールが届きます",
        "テロップに info@shop.co.jp と入れてください",
        "フリーダイヤルは0120-123-456です",
        "お客様センター 0120-12-3456 のテロップです",
        "ファイルIDは 1876543210987654321 です",
        "@田中 さんへ",
        "フォントサイズは@2xで書き出してください",
        "サンプルのアドレスは user@example.com です",
    ],
    "A5": [
        "直接取引は禁止されています",
        "直接契約はできませんのでご了承ください",
        "クラウドワークスを通さない連絡は違反です",
        "振込手数料はかかりません",
        "決済手数料なしのプランという字幕です",
        "「手数料なし」のテロップを入れてください",
        "直接お会いした時の写真です",
        "ファイルに直接書き込んでください",
        "クラウドワークスへの納品をお願いします",
        "クラウドワークスでの納品後に検収します",
        "クラウドワークスでの納品時に不要なファイルは消してください",
        "直接取引の勧誘にはご注意ください",
        "直接編集してもらって大丈夫です",
        "手数料は弊社が負担します",
    ],
    "A6": [
        "ONLINEで公開します",
        "LINE広告のバナーをお願いします",
        "LINEスタンプの線画を送ります",
        "LINE公式アカウントの画像を追加してください",
        "LINE風の吹き出しを追加してください",
        "LINEのアイコンを右上に追加してください",
        "オンラインで連絡します",
        "製造ラインで話している場面をカットしてください",
        "Zoomインの動きを追加してください",
        "Zoomの録画を編集してください",
        "LINEでのやり取りは禁止です",
        "電話番号の欄は空けてください",
        "BASELINEに登録する",
        "deadlineを追加しました",
        "問い合わせフォームの電話番号の項目をお願いします",
    ],
    "A7": [
        "素材を購入してください",
        "セミナー動画の編集です",
        "説明会のチラシを作ってください",
        "投資の解説記事をお願いします",
        "スクールのサイトを直してください",
        "初期費用はかかりません",
        "購入しました",
        "立て替えの精算をお願いします",
        "投稿に興味を持ってもらえる文にしてください",
        "投資家向けのスライドです",
        "口座開設の記事をお願いします",
        "フォントを購入してください",
    ],
    "A8": [
        "身分証は不要です",
        "身分証の写真は送らないでください",
        "免許証のイラストを描いてください",
        "免許証の更新の写真です",
        "マイナンバーカードの申請方法を解説してください",
        "パスポートが画像に映らないようにしてください",
        "口座開設の記事をお願いします",
        "口座番号はモザイクで隠してください",
        "銀行の口座から振り込みます",
        "保険証の部分はぼかしてください。保険証の画像にぼかしを入れてください",
        "通帳のアイコンをお願いします",
        "証明写真の背景を切り抜いてください",
    ],
    "A15": [
        "口座開設の記事をお願いします",
        "普通の書体でお願いします",
        "銀行のロゴを直してください",
        "入金を確認しました",
        "振込手数料は弊社が負担します",
        "通帳のアイコンをお願いします",
        "お支払いありがとうございます",
        "支払いは来月末です",
        "電子マネーの解説記事です",
        "新しい動画の構成です",
    ],
    "A9": [
        "事務局の許可が必要です",
        "事務局の許可を得てから連絡します",
        "事務局に許可を申請してください",
        "事務局に問い合わせます",
        "運営の承認を得ていません",
        "リモートワークの記事をお願いします",
        "リモートで打ち合わせしましょう",
        "遠隔操作のドローンの動画です",
        "TeamViewerの解説記事をお願いします",
        "運営会社の名前を入れてください",
        "許可を得た写真だけ使ってください",
        "サイトの運営をお願いします",
    ],
    "A13": [
        "減額はしません",
        "値引きセールの動画です",
        "値引きのテロップを入れてください",
        "修正は無しで大丈夫です",
        "報酬は契約通りお支払いします",
        "納期の変更はありません",
        "単価を上げさせてください",
        "残りは明日送ります",
        "お支払いが完了しました",
        "納期に遅れないようにお願いします。大丈夫です",
        "料金の変更がある場合は連絡します",
        "追加の素材はありません",
        "割引クーポンの画像です",
    ],
}


def text_of(body: str, message: str = "1", earlier: tuple[str, ...] = ()) -> NewText:
    """A text of 田中's."""
    return NewText(ROOM, TANAKA, message, body, AT, lambda: earlier)


@pytest.mark.parametrize("is_other", [True, False])
def test_bank_data_of_a_stranger(is_other: bool) -> None:
    """One alert in the place of A8, with both ids side by side, whatever the side; of who is known there is none."""
    days = {"known_since": "2026-10-02T15:00:00.000Z", "since": "2026-11-24T13:00:00.000Z"}
    twin = TwinSeen(AT, {"account_id": 2999, "known": 2101, "place": "room", **days}).subject
    body = "LINEに移ってください。口座番号を教えてください。090-1234-5678"
    told = []
    for stranger in (twin, "new///2/2026-11-21", ""):
        one = replace(text_of(body), is_other=is_other, stranger=partial(str, stranger))
        told.append([alert for alert in phrase_rules.judge_texts([one]) if alert.rule in (AlertRule.A8, AlertRule.A15)])

    (taken,), (new,), known = told
    sentence = alert_sentence(taken)
    assert "ID 2101 since 3 Oct, ID 2999 since 24 Nov" in sentence
    assert "first seen here on 21 Nov (ID 2)" in alert_sentence(new)
    assert [AlertRule.A8] * is_other == [one.rule for one in known]
    assert "口座番号" in phrase_rules.matched_words(body, AlertRule.A15)


def alerts_of(*bodies: str, escrowed: bool = False) -> list[Alert]:
    """The alerts of some messages."""
    rooms = {ROOM} if escrowed else set()
    return list(
        phrase_rules.judge_texts([text_of(body, str(number)) for number, body in enumerate(bodies)], escrowed=rooms)
    )


@pytest.mark.parametrize(("rule", "body"), [(rule, body) for rule, bodies in HITS.items() for body in bodies])
def test_a_phrase_is_met(rule: str, body: str) -> None:
    """Each way to say it is met by its rule, whatever others it meets too."""
    assert AlertRule(rule) in phrase_rules.matched_rules(body)


@pytest.mark.parametrize(("rule", "body"), [(rule, body) for rule, bodies in NEAR.items() for body in bodies])
def test_a_near_miss_is_none(rule: str, body: str) -> None:
    """What only looks like it is not met by the rule."""
    assert AlertRule(rule) not in phrase_rules.matched_rules(body)


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
    ("platforms", "words"),
    [
        ({ROOM: "crowdworks"}, "working outside CrowdWorks or avoiding its fees. Decline, deliver on CrowdWorks,"),
        ({ROOM: "direct"}, "deliver on the platform,"),
        ({}, "deliver on the platform,"),
    ],
)
def test_a_way_around_the_platform_is_told_by_its_name(platforms: dict[int, str | None], words: str) -> None:
    """Where all jobs of the chat are of one that is known."""
    (found,) = phrase_rules.judge_texts([text_of("直接取引でお願いします", "1")], platforms=platforms)

    assert words in alert_sentence(found)


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
