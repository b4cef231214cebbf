"""Page 1 of five disputes as pictures, to be shown to somebody for a minute: `python -m tests.claims.page_one FOLDER`.

What strangers said of them stands in `docs/images/page-1.md`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from archiver.export.pdf.typst_pdf import make_pdf
from archiver.export.report.report_and_consultation import build_report
from archiver.records import Delivery, JsonObject
from archiver.store import seals, user_statements
from tests.claims.dispute import report_of
from tests.claims.test_played_disputes import DAY
from tests.claims.test_seven_disputes import NAMES, begun, listed, post
from tests.claims.usual_cases import direct_case, usual_case
from tests.support.archives.maker import CLIENT, OWNER, ArchiveMaker, at


def _played(maker: ArchiveMaker, *looks: tuple[float, list[JsonObject], dict[int, str]]) -> ArchiveMaker:
    for minutes, told, changed in looks:
        maker.sync(told, changed=changed, minutes=minutes)
    return maker


def _deliver(maker: ArchiveMaker, day: str, minutes: float) -> None:
    with maker.archive.writing() as writing:
        user_statements.add_delivery(writing, "job1", Delivery(0, day), at=at(minutes))


def cut_price(home: Path) -> ArchiveMaker:
    """The price of a finished job is edited down, and its acceptance deleted."""
    maker = begun(
        home,
        title="商品紹介動画 5本の編集",
        amount="250,000円",
        platform_id="30187654",
        due_on="2026-11-20",
        escrowed_at="2026-11-05 12:00",
        contact_requested_on="2026-11-04",
    )
    offer = "1本50,000円、全部で5本お願いします。検収は納品後3日以内にします。"
    told = [post(1, offer, 0), post(2, "承知しました。20日までに納品します", 30, OWNER)]
    told += [post(3, "5本すべて納品しました。ご確認をお願いします", 14 * DAY, OWNER)]
    told += [post(4, "検収OKです。今月末にお支払いします", 15 * DAY)]
    maker.sync(told[:2], minutes=60)
    _deliver(maker, "2026-11-19 10:00", 14 * DAY)
    cut = post(1, offer.replace("50,000", "30,000"), 0, updated=16 * DAY)
    later = [cut, *told[1:3], post(4, "[deleted]", 15 * DAY)]
    looks = [(15 * DAY + 5, told, dict.fromkeys((3, 4), "present")), (16 * DAY + 5, later, {1: "edited", 4: "deleted"})]
    return _played(maker, *looks, (20 * DAY, later, {}))


def no_reply(home: Path) -> ArchiveMaker:
    """The work is delivered, and nobody answers."""
    maker = begun(home, title="ブログ記事 10本", amount="80,000円", platform_id="30223456", due_on="2026-11-12")
    told = [post(1, "10本お願いします。検収は3日以内です", 0)]
    told += [post(2, "10本すべて納品しました。ご確認ください", 6 * DAY, OWNER)]
    told += [post(3, "いかがでしょうか。検収をお願いします", 9 * DAY, OWNER)]
    maker.sync(told, minutes=9 * DAY + 5)
    _deliver(maker, "2026-11-11 10:00", 9 * DAY)
    return _played(maker, (12 * DAY, told, {}))


def closed_account(home: Path) -> ArchiveMaker:
    """The client's account is closed in the middle of the work."""
    maker = begun(home, title="ロゴ制作", amount="60,000円", platform_id="30234567", escrowed_at="2026-11-05 12:00")
    told = [post(1, "修正は3回までで6万円でお願いします", 0)]
    told += [post(2, "初稿をお送りしました。ご確認をお願いします", DAY, OWNER)]
    maker.sync(told, minutes=DAY + 5)
    listed(maker, {CLIENT: f"{NAMES[CLIENT]}(解約済)"}, minutes=9 * DAY)
    return _played(maker, (9 * DAY, told, {}))


CASES = {
    "price": (cut_price, 21 * DAY),
    "silence": (no_reply, 13 * DAY),
    "closed": (closed_account, 10 * DAY),
    "usual": (usual_case, 47 * DAY),
    "direct": (direct_case, 46 * DAY),
}


def main(folder: Path) -> None:
    """Write the five pictures."""
    for name, (play, minutes) in CASES.items():
        with tempfile.TemporaryDirectory() as home:
            maker = play(Path(home) / "home")
            seals.close_seals(maker.archive, now=at(minutes - 10))
            with maker.archive.reading() as reading:
                case = replace(report_of(reading, at=at(minutes)), reviewed=None)  # its words are not covered
                pdf = make_pdf(build_report(case), at=at(minutes))
            maker.archive.close()
        options = ("-png", "-gray", "-r", "88", "-l", "1", "-singlefile", "-")
        subprocess.run(["pdftoppm", *options, str(folder / f"page-1-{name}")], input=pdf, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
