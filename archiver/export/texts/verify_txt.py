"""The text of `VERIFY.txt`: how anybody checks a package without the program that made it.

Every line with a command is complete and can be copied as it is. Japanese comes first, then English.
It claims nothing that the files cannot show.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from archiver.export.bag import TAG_MANIFEST
from archiver.export.stamps import SealStamp, package_stamp_name
from archiver.export.texts.readme import encode_lines
from archiver.render.page_templates import text_lines


def verify_text(steps: dict[str, Any]) -> bytes:
    """The content of `VERIFY.txt` of a package with these parts that can be checked.

    `tables`: it holds the CSV files and `verify.py`; `raw`: the replies; `seals`: the names of their files in order;
    `stamps` and `roots` of these; `configured`: the authorities that are asked for a stamp over the package itself;
    `made_at`: a time at which their certificates are valid, as they are asked right after it.
    """
    stamps = steps["stamps"]
    last = [one for one in stamps if one.number == max(other.number for other in stamps)]
    ends = [f"{one.authority} {one.ends:%Y-%m-%d}" for one in last if one.ends is not None]
    more = {
        "last_stamps": last,
        "shown": ", ".join(ends),
        "ended": [one for one in stamps if one.ends is not None and one.ends <= steps["made_at"]],
        "list_name": TAG_MANIFEST,
        "package_stamp_name": package_stamp_name,
        "command": _verify_command,
        "seal_command": _seal_command,
    }
    return encode_lines(text_lines("verify.txt", **steps, **more))


def _seal_command(stamp: SealStamp) -> str:
    data = f"data/seals/{stamp.seal_name}"
    return _verify_command(data, f"{data}.{stamp.authority}.tsr", stamp.authority, stamp.time)


def _verify_command(data: str, reply: str, authority: str, at: datetime) -> str:
    return f"openssl ts -verify -data {data} -in {reply} -CAfile data/tsa/{authority}.pem -attime {int(at.timestamp())}"
