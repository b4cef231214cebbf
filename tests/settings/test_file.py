"""`archive.toml`: what is read, what is refused and how it says so, what is written."""

from __future__ import annotations

import stat
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, strategies

from archiver import errors
from archiver.app import OFFERS
from archiver.settings.file import is_token_source, load_settings, new_file, update_settings, write_settings
from archiver.settings.model import AuthoritySetting, Settings
from tests.support.cases import cases_of


def put_settings(home: Path, text: str) -> Path:
    path = home / "archive.toml"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def error_detail(home: Path, text: str) -> str:
    """The detail of the error for a settings file with this text."""
    put_settings(home, text)
    with pytest.raises(errors.BadSettings) as raised:
        load_settings(home, {})
    assert home / "archive.toml" == raised.value.data["path"]
    return str(raised.value.data["detail"])


def test_the_written_file_holds_the_defaults(tmp_path: Path) -> None:
    """What a new file shows is what holds without it: an archive whose settings were lost still opens."""
    lost = load_settings(tmp_path, {})
    write_settings(tmp_path, language=None, token_source="keyring")

    assert Settings(home=tmp_path) == lost == load_settings(tmp_path, {})


def test_every_key_is_read(tmp_path: Path) -> None:
    """Each value arrives in the unit that the code uses; folders are meant from the home."""
    put_settings(
        tmp_path,
        """\
        language = "en"
        token.source = "file:token"
        sync = {every = "90s", full_every = "1d", reserve = 0, reread_days = 7}
        files = {large_mb = 0.5, max_gb = 1, stop_when_free_gb = 0}
        exports = {folder = "out", daily = false, daily_file_mb = 0, also_to = ["/mnt/usb", "~/x"]}
        timestamp.authorities = [{name = "a-1", url = "http://tsa.example/t", roots = "a.pem"}]
        notify = {stale_hours = 1.5, desktop = false, daily = true, urls = ["x://y"]}
        """,
    )

    actual = load_settings(tmp_path, {})

    assert ("en", "file:token") == (actual.language, actual.token_source)
    assert (timedelta(seconds=90), timedelta(days=1)) == (actual.sync.every, actual.sync.full_every)
    assert (0, 7) == (actual.sync.reserve, actual.sync.reread_days)
    assert 500_000 == actual.files.large_bytes
    assert tmp_path / "out" == actual.exports.folder
    assert (Path("/mnt/usb"), Path.home() / "x") == actual.exports.also_to
    assert (AuthoritySetting("a-1", "http://tsa.example/t", "a.pem"),) == actual.timestamp.authorities
    notify = actual.notify
    assert (1.5, False, True, ("x://y",)) == (notify.stale_hours, notify.desktop, notify.daily, notify.urls)


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    """Windows' editor writes both."""
    put_settings(tmp_path, '\ufefflanguage = "en"\r\n[sync]\r\nevery = "9m"\r\n')

    assert timedelta(minutes=9) == load_settings(tmp_path, {}).sync.every


