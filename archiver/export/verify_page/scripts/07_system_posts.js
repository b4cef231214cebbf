// Which messages have the form of a post that Chatwork's own system makes; anybody can type such a text.

const DELETED_BODY = "[deleted]";
const PERSON_ACTIONS = "chatroom_added|chatroom_deleted|chatroom_leaved|chatroom_priv_changed|chatroom_resigned_priv_change|chatroom_over_groupchatnum|chatroom_disable_external";
const LONE_TEXTS =
  "chatroom_groupchat_created|chatroom_mychat_created|chatroom_chat_edited|chatroom_adminsetting_edited|chatroom_icon_updated|chatroom_chat_joined|" +
  "chatroom_contact_added|chatroom_contact_added_by_facebook|chatroom_resigned_priv_change_all|live_start";
const USER_TEXT = "(?:(?!\\[\\/?(?:info|title|task|download)\\b|\\[dtext:)[\\s\\S])*";
const LONE_POST = "\\[dtext:(?:" + LONE_TEXTS + ")\\]";
const PERSON_TAGS = "(?:\\[(?:piconname|picon|pname):[0-9]{1,19}\\][ 、,]*)*";
const POST_LINE =
  "(?:" + LONE_POST + "|\\[dtext:chatroom_(?:chatname|description)_is\\]" + USER_TEXT + "\\[dtext:chatroom_(?:set|changed)\\]" +
  "|(?:\\[dtext:chatroom_member_is\\])?" + PERSON_TAGS + "\\[dtext:(?:" + PERSON_ACTIONS + ")\\])";
const FILE_POST =
  "\\[title\\]\\[dtext:(?:file_uploaded|file_edited)\\]\\[\\/title\\](?:(?:\\[preview [^\\[\\]]*\\])*\\[download:[0-9]{1,19}\\]" + USER_TEXT + "\\[\\/download\\]\\s*)+";
const REMOVED_POST = "\\[title\\]\\[dtext:(?:file|task)_deleted\\]\\[\\/title\\](?:\\[task [^\\[\\]]*\\]|(?:\\[preview [^\\[\\]]*\\])*\\[download:[0-9]{1,19}\\])?" + USER_TEXT + "(?:\\[\\/(?:task|download)\\])?";
const TASK_POST =
  "\\[title\\]\\[dtext:(?:task_added|task_edited|task_done|task_reverted)\\]\\[\\/title\\]\\[task [^\\[\\]]*\\]" + USER_TEXT + "\\[\\/task\\]";
const POST_LINES = "(?:\\[title\\]" + POST_LINE + "\\[\\/title\\]|" + POST_LINE + ")(?:\\s*" + POST_LINE + ")*";
const MASK_SUFFIX = "(?:(?:\\(隠した部分が異なる文面| \\(another covered text, )[0-9]+\\))?";
const POST_FORM = new RegExp(
  "^(?:(?:\\[info\\](?:" + POST_LINES + "|" + FILE_POST + "|" + REMOVED_POST + "|" + TASK_POST + ")\\[\\/info\\]|" + LONE_POST + ")" + MASK_SUFFIX + ")$"
);
const BOX = new RegExp("\\[info\\](?:" + FILE_POST + "|" + REMOVED_POST.replace(USER_TEXT, "(" + USER_TEXT + ")") + "|" + TASK_POST + ")\\[\\/info\\]", "g");
const CANCELLED = /\[(?:piconname|picon|pname):([0-9]{1,19})\][ 、,]*\[dtext:chatroom_resigned_priv_change\]/;

const isSystemPost = (body) => body.includes("[dtext:") && POST_FORM.test(body.trim());

// Whether a text differs from the one before only as a box became that of a removed file or task; its words may have
// gone with it, where there is no time of an edit.
function isBoxRemoval(before, after, updated) {
  if (!/\[dtext:(?:file|task)_deleted\]/.test(after)) return false;
  const beside = (text) => text.split(BOX).filter((_part, index) => index % 2 === 0);
  const was = beside(before), now = beside(after);
  if (was.join("\0") !== now.join("\0") && (updated || was.length !== now.length || now.some((part) => part.trim()))) return false;
  const boxes = [...before.matchAll(BOX)], later = [...after.matchAll(BOX)].slice(0, boxes.length);
  const changed = later.map((box, index) => [boxes[index], box]).filter(([old, box]) => old[0] !== box[0]);
  return changed.length > 0 && changed.every(([old, box]) => old[1] === undefined && box[1] !== undefined && old[0].includes(box[1].trim()));
}

// Whose account a post says was cancelled: 0 where it names nobody, null for every other text.
function cancelledAccount(body) {
  if (!body.includes("[dtext:chatroom_resigned_priv_change") || !isSystemPost(body)) return null;
  const match = CANCELLED.exec(body);
  return match ? normalWhole(BigInt(match[1])) : 0;
}

function messageKind(bodies) {
  const texts = bodies.filter((body) => body !== DELETED_BODY);
  if (!texts.length) return "unknown";
  return texts.every(isSystemPost) ? "notice" : "speech";
}
