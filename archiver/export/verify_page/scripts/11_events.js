// The rows of events.csv, made of records: what changed and when it was noticed.

const EVENT_HEADER = ["検知日時(日本時間)", "種類", "No.", "対象", "チャット(ルームID)", "前の内容", "後の内容", "最後に変更前を確認した日時(日本時間)", "記録番号"];
const EVENT_TEXT_LIMIT = 500;
const CANCELLATION = "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)";
const MESSAGE_EVENTS = { missing: "表示されなくなった(理由不明)", hidden: "プランの制限で見えなくなった" };
const FIRST_SEEN = {
  edited: "保存時点で編集済み(それより前の文面は不明)",
  deleted: "保存時点で「削除」表示(文面は不明)",
  missing: "保存時点で表示なし",
  hidden: "保存時点でプランの制限により見えない",
};
const ROOM_TYPES = { direct: "ダイレクトチャット", group: "グループチャット", my: "マイチャット" };
const ACCESS_EVENTS = { "room.inaccessible": "チャットが開けなくなった(理由不明)", "room.accessible": "チャットが再び開けるようになった" };
const TASK_EVENTS = ["タスクが表示されなくなった(理由不明)", "タスクが再び表示された"];
const OUTSIDE = "期間外のメッセージ";
const ERASED_EVENT = "報告者が、保存したメッセージを消去した";
const GAP_EVENTS = { gap: "保存できなかった期間が生じた", "gap.narrowed": "保存できなかった期間が狭まった", "gap.closed": "保存できなかった期間がなくなった" };

const eventCells = (event) => [
  jstOf(event.at), event.kind, event.no, event.about, event.roomId, cutText(event.before, event), cutText(event.after, event), jstOf(event.lastBefore), event.seq,
];
const sortEvents = (events) => [...events].sort((a, b) => compareWhole(a.seq, b.seq) || compareText(a.kind, b.kind));

function cutText(text, event) {
  const signs = Array.from(text);
  const whole = event.no !== null ? "messages.csv" : TASK_EVENTS.includes(event.kind) ? "tasks.csv" : "entries.jsonl";
  return signs.length <= EVENT_TEXT_LIMIT ? text : signs.slice(0, EVENT_TEXT_LIMIT).join("") + "…(全文は " + whole + ")";
}

// The changes of one message, from its records, oldest first.
function messageEvents(no, entries, sightings) {
  const first = entries[0], events = [];
  const begin = own(FIRST_SEEN, stateOf(first));
  if (begin) events.push(messageEvent(no, first, begin, "", shownBody(first), null));
  events.push(...cancellationEvents(no, first));
  for (let index = 1; index < entries.length; index++) {
    const before = entries[index - 1], after = entries[index], kind = changeKind(before, after);
    if (!kind) continue;
    const last = sightings.before(toBig(partAfter(after.key, "/")), after);
    const shownAt = own(MESSAGE_EVENTS, stateOf(before)) ? null : asText(before.observed_at);
    const gone = own(MESSAGE_EVENTS, stateOf(after));
    events.push(messageEvent(no, after, kind, shownBody(before), gone ? "" : shownBody(after), laterOf([last, shownAt])));
  }
  return events;
}

function changeKind(before, after) {
  const was = stateOf(before), now = stateOf(after);
  if (own(MESSAGE_EVENTS, now)) return was === now ? null : MESSAGE_EVENTS[now];
  if (now === "deleted") return was === "deleted" ? null : "「削除」表示に変わった";
  if (isBoxRemoval(bodyOf(before), bodyOf(after), updateTimeOf(after))) return "ファイル・タスクが「削除」表示に変わった";
  if (bodyOf(before) !== bodyOf(after)) return shownBody(before) !== shownBody(after) ? "編集された" : "更新時刻だけが変わった";
  if (updateTimeOf(before) !== updateTimeOf(after)) return "更新時刻だけが変わった";
  return own(MESSAGE_EVENTS, was) ? "再び表示された" : null;
}

function cancellationEvents(no, first) {
  const received = receivedOf(first), account = cancelledAccount(textOr(get(received, "body")));
  if (account === null || numberOr(get(accountOf(received), "account_id")) === first.account_id) return [];
  const who = account ? "アカウントID " + account + " " : "";
  return [messageEvent(no, first, CANCELLATION, "", who + "メッセージの日時 " + jst(numberOr(get(received, "send_time"))), null)];
}

function messageEvent(no, entry, kind, before, after, last) {
  return { at: notBefore(entry.observed_at, last), seq: entry.seq, kind, roomId: entry.room_id, no, about: messageCell(partAfter(entry.key, "/")), before, after, lastBefore: last };
}

