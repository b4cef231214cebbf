"""`verify.html` is one file that allows itself nothing but its own scripts; `test_in_chromium` holds what it finds."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

from archiver.evidence.chain import parse_manifest
from archiver.export import verify_page as module
from archiver.export.verify_page import verify_page

FOLDER = Path(module.__file__).parent
TEXT = verify_page().decode("utf-8")


def policy() -> str:
    """The content security policy of the page."""
    match = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', TEXT)
    assert match is not None
    return match.group(1)


def test_its_policy_allows_its_own_scripts_and_style_and_nothing_else() -> None:
    """Each is named by its digest; no address, no picture, no form, no evaluated text."""
    digests = {
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
        for body in re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", TEXT, re.DOTALL)
    }

    assert 3 == len(digests)
    assert digests == set(re.findall(r"'sha256-[^']*'", policy()))
    rest = re.sub(r" 'sha256-[^']*'", "", policy())
    assert "default-src 'none'; script-src; style-src; base-uri 'none'; form-action 'none'" == rest


def test_it_names_nothing_to_be_loaded() -> None:
    """No element of it has an address, and no script writes markup."""
    skeleton = re.sub(r"<(script|style)>.*?</\1>|<!--.*?-->", "", TEXT, flags=re.DOTALL)
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER / "scripts").glob("*.js"))

    assert [] == re.findall(r'\b(?:src|href(?!="#i-)|action|style|on\w+)=', skeleton)
    assert [] == re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\bfetch\(|XMLHttp|\beval\(", scripts)


def test_the_libraries_are_those_that_stand_beside_them() -> None:
    """Their digests are listed, and their licences lie in the page."""
    listed = parse_manifest((FOLDER / "vendored/SHA256SUMS").read_bytes())

    for name, sha256 in listed.items():
        assert sha256 == hashlib.sha256((FOLDER / "vendored" / name).read_bytes()).hexdigest()
    assert {"libraries.js", "LICENSES.txt"} == listed.keys()
    assert (FOLDER / "vendored/LICENSES.txt").read_text(encoding="utf-8") in TEXT


def test_every_text_has_its_japanese() -> None:
    """A text that the catalogue lacks would appear in English in the middle of a Japanese page."""
    match = re.search(r"^const JAPANESE = (\{.*?^\});", TEXT, re.DOTALL | re.MULTILINE)
    assert match is not None

    japanese = json.loads(match.group(1))

    assert [] == [text for text, shown in japanese.items() if text == shown]
    assert "its checksum differs" in japanese
    assert len(japanese) > 80
