"""Reads settings from `archive.toml` and the environment, and writes `archive.toml`.

Reading checks every key (tomllib, msgspec). Writing keeps the user's comments and order (tomlkit). The file never holds
the token, only the name of its place.
"""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

import msgspec

from archiver import errors
from archiver.chatwork.allowed_urls import base_url, is_loopback
from archiver.errors import N_
from archiver.settings.home import SETTINGS_FILE, TOKEN_VARIABLE
from archiver.settings.model import (
    LANGUAGES,
    AuthoritySetting,
    OnPage,
    Section,
    Settings,
    SettingsFile,
    convert,
    duration_text,
    folder_path,
    is_mail_address,
)
from archiver.settings.token import replace_file, variable_names

_HEAD = """\
# chatwork-archiver の設定 / Settings of chatwork-archiver.
#
# 保管庫のフォルダーに archive.toml という名前で置きます。archive init が書く内容と同じです。
# 書かれていない項目には、ここに示した値が使われます。仕事はここではなく archive job add で登録します。
# Lies in the archive's folder as archive.toml; archive init writes the same file. A key left out has
# the value shown here. Jobs are not settings: enter them with archive job add.

"""


def new_file() -> str:
    """The text of a new settings file."""
    return _HEAD + "\n".join(_lines(SettingsFile())) + "\n"


def declared(section: Section, before: str = "") -> Iterator[tuple[str, msgspec.structs.FieldInfo]]:
    """Each key of a section and those below it, as it is declared."""
    for one in msgspec.structs.fields(section):
        if isinstance(one.default, Section):
            yield from declared(one.default, f"{one.name}.")
        else:
            yield before + one.name, one


def settings(section: Section) -> Iterator[tuple[str, str, str]]:
    """Each key, with its value in a new file and its comment."""
    for key, one in declared(section):
        yield key, _toml("ja" if key == "language" else one.default), one.type.__metadata__[-1]


def asked_settings(form: str = "") -> list[tuple[str, OnPage, Any, bool]]:
    """The settings that the pages ask for, or those of one form: how, their default, and whether they are folders."""
    return [
        (key, page, one.default, Path in get_args(one.type.__origin__))
        for key, one in declared(SettingsFile())
        for page in one.type.__metadata__
        if isinstance(page, OnPage) and form in {"", page.form}
    ]


def _lines(whole: Section) -> Iterator[str]:
    name = ""
    for key, value, comment in settings(whole):
        section, _dot, leaf = key.rpartition(".")
        if section != name:
            name = section
            yield from ("", f"[{section}]")
        yield from (f"# {line}" for line in comment.splitlines())
        yield f"{leaf} = {value}"


def _toml(default: object) -> str:
    if isinstance(default, timedelta):
        default = duration_text(default)
    return json.dumps("" if default is None else default)


#: msgspec's names of types, and their names in sentences.
_KINDS = {
    "int": N_("a whole number"),
    "float": N_("a number"),
    "str": N_("a text in quotation marks"),
    "bool": N_("true or false"),
    "array": N_("a list in [ ]"),
    "object": N_("a section or table"),
}


#: What a value of a type of ours looks like, by the type's name.
_EXAMPLES = {"Duration": '"5m" ("90s" "5m" "6h" "30d")', "Path": '"D:/Chatwork"'}


def example_sentence(key: str, example: str) -> str:
    """A sentence that shows how a value is written."""
    return _("{key} must be written like this: {example}").format(key=key, example=example)


def syntax_sentence(error: Exception, text: str) -> str:
    """A sentence for text that is not TOML, with the line; a common slip is explained."""
    reason = str(error)
    match = re.search(r" \(at line (\d+), column (\d+)\)$", reason)
    if not match:
        if reason.endswith(" (at end of document)"):
            return _("the file ends too early ({reason}).").format(reason=reason.rpartition(" (at")[0])
        return _("it is not TOML ({reason}).").format(reason=type(error).__name__)
    number, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    sentence = _("line {line}, position {column} cannot be read ({reason}).")
    if number <= len(lines) and re.search(r'"[^"]*\\', lines[number - 1]):
        sentence = _("line {line} cannot be read. Write a Windows folder in single quotes: 'C:\\Users\\…'")
    return sentence.format(line=number, column=column, reason=reason[: match.start()])


