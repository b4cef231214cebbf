"""The texts of `00_README.txt`, which people open first, and of `VERIFY.txt`: Japanese, with some English."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from archiver.evidence.tables.build import CSV_HEADERS, KINDS, SOURCES, STATES
from archiver.evidence.tables.events import EVENT_WORDS
from archiver.evidence.tables.files_and_tasks import FILE_STATES, TASK_STATES
from archiver.export import exhibit_names
from archiver.export.bag import TAG_MANIFEST
from archiver.export.mask.patterns_by_kind import MaskKind, reason
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.people_and_dates import stand_in_note
from archiver.export.report.report_sources import BLANK, entered, platform_of
from archiver.export.stamps import SealStamp, package_stamp_name
from archiver.records import JST, Contract, contract_facts
from archiver.render.gap_breaks import PAUSE, gap_text, gap_title, interval_text, no_pauses_text, usual_interval_lines
from archiver.render.page_templates import text_lines
from archiver.render.snippet import unsealed_sentence
from archiver.report_language import is_practice, marked, say, stated_day


def encode_lines(lines: Iterable[str]) -> bytes:
    """Lines as the bytes of a text file for people: UTF-8 with a byte order mark, CRLF."""
    mark = [marked("")] if is_practice() else []
    return ("\ufeff" + "".join(f"{line}\r\n" for line in (*mark, *lines))).encode("utf-8")


_WORDS: tuple[Mapping[Any, str], ...] = (KINDS, STATES, SOURCES, EVENT_WORDS, FILE_STATES, TASK_STATES)
"""What the tables say in fixed words."""


def readme(facts: dict[str, Any]) -> bytes:
    """The content of `00_README.txt` of a package with these facts, by the names that the template has.

    Sentences: `unheld` names files whose bytes the archive never got, `left_out` those too large for this copy,
    `incomplete` what the archive should have and does not, `pauses` the pauses, `other_chats` chats not saved. `packed`
    counts files whose bytes are in it, `missing` messages that may be in the gaps. `created_at` may be None: not
    stated, so that the same copy has the same bytes.
    """
    watches = [watch for _room, watch in facts["watches"]]
    is_read = not watches or any(watch.begun is not None for watch in watches)
    none = [f"{say(PAUSE)}: {no_pauses_text(watches)}"] if is_read else []
    more = {
        "stated": _stated_facts(facts["contract"]),
        "duration": "" if facts["stamps"].delay is None else interval_text(facts["stamps"].delay),
        "is_read": is_read,
        "unusual": [*usual_interval_lines(facts["watches"]), *(facts["pauses"] or none)],
        "gap_title": gap_title,
        "gap_text": gap_text,
        "unsealed_sentence": unsealed_sentence,
        "day": f"{facts['created_at'].astimezone(JST):%Y%m%d}" if facts["created_at"] else "",
        "headers": CSV_HEADERS.items(),
        "words": filter(None, dict.fromkeys(one for words in _WORDS for one in words.values())),
    }
    return encode_lines(text_lines("readme.txt", **facts, **more))


def _stated_facts(contract: Contract) -> Iterator[tuple[str, str | None]]:
    yield say("仕事(利用者の入力)"), contract.label
    for fact in contract_facts.FACTS:
        value = stated_day(getattr(contract, fact.name) or "")
        if fact.office_label and (value or fact.is_asked):
            yield say("{label}(利用者の入力)", label=say(fact.office_label)), value


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


README, INQUIRY = "00_README.txt", "03_inquiry_text.txt"

_MAX_LENGTH = 80
_COLUMN = 22


def court_report(case: ReportInput) -> str:
    """The name of the report in a package for a court: the messages lie beside it under the numbers after it."""
    return f"甲001の{case.filed.branch}.pdf"


def submission_readme(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> bytes:
    """The content of `00_README.txt`; `names` are its files, `incomplete` sentences about missing ones."""
    contract, platform, report = case.contract, platform_of(case.contract.platform), court_report(case)
    first = {"support": ["01_report.pdf"], "consult": ["01_consult.pdf"]}.get(case.profile) or [
        *([report, f"甲001の{case.filed.branch + 1}.pdf"] if not case.filed.upto else []),
        "証拠説明書.pdf",
    ]
    called, title = (entered(stated, _MAX_LENGTH) for stated in (contract.platform_id, contract.title))
    ordered = sorted(names, key=lambda name: (len(name), name)) if case.profile == "court" else []
    copies = [exhibit_names.label(one) for one in case.enclosures if one.number in case.copies]
    screenshots, notices = (
        folder if any(name.startswith(folder) for name in names) else "" for folder in exhibit_names.FOLDERS[:2]
    )
    lines = text_lines(
        "submission_readme.txt",
        case=case,
        profile=case.profile,
        names=names,
        incomplete=incomplete,
        lacking=say("、").join(name for name in first if name not in names),
        number="" if platform.elsewhere else say("{where}の契約ID {called}", where=platform.where, called=called),
        named=say("「{title}」", title=title) if contract.title else say("(仕事名 {blank})", blank=say(BLANK)),
        is_direct=bool(platform.elsewhere),
        inquiry=INQUIRY,
        volumes=[name for name in ordered if name.startswith("甲001の") and name != report],
        report=report,
        exhibits=sorted(filter(exhibit_names.is_exhibit, ordered)),
        screenshots=screenshots,
        notices=notices,
        listed=say("、").join(copies),
        kinds=say("、").join(_masked_kinds(case)),
        notes=[
            *([stand_in_note(case)] if case.stand_ins else []),
            *([unsealed_sentence(case.unsealed)] if case.unsealed else []),
        ],
        has_report=bool(case.filed.upto) or first[0] in names,
        row=_row,
    )
    return encode_lines(lines)


def _masked_kinds(case: ReportInput) -> list[str]:
    """The kinds of what was masked in this package: names first, what the user asked for or left undecided last."""
    kinds = {reason_name for reason_name, _count in case.masked_passages}
    ends = {reason(MaskKind.NAME): -1, reason(MaskKind.USER): 1, reason(MaskKind.POSSIBLE): 2}
    wording = {reason(MaskKind.USER): say("報告者が指定した語句")}
    return [wording.get(one, say(one)) for one in sorted(kinds, key=lambda one: (ends.get(one, 0), one))]


def _row(name: str, description: str) -> str:
    width = sum(1 if character.isascii() else 2 for character in name)
    return name + " " * max(2, _COLUMN - width) + description
