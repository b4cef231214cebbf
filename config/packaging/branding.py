"""Draws the program's icon and writes what Windows shows of its file: made when a build is made, from nothing else.

    python config/packaging/branding.py FOLDER

writes `archive.ico` (Windows), `archive.icns` (macOS), the PNG files of the Store's package and `windows_version.txt`.
`archiver/web/static/icon.png` is the same picture, 256 pixels a side, which the program puts into menus.
"""

import sys
import tomllib
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
STORE_SIZES = {"StoreLogo.png": 50, "Square44x44Logo.png": 44, "Square150x150Logo.png": 150}

BLUE, WHITE = (35, 80, 189, 255), (255, 255, 255, 255)
_SIDE = 1024


def draw_icon() -> Image.Image:
    """The picture of `archiver/web/static/icon.svg`, a shield with the tick of a verification: 1024 by 1024 pixels."""
    image = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((32, 32, 992, 992), 224, fill=BLUE)
    right = [(1 - t / 20, t / 20) for t in range(21)]
    curve = [(47 * a**3 + 3 * 47 * a * a * b + 3 * 40.7 * a * b * b + 32 * b**3) for a, b in right]
    down = [(30.5 * a**3 + 3 * 40 * a * a * b + 3 * 47.3 * a * b * b + 51 * b**3) for a, b in right]
    half = [(32.0, 13.0), (47.0, 19.0), *zip(curve, down, strict=True)]
    shield = [*half, *((64 - x, y) for x, y in reversed(half)), half[1]]
    for line in (shield, [(25, 31.5), (30, 36.5), (39, 26.5)]):
        points = [(16 * x, 16 * y) for x, y in line]
        draw.line(points, fill=WHITE, width=64, joint="curve")
        for x, y in points if line is not shield else ():
            draw.ellipse((x - 32, y - 32, x + 32, y + 32), fill=WHITE)
    return image


def version() -> str:
    """The program's version, as `pyproject.toml` states it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def windows_version_text() -> str:
    """The version resource in the form that PyInstaller reads (its manual, "Capturing Windows Version Data")."""
    numbers = (*(int(part) for part in version().split(".")[:3]), 0)
    texts = {
        "FileDescription": "Chatwork archive",
        "FileVersion": version(),
        "InternalName": "archive",
        "LegalCopyright": "MIT License",
        "OriginalFilename": "archive.exe",
        "ProductName": "chatwork-archiver",
        "ProductVersion": version(),
    }
    strings = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in texts.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),\n"
        f"  kids=[StringFileInfo([StringTable('041104B0', [{strings}])]),\n"
        f"        VarFileInfo([VarStruct('Translation', [0x0411, 1200])])])\n"
    )


def write_branding(folder: Path) -> None:
    """Write every file into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    icon = draw_icon()
    icon.save(folder / "archive.ico", sizes=[(side, side) for side in (16, 24, 32, 48, 64, 128, 256)])
    icon.save(folder / "archive.icns")
    for name, side in STORE_SIZES.items():
        icon.resize((side, side), Image.Resampling.LANCZOS).save(folder / name)
    (folder / "windows_version.txt").write_text(windows_version_text(), encoding="utf-8")


if __name__ == "__main__":
    write_branding(Path(sys.argv[1]))
