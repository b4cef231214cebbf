"""What is shown before anything leaves: names, then numbers, one a line, and what to think of first."""

from __future__ import annotations

import pytest

from archiver.cli.evidence.export_outcome import tell_preview, tell_warnings
from archiver.export.package.recipe import PackagePreview

WARNINGS = ("early_contact", "unsaved_beginning", "forbidden_contact", "nda")


def preview(**changed: int | tuple[str, ...]) -> PackagePreview:
    """A preview in which only what is named is not 1."""
    numbers = dict.fromkeys(("people", "hidden_people", "messages", "files", "enclosures", "masked"), 1)
    known = {**numbers, "size": 1_234_567, "opened": (), "metadata": (), "warnings": (), **changed}
    return PackagePreview(chats=("動画編集",), named=("田中\u202e", "yamada"), **known)  # type: ignore[arg-type]


def test_it_is_names_then_numbers_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Chats and whom it names; then messages, people, files, own evidence, masked places, size; the plural is right."""
    tell_preview(preview(), "lawyer", err=False)
    tell_preview(preview(messages=342, hidden_people=0, files=0, enclosures=0, masked=0), "lawyer", err=False)

    output, many = capsys.readouterr().out.split("What this export would contain:\n")[1:]
    names = ["Chats: 動画編集", "People who are shown by their name: 田中[U+202E], yamada"]
    assert [*names, "People whose names are hidden: 1", "1 message", "1 file from Chatwork"] == _lines(output)[:5]
    assert ["1 file that you added", "1 hidden place", "1.2 MB before it is zipped"] == _lines(output)[5:]
    assert ["342 messages", "1.2 MB before it is zipped"] == _lines(many)[2:]


@pytest.mark.parametrize(
    ("profile", "warnings", "messages"),
    [
        ("consult", (), "A summary of 57 messages, not their texts"),
        ("support", ("nda",), "An excerpt of 57 messages"),
        ("support", (), "57 messages"),
        ("court", ("nda",), "57 messages"),
    ],
)
def test_it_says_what_of_them_leaves(
    profile: str, warnings: tuple[str, ...], messages: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that sums up, or tells of files only by name, does not let the things themselves leave."""
    tell_preview(preview(messages=57, files=0, warnings=warnings), profile, err=False)

    output = _lines(capsys.readouterr().out)
    assert [messages, "No file from Chatwork; names and sizes at most"] == output[4:6]


@pytest.mark.parametrize("name", WARNINGS)
def test_each_warning_is_one_sentence_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, where it does not get into a pipe."""
    tell_warnings(preview(warnings=(name,)), err=True)

    printed = capsys.readouterr()
    assert ("", 1) == (printed.out, printed.err.count("[Note]"))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]
