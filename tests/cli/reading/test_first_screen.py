"""The first screens, a good day and a bad one: at most 15 lines of 80 columns, and what ホーム says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from archiver.cli.output import columns
from archiver.records import Contract, ContractRoom, Delivery, Invoice, RoomId
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.render.times import short_day
from archiver.schedule.schedulers import hold_daemon_lock
from archiver.settings import file
from archiver.setup import contract_rooms
from archiver.standing.home_document import home_document, late_payments
from archiver.store.queries.status import rooms_within, status
from archiver.store.queries.viewing.message_summaries import newest_message
from archiver.store.user_statements import add_delivery, state_contracts
from archiver.store.working import remembered_values
from archiver.store.working.alerts import keep
from archiver.store.working.remembered_values import LastBackup, LastNoticeTrial
from tests.support.chatwork.simulator import Fault
from tests.support.terminals.terminal_world import TerminalWorld

LINES = 15


@pytest.fixture
def desk(desk: TerminalWorld) -> TerminalWorld:
    """An archive with one job, saved once."""
    desk.contract("job1", desk.room, title="動画編集10本", platform="crowdworks", platform_id="123")
    desk.posts(3)
    return desk


def screens(desk: TerminalWorld) -> tuple[str, str]:
    """The first screen in both languages, while a daemon saves."""
    with hold_daemon_lock(desk.home):
        found = [desk.both("status", ARCHIVE_LANG=one)[0] for one in ("ja", "en")]
    for screen in found:
        lines = screen.splitlines()
        assert len(lines) <= LINES
        assert [] == [line for line in lines if columns(line) > 80]
    return found[0], found[1]


def test_a_good_day_says_so_how_much_is_here_and_where(desk: TerminalWorld) -> None:
    """Saving, backup and each job in a line; one thing that would make it safer; nothing else."""
    desk.sync()

    japanese, english = (screen.splitlines() for screen in screens(desk))

    assert ["大丈夫です。メッセージ4件は、このパソコンにあります。", ""] == japanese[:2]
    assert ["All good. 4 messages are on this computer.", ""] == english[:2]
    assert japanese[2].startswith("自動保存      オン(1分ごと)  最後の保存 今日 ")
    assert english[2].startswith("Automatic saving  on, every 1 minute  last today ")
    assert "バックアップ  まだ作っていません: archive backup 保存先" == japanese[3]
    assert english[4].endswith("Messages     Files  Saved without a gap since")
    assert japanese[5].startswith("  動画編集10本                           4         0  ")


def test_what_page_1_lacks_is_named_with_the_command_that_asks_for_it(desk: TerminalWorld) -> None:
    """The same that the job's own page calls not entered; a delivery has a command of its own."""
    desk.sync()
    desk.remember(remembered_values.LAST_BACKUP, LastBackup(desk.clock(), "/b", verified=True))
    desk.remember(remembered_values.NOTICE_TRIAL, LastNoticeTrial(desk.clock(), seen=("desktop",)))

    blank = screens(desk)[1]
    desk.both("job", "set", "job1", "--amount", "50,000円", "--contracted-on", "2026-10-01")
    desk.both("job", "set", "job1", "--contact-approved-on", "2026-10-03")

    assert "still lacks: Amount, Contract date, Delivered, Outside contact approved:" in " ".join(blank.split())
    assert "archive job set job1)" in blank
    assert "(Page 1 of an export still lacks: Delivered: archive job enter job1 delivery)" in screens(desk)[1]


def test_beside_an_urgent_alert_nothing_is_said_to_be_good(desk: TerminalWorld) -> None:
    """The other screens say that there is one; what is to be seen is counted."""
    desk.post("クラウドワークスを通さずに直接お支払いします")
    desk.both("sync")

    japanese, english = screens(desk)

    assert japanese.startswith("見てほしいことが2件あります。")  # and the address that is not Chatwork's
    assert english.startswith("2 things need you.")
    assert "見てほしいお知らせがあります" in desk.both("job", "show", ARCHIVE_LANG="ja")[1]


