"""The story of `archive demo`: a small dispute, played step by step against a simulated Chatwork.

Everything but Chatwork and the time-stamp authority is real: the HTTP, the archive, the seals, their stamps, the
package and its verification. Only the clock is moved, so that three weeks pass in some seconds and end now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

from archiver.app import App, build_app
from archiver.custody.stamp_requests import stamp_service
from archiver.custody.verify import verify_archive, verify_path
from archiver.demo.authority import DemoAuthority
from archiver.demo.chatwork import DemoChatwork
from archiver.export.package import make_package
from archiver.export.package.order import ExportOrder
from archiver.records import JST, Contract, ContractRoom, Delivery, Observation, RoomId
from archiver.rounds.round import run_round
from archiver.settings import file
from archiver.settings.model import AuthoritySetting
from archiver.store import migrate, writer
from archiver.store.queries.contracts import contract_payload
from archiver.store.queries.status import status
from archiver.store.user_statements import add_delivery
from archiver.store.working.remembered_values import PRACTICE
from archiver.sync.run_start import Options, ProgressCallbacks

PrintLine = Callable[[str], None]

TOKEN_VARIABLE = "CHATWORK_API_TOKEN"  # noqa: S105 - the name of a variable
CONTRACT = "job1"
AUTHORITY, ROOTS = "demo", "demo-authority.pem"
"""The simulated authority's name, and its root in the archive's folder."""
DAYS = 22
"""How many days ago the story begins."""


@dataclass(slots=True)
class Clock:
    """A clock that moves only when a caller lets time pass."""

    at: datetime

    def now(self) -> datetime:
        """The present time of the story."""
        self.at += timedelta(milliseconds=1)  # two things never happen at the same instant
        return self.at

    def pass_by(self, **time: float) -> None:
        """Let days, hours or minutes pass."""
        self.at += timedelta(**time)


@dataclass(slots=True)
class Story:
    """The state of the story: the archive, the simulated Chatwork, and the ids and results so far."""

    home: Path
    print_line: PrintLine
    chatwork: DemoChatwork
    clock: Clock
    app: App
    client: int
    room: int = 0
    other_room: int = 0
    posts: dict[str, str] = field(default_factory=dict)
    contract: Contract = Contract(CONTRACT, ())  # noqa: RUF009 - frozen
    package: Path | None = None
    ok: bool = False


@contextmanager
def set_stage(home: Path, say: PrintLine) -> Iterator[Story]:
    """Start a simulated Chatwork and authority on loopback, and make an empty archive in `home`, which has none yet."""
    evening = datetime.now(JST).replace(hour=18, minute=20, second=0, microsecond=0)
    clock = Clock((evening - timedelta(days=DAYS)).astimezone(UTC))
    with DemoChatwork(now=clock.now, limit=10_000) as chatwork, DemoAuthority(now=clock.now) as authority:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / ROOTS).write_text(authority.root_pem, encoding="ascii")
        stamped_by = AuthoritySetting(AUTHORITY, authority.url, ROOTS)
        file.write_settings(home, language="ja", token_source=f"env:{TOKEN_VARIABLE}", authorities=[stamped_by])
        environ = {TOKEN_VARIABLE: chatwork.token, "CHATWORK_API_BASE_URL": chatwork.base_url}
        app = build_app(
            file.load_settings(home, environ),
            environ,
            now=clock.now,
            monotonic=None,
            sleep=lambda seconds: clock.pass_by(seconds=seconds),
        )
        migrate.create_database(app.archive.database)
        app.archive.write(PRACTICE.remember, app.now())
        yield Story(home, say, chatwork, clock, app, chatwork.add_account("田中", organization="株式会社サンプル"))


def play(story: Story) -> bool:
    """Play the whole story; returns whether the package and the archive verified at its end."""
    for chapter in (_beginning, _work, _delivery, _change, _departure, _proof):
        chapter(story)
    return story.ok


def _heading(story: Story, text: str) -> None:
    day = story.clock.at.astimezone(JST)
    story.print_line("")
    story.print_line(f"{day:%m-%d}({'月火水木金土日'[day.weekday()]})  {text}")


def _sync(story: Story) -> None:
    """Run one round, as the schedule would, and print what it saw in one line."""
    report = run_round(story.app, Options(), ProgressCallbacks())
    room = report.rooms[0]
    words = {
        "new": _("new messages {n}"),
        "edited": _("edits {n}"),
        "deleted": _("shown as deleted {n}"),
        "files_saved": _("files saved {n}"),
        "tasks_new": _("tasks {n}"),
    }
    counts = [text.format(n=getattr(room, name)) for name, text in words.items() if getattr(room, name)]
    story.print_line("    archive save   " + (" / ".join(counts) or _("nothing new")))


def _pass_days(story: Story, day: int, *, awake: bool = True) -> None:
    """Let time pass until a day's evening, but not beyond now, with a round each hour unless the PC is off."""
    beginning = datetime.now(JST).replace(hour=18, minute=20, second=0, microsecond=0) - timedelta(days=DAYS)
    evening = min((beginning + timedelta(days=day)).astimezone(UTC), datetime.now(UTC))
    while awake and evening - story.clock.at > timedelta(hours=1):
        story.clock.pass_by(minutes=55)
        run_round(story.app, Options(), ProgressCallbacks())
    story.clock.at = max(story.clock.at, evening)


