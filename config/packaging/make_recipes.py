"""Fills the recipes of winget, Homebrew and the AUR in for a release.

    python config/packaging/make_recipes.py RELEASE TARGET HOME ADDRESS

RELEASE is the folder of a release's files, HOME the project's page, ADDRESS where the files are fetched from.
"""

import hashlib
import sys
from pathlib import Path

from branding import version

RECIPES = Path(__file__).parent / "recipes"


def fill_recipes(release: Path, target: Path, home: str, address: str) -> None:
    """Write each recipe with this version, these addresses, and the hashes of the release's files."""
    files = {
        "windows": "chatwork-archiver-windows-x64.zip",
        "macos": "chatwork-archiver-macos-arm64.zip",
        "linux": f"chatwork-archiver-{version()}-linux-x86_64.tar.gz",
    }
    values = {"version": version(), "home": home, "address": address}
    values |= {name: hashlib.sha256((release / file).read_bytes()).hexdigest() for name, file in files.items()}
    target.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES.iterdir():
        text = recipe.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        (target / recipe.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    fill_recipes(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5])