def test_a_warning_of_another_account_stands_before_what_is_off(desk: TerminalWorld) -> None:
    """Money may be asked for; automatic saving can be turned on later."""
    desk.sync()
    subject = "chat/1/2026-01-01/2/2026-07-01"
    with desk.archive.writing() as writing:
        keep(writing, Alert(AlertRule.TWIN, Level.HIGH, desk.clock(), desk.room, 2, subject=subject))

    screen, _talk = desk.both("status", ARCHIVE_LANG="en")

    assert "Automatic saving is off" in screen
    told = "Chat “動画編集”: Same name or one like it, but another account (ID 1 since 1 Jan, ID 2 since 1"
    assert " ".join(screen.split()).startswith(told)


def test_other_terms_are_told_first_and_quoted(desk: TerminalWorld) -> None:
    """A refusal to pay, and a description with another price; a day like that is no good one."""
    desk.chatwork.describe_room(desk.room, "1記事 5,000円、月末締め翌月末払い")
    desk.both("sync")
    desk.post("担当が変わりました。契約は終了とします。お支払いはできません。")
    desk.chatwork.describe_room(desk.room, "1記事 3,000円、月末締め翌月末払い")
    desk.both("sync", "--full")

    with hold_daemon_lock(desk.home):
        screen = "".join(desk.both("status", ARCHIVE_LANG="ja")[0].split())
    listed = "".join(desk.both("status", "--alerts", ARCHIVE_LANG="ja")[0].split())

    texts = "「1記事5,000円、月末締め翌月末払い」→「1記事3,000円、月末締め翌月末払い」"
    assert screen.startswith("チャット「動画編集」に、報酬を変える、支払わない、")
    assert "田中「…契約は終了とします。お支払いはできません。」" in screen
    assert f"チャット「動画編集」の概要が、金額や期日の近くで変わりました。{texts}" in screen
    assert texts in listed
    assert re.search(r"確認済みにする:archivestatus--done\d--done\d", screen)


def test_after_the_last_job_has_ended_it_still_stands_there(desk: TerminalWorld) -> None:
    """What is saved stays, and the line to go on works as it is printed."""
    desk.sync()
    desk.both("job", "end", "job1", "--now")

    screen = " ".join(desk.both("status", ARCHIVE_LANG="ja")[0].split())

    assert "動画編集10本 4 0" in screen
    assert "archive job end job1 --undo" in screen
    assert "JOB" not in screen


def test_terms_in_a_task_are_told_as_those_in_words(desk: TerminalWorld) -> None:
    """A task without any is one of Chatwork's notices."""
    box = "[info][title][dtext:task_added][/title][task aid=1234 st=open lt=1794100000]{}[/task][/info]"
    posts = [desk.post(box.format(text)) for text in ("LPコーディング 45,000円", "字幕の確認")]
    desk.sync()
    for post in posts:
        desk.chatwork.delete(post, moves_room=True)
    desk.both("sync")

    screen = " ".join(screens(desk)[0].split())

    assert "メッセージが1件削除されました。" in screen
    assert "45,000円" in screen
    assert "字幕の確認" not in screen


def test_a_bad_day_quotes_the_words_and_says_what_to_do(desk: TerminalWorld) -> None:
    """What vanished and what was edited in their own words, then what to do and what not; as on ホーム."""
    bills = Invoice(0, 80_000, "2026-06-01", "2026-06-20", ""), Invoice(0, 55_000, "2026-06-01", "2028-05-20", "")
    for bill in bills:  # the other one is not due yet
        contract_rooms.add_invoice(desk.archive, "job1", bill, at=desk.clock())
    accepted, price = desk.post("確認しました。検収OKです"), desk.post("お支払いは50,000円です")
    desk.sync()
    desk.chatwork.delete(accepted, moves_room=True)
    desk.chatwork.edit(price, "お支払いは30,000円です")
    desk.chatwork.cancel_account(desk.tanaka)
    desk.both("sync")

    japanese, english = screens(desk)
    with desk.archive.reading() as reading:
        document = home_document(reading, status(reading), file.load_settings(desk.home, {}), {}, desk.clock())
        late = late_payments(reading, desk.clock())
    listed = desk.both("status", "--alerts", ARCHIVE_LANG="en")[0]
    desk.contract("job2", desk.room, title="別の仕事", platform="direct")
    with desk.archive.reading() as reading:
        of_two = late_payments(reading, desk.clock())

    assert ["The entered day of payment has passed. 80,000 yen are not entered as paid."] == late
    assert late[0] in listed.splitlines()
    assert ["The entered day of payment for “動画編集10本” has passed. 80,000 yen are not entered as paid."] == of_two
    first, second, *_others = japanese.splitlines()
    assert "「動画編集10本」のチャットに大きな変化がありました。" == first
    assert "これまでに見えたものは、すべて保存してあります。" == second
    gone, _label, changed = " ".join(japanese.split()).partition(" 変わった ")
    assert re.search(r"日の田中「確認しました。検収OKです」\(\d+月\d+日に確認\) 文面はあります。$", gone)
    assert changed.startswith("「…50,000円です」から「…30,000円です」へ(")
    assert "いますぐ  1 クラウドワークスで納品しましたか。まだなら、先に納品してください" in japanese
    assert "しない    退席、アカウントの解約、コンタクトの削除、APIトークンの再発行" in japanese
    assert "Client   田中: name now ends in “(解約済)”, no longer in the member list." in english
    assert "支払期日(入力)を過ぎました。80,000円の支払いが入力されていません。" in "".join(japanese.split())
    assert ["departed", "changed", "unpaid"] == [
        one["kind"] for one in document["told"] if one["kind"] != "unscheduled"
    ]


