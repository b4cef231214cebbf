"""`00_README.txt` of a package that is read, not verified: an introduction, its files, and what is missing in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archiver.export import enclosure_file_names
from archiver.export.mask.kinds import MaskKind, reason
from archiver.export.report.input import BLANK, ReportInput, platform_of, shorten_line
from archiver.export.report.people_and_dates import stand_in_note
from archiver.export.texts.readme import encode_lines
from archiver.render.invisible_characters import visible
from archiver.render.page_templates import text_lines
from archiver.render.snippet import unsealed_sentence
from archiver.report_language import say

README, INQUIRY = "00_README.txt", "03_inquiry_text.txt"

_MAX_LENGTH = 80
_COLUMN = 22


def encode_text(text: str) -> bytes:
    """A text as the bytes of a file for people: UTF-8 with a byte order mark, CRLF."""
    return encode_lines(text.split("\n"))


def court_report(case: ReportInput) -> str:
    """The name of the report in a package for a court: the messages lie beside it under the numbers after it."""
    return f"甲001の{case.filed.branch}.pdf"


def readme(case: ReportInput, names: Collection[str], incomplete: Sequence[str]) -> bytes:
    """The content of `00_README.txt`; `names` are its files, `incomplete` sentences about missing ones."""
    contract, platform, report = case.contract, platform_of(case.contract.platform), court_report(case)
    first = {"support": ["01_report.pdf"], "consult": ["01_consult.pdf"]}.get(case.profile) or [
        *([report, f"甲001の{case.filed.branch + 1}.pdf"] if not case.filed.upto else []),
        "証拠説明書.pdf",
    ]
    called, title = (
        shorten_line(visible(stated or say(BLANK)), _MAX_LENGTH) for stated in (contract.platform_id, contract.title)
    )
    ordered = sorted(names, key=lambda name: (len(name), name)) if case.profile == "court" else []
    copies = [enclosure_file_names.label(one) for one in case.enclosures if one.number in case.copies]
    screenshots, notices = (
        folder if any(name.startswith(folder) for name in names) else "" for folder in enclosure_file_names.FOLDERS[:2]
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
        exhibits=sorted(filter(enclosure_file_names.is_exhibit, ordered)),
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
    kinds = {one.reason for one in case.masked_passages}
    ends = {reason(MaskKind.NAME): -1, reason(MaskKind.USER): 1, reason(MaskKind.POSSIBLE): 2}
    wording = {
        reason(MaskKind.USER): say("報告者が指定した語句"),
        reason(MaskKind.POSSIBLE): say("報告者が隠した語、氏名・連絡先などの可能性がある語"),
    }
    return [wording.get(one, say(one)) for one in sorted(kinds, key=lambda one: (ends.get(one, 0), one))]


def _row(name: str, description: str) -> str:
    width = sum(1 if character.isascii() else 2 for character in name)
    return name + " " * max(2, _COLUMN - width) + description
