"""Cases of tests that are plain data: they stand in a text file beside the module that they are of."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any


def cases_of(module: str, name: str) -> list[Any]:
    """The cases below the line `== name` of the text file beside a module: literals of Python, a comma behind each."""
    text = Path(module).with_suffix(".txt").read_text(encoding="utf-8")
    _before, *sections = re.split(r"^== (\w+)\n", text, flags=re.MULTILINE)
    cases: list[Any] = ast.literal_eval(f"[\n{dict(zip(sections[::2], sections[1::2], strict=True))[name]}]")
    return cases