@pytest.mark.parametrize("is_saved", [True, False])
def test_a_file_that_is_gone_is_no_good_day(desk: TerminalWorld, *, is_saved: bool) -> None:
    """In both languages; it is said which file, and whether its content is saved."""
    file = desk.chatwork.upload(desk.room, desk.tanaka, "発注書.pdf", data=b"1")
    if not is_saved:
        desk.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    desk.both("sync", code=0 if is_saved else 4)
    desk.chatwork.remove_file(file)
    desk.post("はい")
    desk.both("sync")

    japanese, english = screens(desk)
    listed = "".join(desk.both("status", "--alerts", ARCHIVE_LANG="ja")[0].split())

    kept = "保存してあります" if is_saved else "保存できていません"
    lost = "「動画編集」で、ほかの人のファイルが表示されなくなりました。"
    assert "".join(japanese.split()).startswith(
        f"チャット{lost}田中「【このファイルは削除されました】発注書.pdf」中身は{kept}。"
    )
    of_it = f"田中 “【このファイルは削除されました】 発注書.pdf” Its content {'is' if is_saved else 'was not'} saved."
    assert f"a file from somebody else is no longer shown on Chatwork. {of_it}" in " ".join(english.split())
    assert f"ほかの人のファイルが表示されなくなりました。中身は{kept}。" in listed
    assert "発注書.pdf」" in listed


def test_a_file_that_no_list_had_is_not_told_as_gone(desk: TerminalWorld) -> None:
    """Nobody saw it go: it was sent, and is not saved."""
    desk.both("sync")
    file = desk.chatwork.upload(desk.room, desk.tanaka, "発注書.pdf", data=b"1")
    del desk.chatwork.rooms[desk.room].files[file]
    desk.both("sync")

    japanese, english = screens(desk)

    told = "チャット「動画編集」で送られたファイルが、Chatworkのファイルの一覧になかったため、保存できていません。"
    assert "".join(japanese.split()).startswith(told)
    assert "a file was sent, but Chatwork's list of files did not have it" in " ".join(english.split())


def test_what_was_deleted_before_the_first_save_is_told_until_it_is_put_aside(desk: TerminalWorld) -> None:
    """Nobody knows its text; one's own is not told."""
    for message in (desk.post("お支払いは50,000円です"), desk.post("了解です", by=desk.chatwork.owner)):
        desk.chatwork.delete(message)
    desk.sync()

    japanese, english = screens(desk)
    desk.both("status", "--done", "job1")
    after = screens(desk)[0]

    told = "メッセージ1件は、はじめて見たときには削除されていました。文面は分かりません。"
    assert told == japanese.splitlines()[0]
    assert english.startswith("1 message was already deleted when first seen, so its text is unknown.")
    assert "確認済みにする: archive status --done job1" in japanese
    assert after.startswith("大丈夫です。")


def test_a_deadline_that_stands_above_is_not_counted_below(desk: TerminalWorld) -> None:
    """Its alert is another word of the same day."""
    with desk.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, f"{desk.clock() - timedelta(days=6):%Y-%m-%d}"), at=desk.clock())
    desk.both("sync")

    screen = screens(desk)[0]

    assert "検収の目安(納品から7日)" in screen
    assert "ほかに見てほしいこと" not in screen