function shownBody(entry) {
  const body = bodyOf(entry);
  return body === DELETED_BODY ? "(「削除」表示)" : body;
}

// --- everything else --------------------------------------------------------------------------

function otherEvents(other, starts) {
  const last = new Map(), firstMembers = new Map(), events = [];
  const add = (entry, kind, about, before = "", after = "") =>
    events.push({ at: entry.observed_at, seq: entry.seq, kind, roomId: entry.room_id, no: null, about, before, after, lastBefore: null });
  for (const entry of other) {
    const room = entry.room_id;
    if (room === null) continue;
    const key = asText(room) + "|" + asText(entry.key), before = last.get(key) || null;
    if (entry.observed_at < (starts.get(room) || "")) {
      if (entry.kind === "member" && !firstMembers.has(room)) firstMembers.set(room, entry.observed_at);
      last.set(key, entry);
      continue;
    }
    if (entry.kind === "member") {
      if (!firstMembers.has(room)) firstMembers.set(room, entry.observed_at);
      addMemberEvents(add, before, entry, firstMembers.get(room));
    } else if (own(EVENTS_OF_KIND, entry.kind)) {
      EVENTS_OF_KIND[entry.kind](add, before, entry);
    } else if (own(ACCESS_EVENTS, entry.kind)) {
      add(entry, ACCESS_EVENTS[entry.kind], "ルームID " + room);
    } else if (own(GAP_EVENTS, entry.kind)) {
      const isErased = entry.payload.reason === "erased";
      add(entry, isErased ? ERASED_EVENT : GAP_EVENTS[entry.kind], gapText(entry.payload));
    }
    if (!own(ACCESS_EVENTS, entry.kind)) last.set(key, entry);
  }
  return events;
}

const fieldText = (entry, field = "name") => textOr(get(receivedOf(entry), field));
const isGone = (entry) => stateOf(entry) === "gone";

function addMemberEvents(add, before, entry, firstList) {
  const gone = isGone(entry), wasGone = before !== null && isGone(before);
  const label = () => fieldText(entry) + "(ID " + lastPart(entry.key, "/") + ")";
  if (gone && !wasGone) add(entry, "参加者の一覧に表示されなくなった", label());
  else if (!gone && (wasGone || (before === null && entry.observed_at > firstList))) add(entry, "参加者の一覧に加わった", label());
}

const EVENTS_OF_KIND = {
  account(add, before, entry) {
    if (before !== null && fieldText(before) !== fieldText(entry)) {
      add(entry, "表示名が変わった", "アカウントID " + lastPart(entry.key, "/"), fieldText(before), fieldText(entry));
    }
  },
  room(add, before, entry) {
    if (before === null) return;
    const about = "ルームID " + entry.room_id;
    for (const [field, kind] of [["name", "チャット名が変わった"], ["description", "チャットの概要が変わった"]]) {
      if (fieldText(before, field) !== fieldText(entry, field)) add(entry, kind, about, fieldText(before, field), fieldText(entry, field));
    }
    const [was, now] = [fieldText(before, "type"), fieldText(entry, "type")];
    if (was !== now) add(entry, "チャットの種類が変わった", about, own(ROOM_TYPES, was) || was, own(ROOM_TYPES, now) || now);
  },
  file(add, before, entry) {
    const about = "ファイルID " + lastPart(entry.key, "/") + " " + fieldText(entry, "filename");
    const gone = isGone(entry), wasGone = before !== null && isGone(before);
    if (gone && !wasGone) add(entry, "ファイルが一覧に表示されなくなった", about);
    else if (wasGone && !gone) add(entry, "ファイルが再び一覧に表示された", about);
    const [was, now] = before === null ? ["", ""] : [fieldText(before, "filename"), fieldText(entry, "filename")];
    if (was !== now) add(entry, "ファイル名が変わった", "ファイルID " + lastPart(entry.key, "/"), was, now);
  },
  task(add, before, entry) {
    const about = "タスクID " + lastPart(entry.key, "/");
    const gone = isGone(entry), wasGone = before !== null && isGone(before);
    if (gone && !wasGone) add(entry, TASK_EVENTS[0], about, fieldText(entry, "body"));
    else if (wasGone && !gone) add(entry, TASK_EVENTS[1], about, "", fieldText(entry, "body"));
  },
};

function gapText(payload) {
  const about = payload.reason === "erased" ? "" : "およそ";
  const missing = need(payload, "missing") === null ? "件数不明" : about + payload.missing + "件";
  const after = "after" in payload ? messageCell(payload.after) || "チャットの始まり" : OUTSIDE;
  return after + "から" + ("before" in payload ? messageCell(payload.before) : OUTSIDE) + "の間(" + missing + ")";
}
