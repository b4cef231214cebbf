// The rows of files.csv, tasks.csv and links.csv, made of records.

const NOT_YET = "まだ保存できていません";
const REASONS = {
  too_large: "設定した大きさの上限を超えるため、取得していません",
  no_space: "このパソコンの空き容量が足りませんでした",
  not_shown: "Chatworkが「見つからない」と応答しました(404など)",
  not_found: "ファイルの置き場所が「見つからない」と応答しました(404など)",
  refused: "ファイルの置き場所が「許可しない」と応答しました(403)",
  not_understood: "Chatworkの応答が読み取れませんでした",
  unreachable: "ファイルの置き場所につながりませんでした",
  cut: "取得が途中で切れました",
  slow: "取得に時間がかかりすぎました",
  wrong_size: "届いた大きさが一覧の大きさと違いました",
  redirects: "転送が多すぎました",
  address: "安全でない場所への案内でした",
  status: "ファイルの置き場所がエラーを返しました",
};
const FILE_STATES = { gone: "表示されなくなった", replaced: "差し替えられた" };
const FILE_HEADER = [
  "番号", "資料内のファイル", "元のファイル名", "大きさ(バイト)", TIME, "送信時刻(Unix秒)", "チャット(ルームID)", "ファイルID", "メッセージID", "送信者(表示名)",
  "送信者(アカウントID)", "状態", "表示されなくなったことを確認した日時(日本時間)", "保存", "保存日時(日本時間)", "保存した大きさ(バイト)", "SHA-256",
];
const own = (table, key) => (isText(key) && Object.hasOwn(table, key) ? table[key] : undefined);

// Every file, numbered by upload time and id.
function fileRows(other) {
  const listed = new Map(), saved = new Map();
  for (const entry of other) {
    if (entry.kind !== "file" && entry.kind !== "blob") continue;
    const id = toBig(lastPart(entry.key, "/"));
    const key = asText(entry.room_id) + "/" + id, map = entry.kind === "file" ? listed : saved;
    if (!map.has(key)) map.set(key, { room: entry.room_id, id, entries: [] });
    map.get(key).entries.push(entry);
  }
  const rows = [];
  for (const [key, group] of listed) rows.push(...rowsOfFile(group, (saved.get(key) || { entries: [] }).entries));
  rows.sort((a, b) => compareWhole(a.uploadTime, b.uploadTime) || compareWhole(a.fileId, b.fileId) || compareWhole(a.roomId, b.roomId) || (a.state !== "replaced") - (b.state !== "replaced"));
  rows.forEach((row, index) => {
    row.number = "F-" + String(index + 1).padStart(4, "0");
    row.storedAs = row.sha256 === null ? null : row.number + extensionOf(row.name);
  });
  return rows;
}

const compareWhole = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function extensionOf(name) {
  const ending = name.includes(".") ? lastPart(name, ".") : "";
  return /^[A-Za-z0-9]{1,10}$/.test(ending) ? "." + ending.toLowerCase() : ".bin";
}

function rowsOfFile(group, saved) {
  const present = nameFirstListed(listedRow(group, group.entries[group.entries.length - 1]), group.entries);
  const blob = [...saved].reverse().find((entry) => numberOr(need(entry.payload, "listed_size")) === present.size && numberOr(need(entry.payload, "listed_time")) === present.uploadTime);
  const rows = [addSavedBytes(present, blob)];
  const seen = new Set([rows[0].sha256, null]);
  for (const entry of saved) {
    const digest = savedDigest(entry);
    if (seen.has(digest)) continue;
    seen.add(digest);
    const then = [...group.entries].reverse().find((one) => one.seq < entry.seq) || group.entries[0];
    const row = listedRow(group, then);
    Object.assign(row, { size: numberOr(need(entry.payload, "listed_size")), uploadTime: numberOr(need(entry.payload, "listed_time")), state: "replaced", goneSince: null });
    rows.push(addSavedBytes(nameFirstListed(row, group.entries), entry));
  }
  return rows;
}

function nameFirstListed(row, entries) {
  const shows = (received) => numberOr(get(received, "filesize")) === row.size && numberOr(get(received, "upload_time")) === row.uploadTime;
  const first = entries.map(receivedOf).find(shows);
  return first ? Object.assign(row, { name: textOr(get(first, "filename")) }) : row;
}

function listedRow(group, entry) {
  const received = receivedOf(entry), state = stateOf(entry), account = accountOf(received);
  return {
    roomId: group.room,
    fileId: normalWhole(group.id),
    messageId: asText(get(received, "message_id") || ""),
    accountId: numberOr(get(account, "account_id")),
    accountName: textOr(get(account, "name")),
    name: textOr(get(received, "filename")),
    size: numberOr(get(received, "filesize")),
    uploadTime: numberOr(get(received, "upload_time")),
    state: textOr(state),
    goneSince: state === "gone" ? entry.observed_at : null,
    sha256: null, savedSize: null, savedAt: null, reason: NOT_YET,
  };
}

function savedDigest(blob) {
  return need(blob.payload, "state") === "saved" ? digestOrNull(get(blob.payload, "sha256")) : null;
}

function addSavedBytes(row, blob) {
  if (!blob) return row;
  const sha256 = savedDigest(blob);
  if (sha256 === null) {
    const reason = textOr(get(blob.payload, "reason"));
    return Object.assign(row, { reason: own(REASONS, reason) || reason || NOT_YET });
  }
  return Object.assign(row, { sha256, savedSize: numberOr(get(blob.payload, "size")), savedAt: get(blob.payload, "saved_at"), reason: null });
}