def test_the_days_that_exist_stand_before_what_may_come(desk: TerminalWorld) -> None:
    """An inspection that is overdue stays when the chat is lost; a request that nobody made is a condition."""
    with desk.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, f"{desk.clock() - timedelta(days=9):%Y-%m-%d}"), at=desk.clock())
    desk.sync()
    desk.chatwork.remove_owner(desk.room)
    desk.sync()

    japanese, english = (" ".join(screen.split()) for screen in screens(desk))

    now, condition = japanese.index("いますぐ 1 "), japanese.index("契約途中終了リクエストが届いたら、まず相談を。")
    assert now < japanese.index("検収の目安(納品から7日)") < condition
    assert "On a 契約途中終了リクエスト: get advice first" in english


def test_a_chat_that_never_opened_is_not_called_shut(desk: TerminalWorld) -> None:
    """Nobody saw it open, and nothing of it is saved."""
    other = desk.chatwork.add_room("別件", members=[desk.tanaka], announce=False)
    desk.contract("job2", other, title="別の仕事")
    desk.chatwork.remove_owner(other)
    desk.sync()

    japanese, english = screens(desk)

    assert japanese.startswith("チャット1つを、まだ一度も開けていません。")
    assert english.startswith("1 chat could not be opened so far.")


@pytest.mark.drawn
def test_what_changed_is_put_aside_in_the_terminal_too(desk: TerminalWorld) -> None:
    """A computer without a browser has no page that says “I have seen it”; a chat that is shut is told for ever."""
    other = desk.chatwork.add_room("別件", members=[desk.tanaka], announce=False)
    desk.contract("job2", other, title="別の仕事")
    price, note = desk.post("お支払いは50,000円です"), desk.chatwork.post(other, desk.tanaka, "はい")
    desk.sync()
    desk.chatwork.edit(price, "お支払いは30,000円です")
    desk.chatwork.edit(note, "いいえ")
    desk.sync(full=True)

    before = "".join(desk.both("status", ARCHIVE_LANG="ja")[0].split())
    desk.both("status", "--done", "job1", "--done", "job2")
    after, _english = screens(desk)
    desk.chatwork.remove_owner(desk.room)
    desk.both("sync", code=4)
    desk.both("status", "--done", "job1")
    shut, _english = screens(desk)

    assert "変わった「…50,000円です」から「…30,000円です」へ" in before
    assert before.startswith("仕事「動画編集10本」。田中のメッセージが1件編集されました。前の文面は保存してあります。")
    assert (
        "仕事「別の仕事」。田中のメッセージが1件編集されました。前の文面は保存してあります。「はい」→「いいえ」"
        in before
    )
    assert "archivestatus--donejob1" in before
    assert after.startswith("大丈夫です。")
    assert shut.startswith("見てほしいことが2件あります。")
    assert "開けないチャットがあります(理由は不明): 「動画編集」" in shut


def test_a_raise_is_told_without_what_not_to_do(desk: TerminalWorld) -> None:
    """Until the sum falls again."""
    price, found = desk.post("挿絵6点、30,000円です"), []
    desk.sync()
    for text in ("挿絵7点、35,000円です", "挿絵7点、20,000円です"):
        desk.chatwork.edit(price, text)
        desk.sync(full=True)
        screen = screens(desk)[0]
        found.append(("30,000円" in screen, "しない " in screen))

    assert [(True, False), (True, True)] == found


