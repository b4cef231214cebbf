"""What a platform calls its things, and what its office can do at which stage.

Sources and their dates: CrowdWorks FAQ 10329, 10549, 10562, 10605, Lancers FAQ 338 and 770, Coconala 218180658,
looked up on 2026-11-24; rules change, so the words only ever ask and never claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """Words of one platform."""

    name: str
    """As it stands in headings: 「クラウドワークス側の記録」."""
    client: str = "クライアント"
    worker: str = "ワーカー"
    outside: str | None = None
    """What its permission for contact outside is called; None if it has none."""
    contract_screen: str = "契約詳細"
    message_screen: str = "メッセージ"
    delivery_screen: str = "納品"
    operator: str | None = None
    """Who runs it: the author of its screens in a list of exhibits."""
    review_days: int = 7
    """The usual time for a review after a delivery."""
    nudge: str | None = None
    """What the office does when the other side is silent."""
    review: str | None = None
    """What may be asked for when a delivery is not reviewed in time."""
    warning: str | None = None
    """What the user must know before writing, while nothing was delivered there."""
    elsewhere: str | None = None
    """Where things are done and written down if there is no platform between."""

    @property
    def where(self) -> str:
        """「クラウドワークス」での納品."""
        return self.elsewhere or self.name

    @property
    def side(self) -> str:
        """「クラウドワークス側」の記録."""
        return self.elsewhere or f"{self.name}側"

    @property
    def on(self) -> str:
        """「クラウドワークス上」 2026-11-03 09:12."""
        return self.elsewhere or f"{self.name}上"


PLATFORMS: Mapping[str, Platform] = {
    "crowdworks": Platform(
        name="クラウドワークス",
        operator="株式会社クラウドワークス",
        outside="サービス外連絡申請",
        contract_screen="契約詳細",
        message_screen="メッセージ",
        delivery_screen="契約詳細の納品・検収",
        nudge="相手方への連絡催促",
        review="利用規約に基づく検収手続きのご検討",
        warning=(
            "クラウドワークス上での納品がまだ記録されていません。先にクラウドワークスで納品してください。"
            "契約途中終了リクエストは、同意する前に相談してください(仮払いが全額クライアントへ戻ることがあります)。"
        ),
    ),
    "lancers": Platform(
        name="ランサーズ",
        worker="ランサー",
        operator="ランサーズ株式会社",
        outside="連絡先公開申請",
        delivery_screen="完了報告",
        nudge="連絡催促申請への対応",
        review="支払い確定の手続きのご検討",
        warning=(
            "ランサーズ上での完了報告がまだ記録されていません。先にランサーズで報告し、"
            "催促もランサーズのメッセージで送ってください(Chatworkでの沈黙は数えられません)。"
        ),
    ),
    "coconala": Platform(
        name="ココナラ",
        operator="株式会社ココナラ",
        client="購入者",
        worker="出品者",
        contract_screen="トークルーム",
        message_screen="トークルーム",
        delivery_screen="トークルームの正式な回答",
        nudge="取引についての確認",
        review="取引についての確認",
        warning="ココナラのトークルームでの納品がまだ記録されていません。先にトークルームで納品してください。",
    ),
}

DIRECT = Platform(
    name="相手方",
    client="依頼主",
    worker="受託者",
    contract_screen="契約書面",
    message_screen="書面・メール",
    delivery_screen="納品の控え",
    elsewhere="書面・メール等",
)
"""A contract without a platform between, or one that is not known."""


def platform_of(name: str | None) -> Platform:
    """The words for a contract's platform."""
    return PLATFORMS.get(name or "", DIRECT)