def test_the_environment_wins(tmp_path: Path) -> None:
    """The variables are taken before the file's; one that was cleared, or no language, changes nothing."""
    blank = {"CHATWORK_API_TOKEN": "  ", "CHATWORK_API_BASE_URL": "", "ARCHIVE_LANG": "fr"}
    assert Settings(home=tmp_path) == load_settings(tmp_path, blank)
    put_settings(tmp_path, 'language = "en"\ntoken.source = "keyring"')
    address = "http://127.0.0.1:8000/v2"
    environ = {"CHATWORK_API_TOKEN": "canary", "CHATWORK_API_BASE_URL": f"{address}/", "ARCHIVE_LANG": "ja"}

    actual = load_settings(tmp_path, environ)

    assert ("ja", "env:CHATWORK_API_TOKEN", address) == (actual.language, actual.token_source, actual.base_url)
    assert "canary" not in repr(actual)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('sync.evry = "5m"', "there is no setting “sync.evry”. Did you mean “sync.every”?"),
        ("colour = 1", "there is no setting “colour”."),
        ("sync.every = 5", "sync.every must be a text in quotation marks."),
        ('sync.every = "5 minutes"', 'sync.every must be written like this: "5m" ("90s" "5m" "6h" "30d")'),
        ("sync.reserve = true", "sync.reserve must be a whole number."),
        ("sync.reserve = -1", "sync.reserve must be a number >= 0."),
        ("sync.reread_days = 0", "sync.reread_days must be a number >= 1."),
        ("files.max_gb = inf", "files.max_gb must be a number <= 1e+06."),
        ("files.max_gb = nan", "files.max_gb must be a number > 0."),
        ("files.max_gb = 1e400", "files.max_gb must be a number <= 1e+06."),
        (f"files.max_gb = 1{'0' * 400}", "files.max_gb holds a value that is not allowed there."),
        ("sync = 1", "sync must be a section or table."),
        ('language = "fr"', "language holds a value that is not allowed there."),
        ("exports.also_to = [1]", "exports.also_to[0] must be a text in quotation marks."),
        ('exports.also_to = [""]', 'exports.also_to must be written like this: ["D:/Chatwork"]'),
        ("timestamp.authorities = [{}]", "timestamp.authorities[0].name is missing."),
        (
            'timestamp.authorities = [{name = "../x", url = "http://t", roots = "r"}]',
            "timestamp.authorities[0].name holds a value that is not allowed there.",
        ),
        (
            'timestamp.authorities = [{name = "a", url = "file:///etc", roots = "r"}]',
            "timestamp.authorities[0].url holds a value that is not allowed there.",
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_key(tmp_path: Path, text: str, expected: str) -> None:
    """The sentence leads to the place, in the words of the file."""
    assert expected == error_detail(tmp_path, text)


AUTHORITY = '{name = "a", url = "http://t", roots = "r"}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('language = "ja"\n\n[sync\nevery = "5m"\n', "line 3, position 6 cannot be read ("),
        ('[exports]\nfolder = "D:\\Chatwork"\n', "Write a Windows folder in single quotes: 'C:\\Users\\…'"),
        ("a = [", "the file ends too early"),
        (f"timestamp.authorities = [{AUTHORITY}, {AUTHORITY}]", "timestamp.authorities.name"),
        ('token.source = "0123456789abcdef0123456789abcdef"', "token.source"),
    ],
)
def test_a_slip_is_explained(tmp_path: Path, text: str, words: str) -> None:
    """With its line where there is one; a token that was pasted is not repeated, as the text may go to a forum."""
    actual = error_detail(tmp_path, text)

    assert (True, False) == (words in actual, "0123456789" in actual)


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "euc-jp"])
def test_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    """The line that is not UTF-8 is said."""
    (tmp_path / "archive.toml").write_bytes('# a\n# 設定\nlanguage = "ja"\n'.encode(encoding))

    with pytest.raises(errors.BadSettings) as raised:
        load_settings(tmp_path, {})

    assert "is not UTF-8" in str(raised.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    """It is not taken for a missing file; of a home that is a file the operating system's word is passed on."""
    (tmp_path / "archive.toml").mkdir()
    (tmp_path / "home").touch()

    with pytest.raises(errors.BadSettings, match="it is a folder, not a file"):
        load_settings(tmp_path, {})
    with pytest.raises(errors.BadSettings, match="it cannot be opened"):
        load_settings(tmp_path / "home", {})


def settings_or_error(home: Path, data: bytes) -> Settings | str:
    """The settings of a file with these bytes, or the detail of the error."""
    (home / "archive.toml").write_bytes(data)
    try:
        return load_settings(home, {})
    except errors.BadSettings as error:
        return str(error.data["detail"])


@given(data=strategies.binary(max_size=100) | strategies.text().map(lambda text: text.encode("utf-8", "replace")))
@example(data=b"a = " + b"[" * 100_000)
@example(data=b"a = " + b"9" * 5_000)
def test_any_bytes_are_settings_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever lies there, the answer is settings or BadSettings."""
    assert settings_or_error(tmp_path_factory.mktemp("home"), data)


KEYS = cases_of(__file__, "keys")
VALUES = cases_of(__file__, "values")


@given(key=strategies.sampled_from(KEYS), value=strategies.sampled_from(VALUES))
def test_any_value_at_any_key_is_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    """No kind of value reaches the code that it was not meant for."""
    actual = settings_or_error(tmp_path_factory.mktemp("home"), f"{key} = {value}".encode())

    assert isinstance(actual, Settings) or key.partition(".")[0] in actual


def test_a_written_file_is_for_its_owner(tmp_path: Path) -> None:
    """0600 in a home of 0700, with nothing beside it; a folder that holds something else belongs to that too."""
    new, empty, used = (tmp_path / name for name in ("a/home", "empty", "used"))
    for home in (empty, used):
        home.mkdir(mode=0o755)
    (used / "other").touch()

    for home in (new, empty, used):
        write_settings(home, language="ja", token_source="keyring")

    assert [new / "archive.toml"] == list(new.iterdir())
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (new / "archive.toml", new, empty, used)]
    assert [0o600, 0o700, 0o700, 0o755] == modes


def test_written_values_come_back(tmp_path: Path) -> None:
    """What init decides is what the next command reads; comments stay in the file."""
    authorities = tuple(offer.setting for offer in OFFERS)

    write_settings(tmp_path, language="en", token_source="file:tok en", authorities=authorities)

    actual = load_settings(tmp_path, {})
    assert ("en", "file:tok en") == (actual.language, actual.token_source)
    assert authorities == actual.timestamp.authorities
    lines = [line for line in new_file().splitlines() if line.startswith("#")]
    written = (tmp_path / "archive.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line.startswith("#")] == lines


@pytest.mark.parametrize(
    "text",
    [
        '# mine\nlanguage = "ja"\n\n[sync]  # often\nevery = "5m" # x\n\n[token]\nsource = "keyring"\n',
        '# a\r\nlanguage = "ja"\r\n[sync]\r\nevery = "5m"\r\n',
    ],
)
def test_an_update_keeps_comments_order_and_the_lines_of_windows(tmp_path: Path, text: str) -> None:
    """Only what is meant changes, also of a file that a link leads to, which stays one."""
    home = tmp_path / "home"
    home.mkdir()
    path = put_settings(tmp_path, text)
    (home / "archive.toml").symlink_to(path)

    update_settings(home, {"language": "en"})

    assert text.replace('"ja"', '"en"').encode() == path.read_bytes()
    assert (home / "archive.toml").is_symlink()


def test_an_update_adds_what_is_missing(tmp_path: Path) -> None:
    """A key or section that the user took out comes back; one at the top stays at the top."""
    path = put_settings(tmp_path, '[sync]\nevery = "5m"\n')

    update_settings(tmp_path, {"language": "en", "token.source": "env:X", "exports.also_to": ["/mnt/usb"]})

    expected = {"language": "en", "sync": {"every": "5m"}, "token": {"source": "env:X"}}
    assert expected | {"exports": {"also_to": ["/mnt/usb"]}} == tomllib.loads(path.read_text(encoding="utf-8"))


def test_an_update_without_a_file_writes_all_keys(tmp_path: Path) -> None:
    """The user finds every setting explained."""
    update_settings(tmp_path, {"token.source": "env:X"})

    expected = new_file().replace('source = "keyring"', 'source = "env:X"')
    assert expected == (tmp_path / "archive.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("changes", [{"token.source": "0123abcd"}, {"sync.every": "often"}, {"sync.no": 1}])
def test_an_update_to_something_wrong_changes_nothing(tmp_path: Path, changes: dict[str, str | int]) -> None:
    """The program never writes a file that it could not read."""
    path = put_settings(tmp_path, 'language = "ja"\n')

    with pytest.raises(errors.BadSettings):
        update_settings(tmp_path, dict(changes))

    assert 'language = "ja"\n' == path.read_text(encoding="utf-8")


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").touch()

    with pytest.raises(errors.HomeNotWritable) as raised:
        write_settings(tmp_path / "file" / "home", language="ja", token_source="keyring")

    assert tmp_path / "file" / "home" == raised.value.data["path"]


@pytest.mark.parametrize(("source", "expected"), cases_of(__file__, "the_places_for_a_token"))
def test_the_places_for_a_token(source: str, expected: bool) -> None:
    """Three kinds, each with what it needs."""
    assert expected == is_token_source(source)


def test_they_are_two_of_different_owners() -> None:
    """One that stops, or errs, does not take the other with it."""
    for part in ("name", "url", "root"):
        assert 2 == len({getattr(offer, part) for offer in OFFERS}), part