function fileCells(row, packed) {
  const saving = row.sha256 === null ? "保存できていません: " + (row.reason || NOT_YET) : packed ? "保存済み" : "保存済み(この資料には入っていません)";
  return [
    row.number, packed ? "files/" + row.storedAs : "", row.name, row.size, jst(row.uploadTime), row.uploadTime || "", row.roomId, row.fileId, messageCell(row.messageId),
    row.accountName, row.accountId, own(FILE_STATES, row.state) || "", jstOf(row.goneSince), saving, jstOf(row.savedAt), row.savedSize, row.sha256,
  ];
}

// --- tasks ------------------------------------------------------------------------------------

const TASK_HEADER = [
  "タスクID", "チャット(ルームID)", "メッセージID", "担当者(表示名)", "担当者(アカウントID)", "依頼者(表示名)", "依頼者(アカウントID)", "内容", "期限(日本時間)", "期限(Unix秒)", "状態",
  "最初に保存した日時(日本時間)", "表示されなくなったことを確認した日時(日本時間)", "以前の内容", "記録番号",
];
const FROM_BEFORE = "期間の前から";
const TASK_STATUS = { open: "未完了", done: "完了" };

function* taskLines(other, starts) {
  const groups = new Map();
  for (const entry of other) {
    if (entry.kind !== "task") continue;
    const id = toBig(lastPart(entry.key, "/")), key = asText(entry.room_id) + "/" + id;
    if (!groups.has(key)) groups.set(key, { room: entry.room_id, id: normalWhole(id), entries: [] });
    groups.get(key).entries.push(entry);
  }
  const ordered = [...groups.values()].sort((a, b) => compareWhole(a.room, b.room) || compareWhole(a.id, b.id));
  for (const group of ordered) yield csvLine(taskCells(group, starts.get(group.room) || ""));
}

function taskCells({ room, id, entries }, start) {
  const latest = entries[entries.length - 1], received = receivedOf(latest);
  const assignee = accountOf(received), assigner = accountOf(received, "assigned_by_account");
  const limitTime = numberOr(get(received, "limit_time")), limit = jst(limitTime);
  const status = textOr(get(received, "status"));
  return [
    id, room, messageCell(asText(get(received, "message_id") || "")), textOr(get(assignee, "name")), numberOr(get(assignee, "account_id")), textOr(get(assigner, "name")),
    numberOr(get(assigner, "account_id")), textOr(get(received, "body")), textOr(get(received, "limit_type")) === "date" ? limit.slice(0, 10) : limit, limitTime || "",
    own(TASK_STATUS, status) || status, entries[0].observed_at < start ? FROM_BEFORE : jstOf(entries[0].observed_at), jstOf(stateOf(latest) === "gone" ? latest.observed_at : null), earlierTaskTexts(entries), latest.seq,
  ];
}

function earlierTaskTexts(entries) {
  const bodies = [];
  for (const entry of entries) {
    const body = bodyOf(entry);
    if (!bodies.length || bodies[bodies.length - 1][0] !== body) bodies.push([body, entry.observed_at]);
  }
  return bodies.slice(0, -1).map(([body, at]) => "【" + jstOf(at) + " に確認】" + body).join("\n");
}

// --- web addresses ----------------------------------------------------------------------------

const LINK_HEADER = ["No.", TIME, "チャット(ルームID)", "場所", "発言者(表示名)", "URL", "どの文面にあるか"];
const linkCells = (link) => [link.no, link.time, link.roomId, link.place, link.author, link.url, link.current ? "今の文面" : "以前の文面"];

function urlsIn(text) {
  if (!text.includes("://")) return [];
  return [...new Set((text.match(/https?:\/\/[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+/gi) || []).map(trimUrl))];
}

function trimUrl(url) {
  const count = (sign) => url.split(sign).length - 1;
  while (url && (".,:;!?'".includes(url[url.length - 1]) || (url.endsWith(")") && count(")") > count("(")))) url = url.slice(0, -1);
  return url;
}

function messageLinks(no, history) {
  const current = new Map(urlsIn(history.body).map((url) => [url, true]));
  for (const span of history.versions) for (const url of urlsIn(span.body)) if (!current.has(url)) current.set(url, false);
  const place = messageCell(history.messageId), time = jst(history.sendTime);
  return [...current].map(([url, isCurrent]) => ({ no, roomId: history.roomId, place, time, author: history.name, url, current: isCurrent }));
}

function* otherLinks(other) {
  const texts = new Map();
  for (const entry of other) {
    if (entry.kind !== "room" && entry.kind !== "task") continue;
    const isTask = entry.kind === "task", key = asText(entry.room_id) + "|" + entry.key;
    const place = isTask ? "タスクID " + lastPart(entry.key, "/") : "チャットの概要";
    if (!texts.has(key)) texts.set(key, new Map());
    const links = texts.get(key), found = urlsIn(textOr(get(receivedOf(entry), isTask ? "body" : "description")));
    for (const url of found) {
      if (!links.has(url)) links.set(url, { no: null, roomId: entry.room_id, place, time: jstOf(entry.observed_at), author: "", url, current: true });
    }
    for (const [url, link] of links) link.current = found.includes(url);
  }
  for (const links of texts.values()) yield* links.values();
}