def value_sentence(error: Exception) -> str:
    """A sentence for a key that is unknown or has a wrong value."""
    reason, _at, place = str(error).partition(" - at `$")
    key = place.removesuffix("`").removeprefix(".")
    if reason in _EXAMPLES:
        key, index, _rest = key.partition("[")
        return example_sentence(key, f"[{_EXAMPLES[reason]}]" if index else _EXAMPLES[reason])
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", reason, re.DOTALL):
        return _unknown_key_sentence(f"{key}.{match[1]}".removeprefix("."))
    if match := re.fullmatch(r"Object missing required field `(.*)`", reason):
        return _("{key} is missing.").format(key=f"{key}.{match[1]}")
    if (match := re.fullmatch(r"Expected `(\w+)`, got `(\w+)`", reason)) and match[1] in _KINDS:
        return _("{key} must be {kind}.").format(key=key, kind=_(_KINDS[match[1]]))
    if match := re.fullmatch(r"Expected `\w+` ([<>]=?) ([0-9.]+)", reason):
        limit = f"{match[1]} {float(match[2]):g}"
        return _("{key} must be a number {limit}.").format(key=key, limit=limit)
    return _("{key} holds a value that is not allowed there.").format(key=key)


def _unknown_key_sentence(key: str) -> str:
    keys = [known for known, _value, _comment in settings(SettingsFile())]
    near = get_close_matches(key, [*keys, *{known.partition(".")[0] for known in keys}], n=1)
    if near:
        return _("there is no setting “{key}”. Did you mean “{near}”?").format(key=key, near=near[0])
    return _("there is no setting “{key}”.").format(key=key)


if TYPE_CHECKING:
    from tomlkit.items import Array

SettingValue = str | int | float | bool | Sequence[str] | Sequence[AuthoritySetting]
"""What a key of `archive.toml` can be set to."""


def load_settings(home: Path, environ: Mapping[str, str]) -> Settings:
    """Read the settings of an archive; without a file they are the defaults.

    CHATWORK_API_TOKEN, CHATWORK_API_BASE_URL and ARCHIVE_LANG win over the file. Raises BadSettings, which
    names the file and the key or line, and BadBaseUrl.
    """
    path = home / SETTINGS_FILE
    raw = _parse(_read_text(path), path)
    language = environ.get("ARCHIVE_LANG", "")
    secrets = [raw.token.source, raw.notify.mail_password, raw.notify.ping, *raw.notify.urls]
    secrets += [authority.password_source for authority in raw.timestamp.authorities]
    return Settings(
        home=home,
        language=language if language in LANGUAGES else raw.language,
        token_source=f"env:{TOKEN_VARIABLE}" if environ.get(TOKEN_VARIABLE, "").strip() else raw.token.source,
        base_url=base_url(environ),
        sync=raw.sync,
        files=raw.files,
        exports=raw.exports,
        timestamp=raw.timestamp,
        notify=raw.notify,
        backup=raw.backup,
        secret_variables=frozenset(variable_names(secrets)),
    )


def write_settings(
    home: Path, *, language: str | None, token_source: str, authorities: Sequence[AuthoritySetting] = ()
) -> None:
    """Write a new `archive.toml` with every key and its comment, mode 0600; an existing one is replaced.

    The home is made if it is missing. A new or empty home gets mode 0700. Raises BadSettings for a value that
    `load_settings` would refuse, DiskFull, HomeNotWritable.
    """
    changes: dict[str, SettingValue] = {
        "language": language or "",
        "token.source": token_source,
        "timestamp.authorities": tuple(authorities),
    }
    with contextlib.suppress(OSError):  # the writing itself reports what is wrong with the folder
        if not any(home.iterdir()):
            home.chmod(0o700)
    _save(home / SETTINGS_FILE, new_file(), changes)


def update_settings(home: Path, changes: Mapping[str, SettingValue]) -> None:
    """Set keys such as `token.source`, and leave the rest of the file as the user wrote it.

    A missing file is made with every key. Raises BadSettings (nothing is changed then), DiskFull, HomeNotWritable.
    """
    path = home / SETTINGS_FILE
    text = _read_text(path) or new_file()
    _parse(text, path)
    _save(path, text, changes)


# --- reading ---------------------------------------------------------------------------------


