"""Files from which message ids are recovered: saved pages, mails, lists and exports of other tools."""

from __future__ import annotations

import base64
import json
import quopri
from collections.abc import Callable, Iterable, Sequence

MessagePlace = tuple[int, str]
"""Room and message."""

FileBuilder = Callable[[Sequence[MessagePlace]], bytes]


def html(places: Iterable[MessagePlace]) -> bytes:
    """A page of the room, as a browser saves it."""
    posts = "\n".join(
        f'<div id="_messageId{message}" class="_message" data-mid="{message}"\n data-rid="{room}">'
        "<pre>本文 &lt;1&gt;</pre></div>"
        for room, message in places
    )
    return f"<!DOCTYPE html>\n<html><body><script>var a = 1 < 2;</script>{posts}</body></html>".encode()


def html_without_rooms(places: Sequence[MessagePlace]) -> bytes:
    """A page whose room stands only in the address that it was saved from."""
    address = f"https://www.chatwork.com/#!rid{places[0][0]}" if places else "https://example.com/"
    posts = "".join(f'<div id="_messageId{message}">あ</div>' for _, message in places)
    return f"<!-- saved from url=(0041){address} -->\n<html>{posts}</html>".encode("cp932")


def mhtml(places: Iterable[MessagePlace]) -> bytes:
    """The page of `html` as MHTML, quoted-printable beside a picture."""
    page = quopri.encodestring(html(places))
    head = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://www.chatwork.com/\r\nSubject: Chatwork\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--Part--a1--"\r\n'
    )
    part = b"\r\n----Part--a1--\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    picture = (
        b"\r\n----Part--a1--\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    )
    return head + part + page + picture + b"----Part--a1----\r\n"


def mail(places: Iterable[MessagePlace]) -> bytes:
    """A notification: text in ISO-2022-JP and HTML in base64."""
    listed_places = list(places)
    text = "\n".join(
        f"田中さんから返信 https://www.chatwork.com/#!rid{room}-{message}" for room, message in listed_places
    )
    links = "".join(
        f'<a href="https://www.chatwork.com/#%21rid{room}-{message}">表示</a>' for room, message in listed_places
    )
    encoded = base64.encodebytes(f"<html>{links}</html>".encode())
    return (
        b"Received: from x\r\nSubject: =?ISO-2022-JP?B?GyRCJDckLBsoQg==?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/alternative; boundary=b2\r\n\r\n"
        b"--b2\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n\r\n"
        + text.encode("iso-2022-jp")
        + b"\r\n--b2\r\nContent-Type: text/html; "
        b"charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded + b"\r\n--b2--\r\n"
    )


def mailbox(places: Sequence[MessagePlace]) -> bytes:
    """One mail for each message, the last one with another inside."""
    mails = [b"From MAILER Mon Nov 24 10:00:00 2026\n" + mail([place]).replace(b"\r\n", b"\n") for place in places]
    return b"\n".join(mails) + b"\n"


def forwarded(places: Iterable[MessagePlace]) -> bytes:
    """A mail with the notification attached."""
    head = b"Date: today\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n"
    return head + b"--outer\r\nContent-Type: message/rfc822\r\n\r\n" + mail(places) + b"\r\n--outer--\r\n"


def api_json(places: Iterable[MessagePlace]) -> bytes:
    """Objects of the API with their room."""
    messages = [{"room_id": room, "message_id": message, "body": "あ", "send_time": 1} for room, message in places]
    return json.dumps(messages).encode()


def gateway_json(places: Iterable[MessagePlace]) -> bytes:
    """Replies of the browser's own gateway as tools save them: `id`, `aid`, `msg`, with ids as numbers."""
    chats = [{"rid": room, "chat_list": [{"id": int(message), "aid": 5, "msg": "あ"}]} for room, message in places]
    return b"\xef\xbb\xbf" + json.dumps({"result": chats}, ensure_ascii=False).encode()


def json_lines(places: Iterable[MessagePlace]) -> bytes:
    """One object a line, as our own packages have it."""
    return b"".join(json.dumps({"room_id": room, "message_id": message}).encode() + b"\n" for room, message in places)


def our_csv(places: Iterable[MessagePlace]) -> bytes:
    """A table of ours: ids as `m…`, quoted, with a byte order mark."""
    lines = [f'"{number}","{room}","m{message}","改行\n,ある本文"\r\n' for number, (room, message) in enumerate(places)]
    return ('"No.","チャット(ルームID)","メッセージID","本文"\r\n' + "".join(lines)).encode("utf-8-sig")


def other_csv(places: Iterable[MessagePlace]) -> bytes:
    """Another tool's table in CP932."""
    lines = "".join(f"{message}\t{room}\t田中\tはい\n" for room, message in places)
    return ("message_id\troom_id\t名前\t本文\n" + lines).encode("cp932")


def plain_list(places: Iterable[MessagePlace]) -> bytes:
    """Room and id, one a line."""
    return "".join(f"{room}-{message}\r\n" for room, message in places).encode()


def link_list(places: Iterable[MessagePlace]) -> bytes:
    """Links, as they are copied in Chatwork; saved by PowerShell in UTF-16."""
    return "".join(f"・ https://kcw.kddi.ne.jp/#!rid{room}-{message} を見る\r\n" for room, message in places).encode(
        "utf-16"
    )


def addresses(places: Iterable[MessagePlace]) -> bytes:
    """Addresses whose query names both."""
    lines = (f'<a href="https://x.example/?mid={message}&amp;a=1&amp;rid={room}">x</a>' for room, message in places)
    return ("<html>" + "\n".join(lines)).encode()


def replies(places: Iterable[MessagePlace]) -> bytes:
    """Texts that answer the messages."""
    return "".join(f"[rp aid=1 to={room}-{message}] 田中さん\n" for room, message in places).encode()


KINDS: tuple[FileBuilder, ...] = (
    html,
    html_without_rooms,
    mhtml,
    mail,
    mailbox,
    forwarded,
    api_json,
    gateway_json,
    json_lines,
    our_csv,
    other_csv,
    plain_list,
    link_list,
    addresses,
    replies,
)
