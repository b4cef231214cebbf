"""Lays out the Store's package around a one-folder build.

On Windows `makeappx pack /d TARGET /p archive.msix` packs it.

    python config/packaging/make_msix.py BUILD TARGET IDENTITY PUBLISHER PUBLISHER_NAME

IDENTITY and PUBLISHER are those that the Store's partner page shows for the reserved name. The Store signs the package.
"""

import shutil
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from branding import STORE_SIZES, version, write_branding

TEMPLATE = Path(__file__).with_name("AppxManifest.xml")


def manifest_text(identity: str, publisher: str, publisher_name: str) -> str:
    """The manifest for these names; a version of the Store has four numbers, the last one 0."""
    text = TEMPLATE.read_text(encoding="utf-8")
    values = {
        "identity": identity,
        "publisher": publisher,
        "publisher_name": publisher_name,
        "version": ".".join([*version().split(".")[:3], "0"]),
    }
    head, end, body = text.partition("-->")
    for name, value in values.items():
        body = body.replace("{" + name + "}", escape(value, {'"': "&quot;"}))
    return head.partition("<!--")[0] + body.lstrip() if end else body


def lay_out(build: Path, target: Path, identity: str, publisher: str, publisher_name: str) -> None:
    """Make the folder that `makeappx` packs. Raises FileExistsError if it is there."""
    target.mkdir(parents=True)
    shutil.copytree(build, target / "archive", symlinks=True)
    assets = target / "Assets"
    write_branding(assets)
    for path in assets.iterdir():
        if path.name not in STORE_SIZES:
            path.unlink()
    (target / "AppxManifest.xml").write_text(manifest_text(identity, publisher, publisher_name), encoding="utf-8")


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:6])
