"""The settings: each key of `archive.toml` declared once, with its type, limits, default and comment in both languages.

Reader, error sentences, the text of a new file, `config/archive.example.toml` and the table of
`docs/reference/settings.md` are made from these fields; values have the units of the code.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, field

from archiver.wording import N_

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
BASE_URL = "https://api.chatwork.com/v2"
"""Chatwork API v2 (developer.chatwork.com, endpoints)."""

LANGUAGES = ("ja", "en")
MAIL_PORTS = {"tls": 465, "starttls": 587, "none": 25}
"""The usual port of each kind of connection to a mail server (RFC 8314, RFC 6409)."""

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""The letters of durations, the longest first, in seconds."""
_LONGEST = timedelta(days=3660)


class Duration(timedelta):
    """A duration that the file holds as a text such as `5m`."""


def parse_duration(text: str) -> Duration:
    """The duration that `90s`, `5m`, `6h` or `30d` stands for: above zero, at most ten years.

    Raises ValueError for everything else.
    """
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    duration = Duration(seconds=int(match[1]) * _UNITS[match[2]]) if match else Duration()
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(text)
    return duration


def duration_text(duration: timedelta) -> str:
    """The duration as `parse_duration` reads it, in the largest unit that fits."""
    seconds = int(duration.total_seconds())
    return next(f"{seconds // size}{unit}" for unit, size in _UNITS.items() if seconds % size == 0)


