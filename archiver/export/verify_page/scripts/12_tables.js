// All lines of the JSONL and CSV files, made again from the records.

const MESSAGES = "messages.jsonl";
const STATES = { present: "", edited: "編集された", deleted: "「削除」表示に変わった", missing: "表示されなくなった(理由不明)", hidden: "プランの制限で見えない" };
const KINDS = { speech: "メッセージ", notice: "Chatworkの自動メッセージ", unknown: "不明(文面なし)" };
const SOURCES = { list: "一覧", single: "1件ずつ", recovered: "1件ずつ(報告者の資料のID)", copy: "保管庫の別の写し" };
const MESSAGE_HEADER = [
  "No.", TIME, "送信時刻(Unix秒)", "チャット(ルームID)", "メッセージID", "発言者(表示名)", "アカウントID", "種類", "状態", "本文", "以前の文面", "状態を確認した日時(日本時間)",
  "最初に保存した日時(日本時間)", "更新時刻(Unix秒)", "取得方法", "記録番号",
];
const INQUIRY_HEADER = [
  "No.", "ルームID", "メッセージID", "アカウントID", TIME, "送信時刻(Unix秒)", "更新時刻(Unix秒)", "最初に保存した日時(日本時間)", "変化を確認した日時(日本時間)",
];
const CSV_HEADERS = {
  "messages.csv": MESSAGE_HEADER, "operator_inquiry.csv": INQUIRY_HEADER, "links.csv": LINK_HEADER, "files.csv": FILE_HEADER, "events.csv": EVENT_HEADER, "tasks.csv": TASK_HEADER,
  "pauses.csv": PAUSE_HEADER,
};

// A function from a record's number to that of its seal, made of each seal's [number, first, last].
function sealNumbers(ranges) {
  const ordered = [...ranges].sort((a, b) => a[1] - b[1]);
  return (seq) => {
    let low = 0, high = ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ordered[middle][1] <= seq) low = middle + 1;
      else high = middle;
    }
    return low > 0 && seq <= ordered[low - 1][2] ? ordered[low - 1][0] : null;
  };
}

// Every line as [file name, line], those of one file in order; throws for records of another shape.
function* tableLines(groups, other, readings, { sealOf, stampOf, packed, historyOf, starts }) {
  for (const [name, header] of Object.entries(CSV_HEADERS)) yield [name, "\ufeff" + csvLine(header)];
  const events = otherEvents(other, starts);
  let no = 0;
  for (const entries of groups) {
    no++;
    const sightings = readings.get(entries[0].room_id), history = historyOf(entries, sightings);
    const seal = sealOf(history.entrySeq);
    yield [MESSAGES, jsonlLine(messageObject(no, history, seal, stampOf(seal)))];
    yield ["messages.csv", csvLine(messageCells(no, history))];
    yield ["operator_inquiry.csv", csvLine(inquiryCells(no, history))];
    for (const link of messageLinks(no, history)) yield ["links.csv", csvLine(linkCells(link))];
    events.push(...messageEvents(no, entries, sightings || new Sightings()));
  }
  for (const link of otherLinks(other)) yield ["links.csv", csvLine(linkCells(link))];
  for (const row of fileRows(other)) yield ["files.csv", csvLine(fileCells(row, row.storedAs !== null && packed.has(row.storedAs)))];
  for (const event of sortEvents(events)) yield ["events.csv", csvLine(eventCells(event))];
  for (const line of taskLines(other, starts)) yield ["tasks.csv", line];
  for (const row of pauseRows(readings)) {
    yield ["pauses.csv", csvLine(pauseCells(row))];
    yield [PAUSES, jsonlLine(pauseObject(row))];
  }
}

function messageObject(no, history, seal, stampedAt) {
  const version = (span) => ({ body: span.body, first_seen: span.firstSeen, last_seen: span.lastSeen, update_time: span.updateTime });
  return {
    no, room_id: history.roomId, message_id: history.messageId, account_id: history.accountId, name: history.name, send_time: history.sendTime,
    time_jst: jst(history.sendTime) || null, update_time: history.updateTime, state: history.state, kind: history.kind, body: history.body,
    versions: history.versions.map(version), first_seen_at: history.firstSeen, entry_seq: history.entrySeq, seal, stamped_at: stampedAt, source: history.source,
  };
}

function messageCells(no, history) {
  return [
    no, jst(history.sendTime), history.sendTime || "", history.roomId, messageCell(history.messageId), history.name, history.accountId,
    own(KINDS, history.kind) || history.kind, stateText(history), history.body === DELETED_BODY ? "(「削除」表示)" : history.body, earlierTexts(history),
    history.state !== "present" ? jstOf(history.changedAt) : "", jstOf(history.firstSeen), history.updateTime || "", own(SOURCES, history.source) || history.source, history.entrySeq,
  ];
}

// What became of a message; what it was already when it was first saved is told as that.
function stateText(history) {
  const texts = new Set(history.versions.map((span) => span.body));
  texts.delete(DELETED_BODY);
  if ((history.state === "deleted" && !texts.size) || (history.state === "edited" && texts.size === 1)) return FIRST_SEEN[history.state];
  return own(STATES, history.state) ?? history.state;
}

function inquiryCells(no, history) {
  return [
    no, history.roomId, messageCell(history.messageId), history.accountId, jst(history.sendTime), history.sendTime || "", history.updateTime || "", jstOf(history.firstSeen),
    history.state !== "present" ? jstOf(history.changedAt) : "",
  ];
}

const earlierTexts = (history) =>
  history.versions.slice(0, -1).filter((span) => span.body !== DELETED_BODY)
    .map((span) => "【" + jstOf(span.firstSeen) + " から " + jstOf(span.lastSeen) + " まで確認】" + span.body).join("\n");