def test_what_decides_a_dispute_stands_first_and_all_is_counted(desk: TerminalWorld) -> None:
    """Edits before deletions where they weigh more; a question is no acceptance, the user's own is no emergency."""
    price, own = desk.post("お支払いは50,000円です"), desk.post("検収OKとのこと、承知しました", by=desk.chatwork.owner)
    question, accepted, small = map(desk.post, ("修正はありませんか？", "検収OKです", "はい"))
    desk.sync()
    for message, text in ((price, "お支払いは30,000円です"), (accepted, "検収はまだです"), (question, "修正は？")):
        desk.chatwork.edit(message, text)
    for message in (own, small):
        desk.chatwork.delete(message)
    desk.sync(full=True)

    screen = " ".join("".join(screens(desk)).split())
    block = " ".join(desk.both("save", "--all", ARCHIVE_LANG="en")[0].split())

    assert "田中のメッセージが3件編集、1件削除されました。" in screen
    assert "Changed “検収OKです” now reads “検収はまだです”" in screen
    assert f"(seen {short_day(desk.clock(), desk.clock())}) and 2 more Gone" in screen
    assert " Text saved." in screen
    told = (
        "“検収OKです”",
        "“お支払いは50,000円です”",
        "“修正はありませんか？”",
        "田中 “はい”",
    )
    assert "yamada “検収OKとのこと" not in block
    assert sorted(map(block.index, told)) == [block.index(one) for one in told]


def test_a_colleague_of_the_client_who_takes_an_acceptance_back_is_told_first(desk: TerminalWorld) -> None:
    """Nobody entered who that is; what else such a person deletes stands in the alerts alone."""
    suzuki = desk.chatwork.add_account("鈴木")
    desk.chatwork.add_member(desk.room, suzuki)
    desk.contract("job1", desk.room, client="田中")
    accepted, small = (desk.post(text, by=suzuki) for text in ("検収完了です", "お疲れさまです"))
    desk.sync()
    desk.chatwork.delete(small)
    desk.sync(full=True)
    before, _english = screens(desk)
    desk.chatwork.delete(accepted)
    desk.sync(full=True)

    assert "鈴木" not in before
    assert "鈴木のメッセージが1件削除されました。" in screens(desk)[0]


def test_a_message_that_was_edited_and_then_deleted_is_told_with_both_texts(desk: TerminalWorld) -> None:
    """The first one as well: it is what was promised."""
    price = desk.post("お支払いは50,000円です")
    desk.sync()
    desk.chatwork.edit(price, "検討中です")
    desk.sync(full=True)
    desk.chatwork.delete(price)
    desk.sync(full=True)

    japanese, _english = screens(desk)

    assert "田中「お支払いは50,000円です → 検討中です」" in japanese


def test_what_the_plan_hid_before_the_first_save_is_told_though_saving_is_off(desk: TerminalWorld) -> None:
    """Page 1 of an export says it, so the first screen does not wait until all else is well."""
    desk.clock.pass_by(days=50)
    desk.post("見える")
    desk.chatwork.free_plan()
    desk.sync()

    screen = " ".join(desk.both("status", ARCHIVE_LANG="en")[0].split())

    assert screen.startswith("Automatic saving is off")
    assert re.search(
        r"\(Messages from before [\w ]+ are hidden by Chatwork's plan\. A larger plan shows them again\)", screen
    )


def test_jobs_that_share_a_chat_have_only_what_was_sent_within_their_part(desk: TerminalWorld) -> None:
    """As `job show` and reports count; two parts of a chat are one job's, and all of it is still counted once."""
    for part in range(4):
        start = desk.clock()
        desk.clock.pass_by(hours=1)
        desk.posts(part + 1)
        desk.chatwork.upload(desk.room, desk.tanaka, f"{part}.txt", data=b"1")
        desk.clock.pass_by(hours=1)
        parts = (ContractRoom(RoomId(desk.room), start, desk.clock()),)
        with desk.archive.writing() as writing:
            state_contracts(writing, [Contract(f"part{part}", parts)], at=desk.clock())
    desk.sync()

    with desk.archive.reading() as reading:
        found = status(reading)
        within = {one.id: rooms_within(reading, found.rooms, one) for one in found.contracts}
        last = {one.id: newest_message(reading, one) for one in found.contracts}

    counts = {job: [(room.messages, room.files.saved) for room in rooms] for job, rooms in within.items()}
    assert {f"part{n}": [(n + 2, 1)] for n in range(4)} == {job: one for job, one in counts.items() if job != "job1"}
    assert [(found.rooms[0].messages, 4)] == counts["job1"]
    said = {job: one.text for job, one in last.items() if one is not None}
    assert {"job1": "もう一つ 3"} | {f"part{n}": f"もう一つ {n}" for n in range(4)} == said
    lines = screens(desk)[1].splitlines()
    assert 1 == sum(bool(re.match(r"  part2 +4 +1 ", line)) for line in lines)