def is_mail_address(text: str) -> bool:
    """Whether a text can be one mail address: ASCII, without a name, spaces or angle brackets."""
    return (
        bool(re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", text)) and text.isascii()
    )


PositiveNumber = Annotated[float, Meta(gt=0, le=1_000_000)]
NumberFromZero = Annotated[float, Meta(ge=0, le=1_000_000)]
CallCount = Annotated[int, Meta(ge=0, le=100_000)]
Percent = Annotated[int, Meta(ge=1, le=100)]
DayCount = Annotated[int, Meta(ge=1, le=3660)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class OnPage(NamedTuple):
    """How the pages ask for a setting."""

    form: str
    """Settings of one form stand together, and the first says of all; `notices` are switches of the page of alerts."""
    name: str
    """The name of its field."""
    label: str
    help: str = ""
    options: Mapping[str, str] = {}
    """What can be chosen, and its words."""
    title: str = ""
    """Of the form, if that is not the label."""
    sign: str = "gear"
    said: str = N_("Kept.")
    """What is said afterwards."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file, in which an unknown key is an error, as it may be misspelt.

    The text beside the type of a field is its comment, first in Japanese, then in English; before it stands how the
    pages ask for it, if they do.
    """

    def values(self) -> dict[str, Any]:
        """Each key with its value."""
        return msgspec.structs.asdict(self)


class TokenSettings(Section, frozen=True, kw_only=True):
    """Where the API token is stored."""

    source: Annotated[
        str,
        """\
APIトークンの置き場所。APIトークンそのものは、ここに書かないでください。
  "keyring"      OSの資格情報の保管先
  "file:パス"    自分だけが読めるファイル(chmod 600)
  "env:名前"     環境変数
環境変数 CHATWORK_API_TOKEN があれば、いつもそれが優先されます。
Where the API token is; never the token itself: "keyring", "file:PATH" (readable by you alone) or
"env:NAME". The variable CHATWORK_API_TOKEN wins whenever it is set.""",
    ] = "keyring"


class SyncSettings(Section, frozen=True, kw_only=True):
    """How often rooms are read, and how many API calls are left to other tools."""

    every: Annotated[Duration, "保存の間隔。 / How often to save."] = Duration(minutes=5)
    full_every: Annotated[
        Duration,
        "動きのないチャットも、この間隔で必ず読みます。 / Every chat is read at least this often, moved or not.",
    ] = Duration(hours=6)
    reserve: Annotated[
        CallCount, "Chatworkの利用回数のうち、ほかのツールのために残す回数。 / Calls left for your other tools."
    ] = 60
    window_share: Annotated[
        Percent,
        "編集・削除に気づくための一覧の取得に使ってよい、利用回数の割合(%)。\n"
        "Percent of the calls that looking for edits and deletions may take.",
    ] = 20
    reread_days: Annotated[
        DayCount, "古いメッセージを1回ずつ読み直す日数。 / Days in which every older message is read again once."
    ] = 30


class FileSettings(Section, frozen=True, kw_only=True):
    """Which files are downloaded, and when downloads stop; MB and GB are decimal."""

    large_mb: Annotated[
        PositiveNumber,
        "これより大きいファイルは、メッセージなどの保存が済んでから少しずつ取得します(MB)。\n"
        "Files larger than this (MB) come last and in slices, so that no text waits for a video.",
    ] = 20
    max_gb: Annotated[
        PositiveNumber, "1つのファイルの上限(GB)。 / Files larger than this (GB) are not saved; they are listed."
    ] = 5
    stop_when_free_gb: Annotated[
        NumberFromZero,
        "ディスクの空きがこれを下回ったら、ファイルの取得を止めます(GB)。\n"
        "Stop saving files when less than this (GB) is free on the disk.",
    ] = 2

    @property
    def large_bytes(self) -> int:
        """`large_mb` in bytes."""
        return int(self.large_mb * MEGABYTE)

    @property
    def max_bytes(self) -> int:
        """`max_gb` in bytes."""
        return int(self.max_gb * GIGABYTE)

    @property
    def stop_when_free_bytes(self) -> int:
        """`stop_when_free_gb` in bytes."""
        return int(self.stop_when_free_gb * GIGABYTE)


class ExportSettings(Section, frozen=True, kw_only=True):
    """Where packages and daily copies are written."""

    folder: Annotated[
        Path | None,
        OnPage(
            "folders",
            "packages",
            N_("Folder for exports (blank: the usual one)"),
            title=N_("Where it is kept"),
            sign="folder",
            said=N_("The folders are kept, and each can be written to."),
        ),
        '資料の置き場所。"" なら ドキュメント/Chatwork資料、なければ保管庫の exports フォルダー。\n'
        'Where exports go. "" = Documents/Chatwork資料, or else the folder exports in the archive.',
    ] = None
    daily: Annotated[
        bool,
        "新しいメッセージなどのあった日の写しを、翌日の最初の保存で自動的に作ります。\n"
        "Make a daily copy of each day with news, in the first save after that day.",
    ] = True
    daily_file_mb: Annotated[
        NumberFromZero,
        "毎日の写しに入れるファイルの上限(MB)。これより大きいものは一覧に書かれます。\n"
        "Files up to this size (MB) go into the daily copy; larger ones are listed in it.",
    ] = 5
    also_to: Annotated[
        tuple[Path, ...],
        OnPage(
            "folders",
            "also_to",
            N_("Folders that get daily copies and seals too, one a line (such as a folder that a cloud service keeps)"),
        ),
        '毎日の写しと確定記録を、ほかの場所にも書きます。例: ["/mnt/usb"]\n'
        'Other folders that get the daily copies and the seals too, for example ["/mnt/usb"].',
    ] = ()

    @property
    def daily_file_bytes(self) -> int:
        """`daily_file_mb` in bytes."""
        return int(self.daily_file_mb * MEGABYTE)


class AuthoritySetting(Section, frozen=True):
    """One time-stamp authority."""

    name: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,20}\Z")]
    """Part of file names."""
    url: Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z")]
    roots: Annotated[str, Meta(min_length=1)]
    """A PEM file (relative to the home), or `certifi:` and the SHA-256 fingerprint of a root."""
    user: str = ""
    """The name for its server (basic authentication); empty: it asks for none."""
    password_source: str = field(default="", name="password")
    """Where the password for that name is: `env:NAME` or `file:PATH`."""


class TimestampSettings(Section, frozen=True, kw_only=True):
    """The authorities that stamp the seals; none by default."""

    authorities: Annotated[
        tuple[AuthoritySetting, ...],
        """\
タイムスタンプを付ける認証局。空なら付けません。例:
  authorities = [{name = "a", url = "http://tsa.example/", roots = "roots.pem"}]
有料の認証局には user と password("file:パス" か "env:名前")も書けます。
Companies that time-stamp the seals; empty = none.
A paid one also takes user and password ("file:PATH" or "env:NAME").""",
    ] = ()


class NotifySettings(Section, frozen=True, kw_only=True):
    """When and where notices are sent; addresses hold passwords, so they are never printed."""

    stale_hours: Annotated[
        PositiveNumber, "保存がこの時間できていないとき、知らせます。 / Hours without a save before you are told."
    ] = 24
    desktop: Annotated[bool, "パソコンの通知を使います。 / Show alerts as desktop notifications."] = True
    weekly: Annotated[
        bool,
        OnPage(
            "notices",
            "weekly",
            N_("Tell once a week how it went"),
            N_("On Sunday evening, in one line, such as “{line}”"),
        ),
        "毎週日曜日の夜に1回、その週に保存した件数と変更の件数を知らせます。\n"
        "Tell once a week, on Sunday evening, how much was saved and how much changed.",
    ] = True
    daily: Annotated[
        bool,
        OnPage(
            "notices",
            "daily",
            N_("Tell once a day that all is well"),
            N_("In the evening, in one line: how much was saved, and what changed."),
        ),
        "毎日、夜に1回、その日のまとめも知らせます。 / Tell once a day, in the evening, also that all is well.",
    ] = False
    urls: Annotated[
        tuple[str, ...],
        """\
そのほかの宛先(メールなど)。パスワードを含むので、自分だけが読めるファイルや環境変数にも置けます。
  "https://…"    Webhook(Slackなど)。JSONの text に文面を送ります
  "mailto://…"   Apprise の書き方(archive guide alerts)
  "file:パス"    その1行が書かれた、自分だけが読めるファイル(chmod 600)
  "env:名前"     環境変数
Other places to be told at: a webhook (https), an address as Apprise writes it, or "file:PATH" and "env:NAME"
where it lies. Addresses hold passwords; all but webhooks needs the extra [notify]. See: archive guide alerts""",
    ] = ()
    mail_host: Annotated[
        str,
        "お知らせのメールの送信サーバー(SMTP)。宛先 mail_to も書くと使われます。archive init が尋ねて書きます。\n"
        "The server that sends alerts by mail (SMTP); used once mail_to is named too.",
    ] = ""
    mail_port: Annotated[
        Port,
        '番号。0 なら "tls" は465番、"starttls" は587番、"none" は25番。\n'
        'Its port; 0: 465 for "tls", 587 for "starttls", 25 for "none".',
    ] = 0
    mail_tls: Annotated[
        Literal["tls", "starttls", "none"],
        '"tls"、"starttls"。"none" はこのパソコンのサーバーだけ。\n'
        '"tls" from the first byte, "starttls", or "none", to this computer only.',
    ] = "tls"
    mail_user: Annotated[
        str, "サーバーでの名前。空なら尋ねられません。 / The name for that server; empty: it asks for none."
    ] = ""
    mail_password: Annotated[
        str,
        'パスワードの置き場所: "keyring"、"file:パス"、"env:名前"。パスワードそのものは書かないでください。\n'
        'Where its password is: "keyring", "file:PATH" or "env:NAME"; never the password itself.',
    ] = "keyring"  # noqa: S105 - the name of a place, not a secret
    mail_from: Annotated[
        str,
        "差出人。空なら mail_user、それもアドレスでなければ mail_to。\n"
        "The sender; empty: mail_user if that is an address, else mail_to.",
    ] = ""
    mail_to: Annotated[str, "宛先。 / To whom the mails go."] = ""
    ping: Annotated[
        str,
        """\
外部の見張り。読むべきチャットを全部読めたとき、5分に1回までこのアドレスを呼びます。届かなければ監視
サービスが知らせます。内容は件数だけです。アドレスは秘密なので "file:パス" や "env:名前" にも置けます。
A monitoring service: this address (https) is called after each round that read all that was due, every 5 minutes at
most, so that a service like healthchecks.io hears silence. Only counts are sent. The address is
a secret: better "file:PATH" or "env:NAME".""",
    ] = ""

    def __repr__(self) -> str:
        """The ways alone."""
        return f"NotifySettings({self.ways})"

    @property
    def has_mail(self) -> bool:
        """Whether both a server and an address to write to are named."""
        return bool(self.mail_host and self.mail_to)

    @property
    def mail_sender(self) -> str:
        """The address in `From`."""
        return self.mail_from or (self.mail_user if is_mail_address(self.mail_user) else self.mail_to)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways by which the user is told: `desktop`, `mail`, `urls`, and `ping`, which tells by its silence."""
        wanted = {"desktop": self.desktop, "mail": self.has_mail, "urls": self.urls, "ping": self.ping}
        return tuple(way for way, is_set in wanted.items() if is_set)


class BackupSettings(Section, frozen=True, kw_only=True):
    """Where a copy of the archive is made regularly, and the user's own program that then saves the copy."""

    to: Annotated[
        Path | None,
        '定期的にバックアップを作るフォルダー(別のディスク)。例: "E:/cw-backup"。空なら手動だけ。\n'
        "Where a backup is made regularly, best on another disk; empty = only by hand.",
    ] = None
    every: Annotated[
        Duration | None,
        'その間隔。例: "1d"。空なら手動だけ。 / How often, after an automatic save; empty = only by hand.',
    ] = None
    after: Annotated[
        tuple[str, ...],
        """\
バックアップのあとに実行する、ご自身のプログラム(restic など)。{copy} はバックアップのフォルダーになります。例:
  after = ["restic", "backup", "--json", "{copy}"]
A program of your own that runs after each backup, without the token; {copy} is its folder.""",
    ] = ()


class SettingsFile(Section, frozen=True, kw_only=True):
    """The whole settings file."""

    language: Annotated[
        Literal["ja", "en"] | None,
        OnPage(
            "language",
            "language",
            N_("Language"),
            options={"": N_("as this computer"), "ja": "日本語", "en": "English"},
            sign="chat",
            said=N_("The language is kept. End the application and open it again to see it."),
        ),
        '画面の言葉: "ja" または "en"。資料は日本語です(作るときに --report-lang en を付けると英語)。\n'
        'Language of the screen: "ja" or "en". Exports are Japanese, or English when made with --report-lang en.',
    ] = None
    token: TokenSettings = TokenSettings()
    sync: SyncSettings = SyncSettings()
    files: FileSettings = FileSettings()
    exports: ExportSettings = ExportSettings()
    timestamp: TimestampSettings = TimestampSettings()
    notify: NotifySettings = NotifySettings()
    backup: BackupSettings = BackupSettings()


_DEFAULTS = SettingsFile()

_CONVERTING = threading.Lock()
"""msgspec 0.22 describes each type at its first use; where two threads do so at once, the process is gone (SIGSEGV)."""


def convert(table: dict[str, Any], home: Path) -> SettingsFile:
    """Convert what tomllib read; folders are taken from the home. Raises msgspec.ValidationError."""

    def read_text(kind: type, value: object) -> Path | Duration:
        if not isinstance(value, str):
            raise ValueError(f"Expected `str`, got `{type(value).__name__}`")
        try:
            return parse_duration(value) if kind is Duration else folder_path(home, value)
        except (ValueError, RuntimeError) as error:
            raise ValueError(kind.__name__) from error

    with _CONVERTING:
        return msgspec.convert(_without_blanks(table, _DEFAULTS), SettingsFile, dec_hook=read_text)


def _without_blanks(table: dict[str, Any], section: Section) -> dict[str, Any]:
    """The table without empty texts where a key may be left out."""
    defaults = section.values()
    kept = {key: value for key, value in table.items() if value != "" or defaults.get(key, "") is not None}
    below = {key: default for key, default in defaults.items() if isinstance(default, Section)}
    return kept | {key: _without_blanks(kept[key], below[key]) for key in below if isinstance(kept.get(key), dict)}


def folder_path(home: Path, text: str) -> Path:
    """The path of a folder that a setting names. Raises ValueError, RuntimeError for what can be none."""
    if not text or "\0" in text:
        raise ValueError(text)
    return home / Path(text).expanduser()


SEALED = "sealed:"
"""The place of a token that its owner gave to a team: in the ledger, where workers alone can open it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings from file and environment, without the token itself."""

    home: Path
    language: str | None = None
    """`ja`, `en`, or None: that of the environment."""
    token_source: str = "keyring"  # noqa: S105 - the name of a place, not a secret
    """`keyring`, `env:NAME`, `file:PATH`, or `SEALED` within a worker of a team."""
    base_url: str = BASE_URL
    """Without a final slash; https, or this computer."""
    sync: SyncSettings = _DEFAULTS.sync
    files: FileSettings = _DEFAULTS.files
    exports: ExportSettings = _DEFAULTS.exports
    timestamp: TimestampSettings = _DEFAULTS.timestamp
    notify: NotifySettings = _DEFAULTS.notify
    backup: BackupSettings = _DEFAULTS.backup
    secret_variables: frozenset[str] = frozenset()
    """Names of variables that `archive.toml` names for secrets, used now or not."""


FOLDER = "Chatwork資料"
"""Name of the default folder within the user's Documents."""


def exports_folder(settings: Settings) -> Path:
    """The exports folder: that of the settings, else one in Documents if they exist, else `exports` in the home."""
    if settings.exports.folder is not None:
        return settings.exports.folder
    from platformdirs import user_documents_path

    documents = user_documents_path()
    return documents / FOLDER if documents.is_dir() else settings.home / "exports"
