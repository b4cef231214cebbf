"""Draws the program's icon and writes what Windows shows of its file: made when a build is made, from nothing else.

    python config/packaging/branding.py FOLDER

writes `archive.ico` (Windows), `archive.icns` (macOS), the PNG files of the Store's package and `windows_version.txt`.
"""

import sys
import tomllib
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
STORE_SIZES = {"StoreLogo.png": 50, "Square44x44Logo.png": 44, "Square150x150Logo.png": 150}

BLUE, WHITE, GREEN = (31, 78, 121, 255), (255, 255, 255, 255), (88, 166, 96, 255)
_SIDE = 1024


def draw_icon() -> Image.Image:
    """A speech bubble that lies in an archive box, with the tick of a verification: 1024 by 1024 pixels."""
    image = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((64, 64, 960, 960), 180, fill=BLUE)
    draw.rounded_rectangle((236, 210, 788, 520), 80, fill=WHITE)
    draw.polygon([(330, 500), (330, 620), (450, 510)], fill=WHITE)
    draw.rounded_rectangle((180, 580, 844, 680), 30, fill=WHITE)
    draw.rounded_rectangle((220, 660, 804, 850), 30, fill=WHITE)
    draw.line([(400, 750), (490, 820), (640, 690)], fill=GREEN, width=52, joint="curve")
    for y in (300, 390):
        draw.rounded_rectangle((310, y, 714, y + 36), 18, fill=BLUE)
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