def _read_text(path: Path) -> str:
    """The file without its byte order mark; empty if there is none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ""
    except IsADirectoryError as error:
        raise errors.BadSettings(path=path, detail=_("it is a folder, not a file.")) from error
    except PermissionError as error:
        raise errors.SettingsClosed(path=path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        detail = _("it cannot be opened ({reason}).").format(reason=reason)
        raise errors.BadSettings(path=path, detail=detail) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        detail = _("line {line} is not UTF-8. Save the file as UTF-8 in your editor.").format(line=line)
        raise errors.BadSettings(path=path, detail=detail) from error


def _parse(text: str, path: Path) -> SettingsFile:
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.BadSettings(path=path, detail=syntax_sentence(error, text)) from error
    try:
        raw = convert(table, path.parent)
    except ValueError as error:  # msgspec's ValidationError is one
        raise errors.BadSettings(path=path, detail=value_sentence(error)) from error
    for key, is_right, example in _rule_checks(raw):
        if not is_right:
            raise errors.BadSettings(path=path, detail=example_sentence(key, example))
    return raw


def _rule_checks(raw: SettingsFile) -> list[tuple[str, bool, str]]:
    """Checks that types cannot express: the key, whether its value is right, and an example. Values are never shown."""
    names = [authority.name for authority in raw.timestamp.authorities]
    notify, backup = raw.notify, raw.backup
    addresses = {name: getattr(notify, name) for name in ("mail_from", "mail_to")}
    return [
        ("token.source", is_token_source(raw.token.source), '"keyring", "file:PATH", "env:NAME"'),
        ("notify.mail_host", bool(re.fullmatch(r"[A-Za-z0-9.:-]*", notify.mail_host)), '"smtp.example.com"'),
        ("notify.mail_tls", notify.mail_tls != "none" or is_loopback(notify.mail_host or "localhost"), '"tls"'),
        ("notify.mail_user", notify.mail_user.isprintable(), '"you@example.com"'),
        ("notify.mail_password", is_token_source(notify.mail_password), '"keyring", "file:PATH", "env:NAME"'),
        *((f"notify.{key}", not one or is_mail_address(one), '"you@example.com"') for key, one in addresses.items()),
        ("backup.to", bool(backup.to or not backup.every), '"E:/copy"'),
        ("backup.after", all(backup.after) and "\0" not in "".join(backup.after), '["restic", "backup", "{copy}"]'),
        ("timestamp.authorities.name", len(names) == len(set(names)), '"a", "b"'),
        *(check for authority in raw.timestamp.authorities for check in _access_checks(authority)),
    ]


def _access_checks(authority: AuthoritySetting) -> list[tuple[str, bool, str]]:
    """Checks of how an authority is asked; a name and password go to https, or to this computer, alone."""
    parts, has_login = urlsplit(authority.url), bool(authority.user or authority.password_source)
    is_safe = parts.scheme == "https" or is_loopback(parts.hostname or "")
    is_stored = is_token_source(authority.password_source) and authority.password_source != "keyring"  # noqa: S105 - a place
    return [
        ("timestamp.authorities.user", bool(authority.user) or not has_login, '"customer-1"'),
        ("timestamp.authorities.user", authority.user.isprintable() and ":" not in authority.user, '"customer-1"'),
        ("timestamp.authorities.password", not has_login or is_stored, '"file:PATH", "env:NAME"'),
        ("timestamp.authorities.url", is_safe or not has_login, '"https://tsa.example/"'),
        ("timestamp.authorities.url", "@" not in parts.netloc, '"https://tsa.example/"'),
    ]


def is_token_source(text: str) -> bool:
    """Whether a text names a place for the token: `keyring`, `env:NAME` or `file:PATH`."""
    kind, _colon, place = text.partition(":")
    if kind == "env":
        return place.isidentifier() and place.isascii()
    return text == "keyring" or (kind == "file" and bool(place.strip()) and _is_folder(place))


def _is_folder(text: str) -> bool:
    try:
        folder_path(Path(), text)
    except (ValueError, RuntimeError):
        return False
    return True


# --- writing ---------------------------------------------------------------------------------


def _save(path: Path, text: str, changes: Mapping[str, SettingValue]) -> None:
    import tomlkit

    document: Any = tomlkit.parse(text)
    for key, value in changes.items():
        section, _dot, name = key.rpartition(".")
        place = document.setdefault(section, tomlkit.table()) if section else document
        place[name] = value if isinstance(value, (str, int, float)) else _toml_array(value)
    new = tomlkit.dumps(document)
    _parse(new, path)
    replace_file(path, new.encode("utf-8"))


def _toml_array(items: Sequence[str] | Sequence[AuthoritySetting]) -> Array:
    """A list as tomlkit writes it; an authority becomes a table on one line."""
    import tomlkit

    array = tomlkit.array()
    for item in items:
        if isinstance(item, AuthoritySetting):
            table = tomlkit.inline_table()
            table.update({name: text for name, text in msgspec.to_builtins(item).items() if text})
            array.append(table)
        else:
            array.append(item)
    return array