def _beginning(story: Story) -> None:
    world = story.chatwork
    _heading(story, _("A job on CrowdWorks; the client asks to talk on Chatwork. You start the archive."))
    story.room = world.add_room(
        "動画編集_田中様", members=[story.client], description="YouTube動画編集 10本 / 1本 5,000円"
    )
    story.other_room = world.add_room("家族", members=[world.add_account("花")])
    world.post(story.other_room, world.owner, "今日の夕飯どうする?")
    _post(story, "はじめまして。クラウドワークスの動画編集の件、よろしくお願いします。", key="hello")
    story.posts["price"] = _post(story, "10本で50,000円、検収後すぐにお支払いします。[hr]素材は今夜送ります。")
    _enter_contract(
        story,
        rooms=(ContractRoom(RoomId(story.room)),),
        title="YouTube動画編集 10本",
        client="田中",
        platform="crowdworks",
        platform_id="12345678",
        url="https://crowdworks.jp/contracts/12345678",
        contracted_on=_today(story),
        amount="50,000円",
    )
    story.print_line("    archive job add job1 --chat … --url https://crowdworks.jp/contracts/12345678")
    _sync(story)
    story.print_line("    " + _("Only this chat is saved; your other chats are not."))


def _enter_contract(story: Story, **facts: Any) -> None:
    """Enter facts about the contract as the user would."""
    story.contract = replace(story.contract, **facts)
    with story.app.archive.writing() as writing:
        observation = Observation("contract", f"contract/{CONTRACT}", contract_payload(story.contract))
        writer.append(writing, [observation], account_id=story.chatwork.owner, at=story.app.now())


def _today(story: Story) -> str:
    return f"{story.clock.at.astimezone(JST):%Y-%m-%d}"


def _post(story: Story, text: str, *, mine: bool = False, key: str | None = None) -> str:
    who = story.chatwork.owner if mine else story.client
    message = story.chatwork.post(story.room, who, text)
    story.clock.pass_by(minutes=3)
    if key:
        story.posts[key] = message
    return message


def _work(story: Story) -> None:
    world = story.chatwork
    _pass_days(story, 2)
    _heading(story, _("The client sends material and a task."))
    _post(story, "仮払い前ですが、先に作業を進めてください。クラウドワークスを通さなければ手数料もかかりません。")
    _enter_contract(story, escrowed_at=_today(story), contact_approved_on=_today(story))
    story.print_line(f"    archive job set job1 --escrowed-at {_today(story)} --contact-approved-on {_today(story)}")
    world.upload(story.room, story.client, "仕様書 v1.txt", data="尺は8分。字幕あり。\n".encode())
    world.add_tasks(
        story.room, story.client, [world.owner], "1本目を金曜までに", limit=story.clock.at + timedelta(days=5)
    )
    _sync(story)


def _delivery(story: Story) -> None:
    world = story.chatwork
    _pass_days(story, 5)
    _heading(story, _("Your computer is off for two days."))
    _pass_days(story, 7, awake=False)
    _heading(story, _("You deliver. The client is happy."))
    world.upload(story.room, world.owner, "movie01.mp4", size=2_000_000, comment="7本分の納品です。ご確認ください。")
    story.posts["thanks"] = _post(
        story, f"[To:{world.owner}]yamadaさん\n確認しました。残り3本もこの調子でお願いします😀"
    )
    at = f"{story.clock.at.astimezone(JST):%Y-%m-%d %H:%M}"
    story.app.archive.write(add_delivery, CONTRACT, Delivery(0, at), at=story.app.now())
    story.print_line(f'    archive job enter job1 delivery --on "{at}"')
    _sync(story)


def _change(story: Story) -> None:
    world = story.chatwork
    _pass_days(story, 12)
    _heading(story, _("The client rewrites one message and deletes another."))
    world.edit(story.posts["price"], "10本で30,000円、検収後にお支払いします。[hr]素材は今夜送ります。")
    world.delete(story.posts["thanks"])
    quoted = f"[rp aid={story.client} to={story.room}-{story.posts['price']}]田中さん\n金額が変わっていませんか。"
    _post(story, quoted, mine=True)
    _sync(story)
    story.print_line("    " + _("Both earlier texts are in the archive, with the times between which they changed."))


def _departure(story: Story) -> None:
    _pass_days(story, 17)
    _heading(story, _("The client cancels the account: their files and tasks vanish from Chatwork."))
    story.chatwork.cancel_account(story.client)
    _post(story, "ご連絡をお待ちしています。", mine=True)
    _sync(story)
    room = story.app.archive.read(status).rooms[0]
    kept = _("Kept: {messages} messages, {saved} of {known} files. The name now reads 田中(解約済).")
    story.print_line("    " + kept.format(messages=room.messages, saved=room.files.saved, known=room.files.known))


def _proof(story: Story) -> None:
    _pass_days(story, DAYS)
    story.clock.at = datetime.now(UTC)
    _heading(story, _("Today you need it: an export for a lawyer, and the check that nothing was changed."))
    _sync(story)
    app = story.app
    order = ExportOrder(contract=CONTRACT, profile="lawyer", out=story.home / "exports")
    package = make_package.export(app.archive, order, now=app.now, stamping=stamp_service(app))
    story.package = Path(package.path)
    story.print_line(f"    archive export {CONTRACT} --for lawyer")
    in_package = verify_path(story.package)
    in_archive = verify_archive(app.archive, deep=True, authorities=app.authorities)
    story.ok = in_package.ok and in_archive.ok
    checked = in_archive.checked
    line = _("archive verify   {entries} records, {seals} seals, {stamps} time stamps, {files} files: {verdict}")
    verdict = _("nothing was changed") if story.ok else _("something does not match")
    story.print_line("    " + line.format(**checked, verdict=verdict))
