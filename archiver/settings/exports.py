"""Where packages go when nobody says where."""

from __future__ import annotations

from pathlib import Path

from archiver.settings.model import Settings

FOLDER = "Chatwork提出資料"
"""Within the user's Documents, where a person looks first."""


def exports_folder(settings: Settings) -> Path:
    """The folder of the settings, else one in Documents if there are Documents, else `exports` in the home."""
    if settings.exports.folder is not None:
        return settings.exports.folder
    from platformdirs import user_documents_path

    documents = user_documents_path()
    return documents / FOLDER if documents.is_dir() else settings.home / "exports"
