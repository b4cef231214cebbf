"""What a check of a package could not compare with the records, said in its last lines.

Whoever changes one of these can make the lists of digests anew. Standard library and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import AbstractSet  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.tables.build import CSV_HEADERS
from archiver.evidence.verify.findings import Verification

_TEXT_NAME = re.compile(
    r"00_README\.txt|VERIFY\.txt|verify\.(?:py|html)|bag-info\.txt|fetch\.txt|data/[a-z_]+\.txt(?<!sha256\.txt)"
)
"""Texts beside the records that are not made again to be compared."""

_PACKAGE_NAME = re.compile(
    r"bagit\.txt|manifest(?:-sha256|[0-9]{8})\.txt|tagmanifest-sha256\.txt(?:\.[a-z0-9-]{1,20}\.tsr)?"
    r"|data/content-sha256\.txt|data/(?:entries|masked|messages|pauses)\.jsonl"
    r"|data/(?:messages|files|events|links|tasks|pauses|operator_inquiry)\.csv"
    r"|data/(?:report(?:_all_messages-[0-9]{2,4})?|evidence_list)\.pdf|data/evidence_list\.(?:csv|docx|xlsx)"
    r"|data/seals/[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json(?:\.[a-z0-9-]{1,20}\.tsr)?"
    r"|data/(?:files|enclosures|transcript|seals/orphaned)/.+|data/tsa/[a-z0-9-]{1,20}\.pem|data/raw/[^/]+\.json",
    re.DOTALL,
)
"""What else packages hold: it is compared with the records, or said below."""

_LISTS = ("csv", "docx", "xlsx")
"""Kinds of the list of exhibits, besides its pages; earlier packages have it as a table."""

_LISTED_NAMES = 20


def _add_missing_tables(verification: Verification, names: AbstractSet[str]) -> None:
    """Say which tables are not there: without any of them, none of them is missed."""
    if not any(f"data/{name}" in names for name in CSV_HEADERS):
        sentence = _(
            "{files}: not in this package. A daily copy has no such tables; from any other package for a lawyer or a "
            "court somebody took them out."
        )
        verification.add_unchecked("tables", sentence.format(files=", ".join(sorted(CSV_HEADERS))))


def _add_unused_roots(verification: Verification, names: AbstractSet[str]) -> None:
    """Say which certificates no stamp in the package needs."""
    used = {name.split(".")[-2] for name in names if name.endswith(".tsr")}
    unused = sorted(name for name in names if name.startswith("data/tsa/") and name[9:].partition(".")[0] not in used)
    if unused:
        sentence = _("{files}: certificates that no time stamp in this package needs; they were not checked.")
        verification.add_unchecked("unused certificates", sentence.format(files=", ".join(unused[:_LISTED_NAMES])))


def add_unchecked_parts(verification: Verification, names: AbstractSet[str]) -> None:
    """Say what lists of digests alone protect, that anybody can make those anew, and what may have been left out."""
    if any(name.startswith("data/transcript/") for name in names):
        sentence = _(
            "The pages in {folder} are protected by the lists of hashes alone; they were not compared with the records."
        )
        verification.add_unchecked("data/transcript/", sentence.format(folder="data/transcript/"))
    texts = sorted(name for name in names if _TEXT_NAME.fullmatch(name))
    if texts:
        sentence = _("{files}: protected by the lists of hashes alone; they were not compared with the records.")
        verification.add_unchecked("texts", sentence.format(files=", ".join(texts)))
    others = sorted(name for name in names if not (_TEXT_NAME.fullmatch(name) or _PACKAGE_NAME.fullmatch(name)))
    if others:
        sentence = _(
            "{files}: this program puts no such files into packages and no record speaks of them; at most "
            "the lists of hashes protect them."
        )
        named = ", ".join(others[:_LISTED_NAMES]) + (" …" if len(others) > _LISTED_NAMES else "")
        verification.add_unchecked("other files", sentence.format(files=named))
    if any(name.startswith("data/raw/") and name.endswith(".meta.json") for name in names):
        verification.add_unchecked(
            "data/raw/",
            _(
                "Times, addresses and headers beside the replies (data/raw/*.meta.json) and the times in the "
                "replies' file names: protected by the lists of hashes alone. The times in the records are "
                "sealed."
            ),
        )
    _add_missing_tables(verification, names)
    _add_unused_roots(verification, names)
    verification.add_unchecked(
        "tagmanifest-sha256.txt",
        _(
            "Whether the lists of hashes are those made with the package: whoever changes a file can write "
            "new ones. The archive that made it knows their hash (archive verify there)."
        ),
    )
    verification.add_unchecked(
        "omissions",
        _(
            "Whether something was left out: messages or versions of them, the last seals with their "
            "records, records of gaps, replies, files or time stamps. Only the archive that made the package "
            "can tell (archive verify there), or another copy."
        ),
    )
    if any(name.startswith("data/report") and name.endswith(".pdf") for name in names):
        listed = "".join(f", data/evidence_list.{one}" for one in _LISTS if f"data/evidence_list.{one}" in names)
        sentence = _(
            "The reports ({files}) are protected by the lists of hashes alone; they were not compared with the records."
        )
        verification.add_unchecked("data/*.pdf", sentence.format(files=f"data/*.pdf{listed}"))
