"""`archive.toml`: what is read, what is refused and how it says so, what is written."""

from __future__ import annotations

import stat
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, strategies

from archiver import errors
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


def test_without_a_file_the_settings_are_the_defaults(tmp_path: Path) -> None:
    """An archive whose settings were lost still opens."""
    assert Settings(home=tmp_path) == load_settings(tmp_path, {})


def test_the_written_file_holds_the_defaults(tmp_path: Path) -> None:
    """What a new file shows is what holds without it."""
    write_settings(tmp_path, language=None, token_source="keyring")

    assert Settings(home=tmp_path) == load_settings(tmp_path, {})


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
    """The token's variable, the address and the language are taken before the file's."""
    put_settings(tmp_path, 'language = "en"\ntoken.source = "keyring"')
    environ = {
        "CHATWORK_API_TOKEN": "canary",
        "CHATWORK_API_BASE_URL": "http://127.0.0.1:8000/v2/",
        "ARCHIVE_LANG": "ja",
    }

    actual = load_settings(tmp_path, environ)

    assert ("ja", "env:CHATWORK_API_TOKEN", "http://127.0.0.1:8000/v2") == (
        actual.language,
        actual.token_source,
        actual.base_url,
    )
    assert "canary" not in repr(actual)


def test_blank_variables_count_as_unset(tmp_path: Path) -> None:
    """A variable that was cleared, or a language that does not exist, changes nothing."""
    environ = {"CHATWORK_API_TOKEN": "  ", "CHATWORK_API_BASE_URL": "", "ARCHIVE_LANG": "fr"}

    assert Settings(home=tmp_path) == load_settings(tmp_path, environ)


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


def test_malformed_toml_is_named_by_its_line(tmp_path: Path) -> None:
    """The line and the position where reading stopped."""
    actual = error_detail(tmp_path, 'language = "ja"\n\n[sync\nevery = "5m"\n')

    assert actual.startswith("line 3, position 6 cannot be read (")


def test_a_windows_folder_in_double_quotes_is_explained(tmp_path: Path) -> None:
    """The most common slip on Windows gets the way out."""
    actual = error_detail(tmp_path, '[exports]\nfolder = "D:\\Chatwork"\n')

    assert actual.endswith("Write a Windows folder in single quotes: 'C:\\Users\\…'")


def test_a_file_that_ends_too_early_says_so(tmp_path: Path) -> None:
    """There is no line to name."""
    assert error_detail(tmp_path, "a = [").startswith("the file ends too early")


def test_a_token_pasted_as_source_is_not_repeated(tmp_path: Path) -> None:
    """An error message may be pasted into a forum."""
    actual = error_detail(tmp_path, 'token.source = "0123456789abcdef0123456789abcdef"')

    assert "0123456789" not in actual
    assert "token.source" in actual


def test_two_authorities_need_two_names(tmp_path: Path) -> None:
    """The name becomes part of the stamp's file name."""
    authority = '{name = "a", url = "http://t", roots = "r"}'

    actual = error_detail(tmp_path, f"timestamp.authorities = [{authority}, {authority}]")

    assert "timestamp.authorities.name" in actual


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "euc-jp"])
def test_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    """The line that is not UTF-8 is said."""
    (tmp_path / "archive.toml").write_bytes('# a\n# 設定\nlanguage = "ja"\n'.encode(encoding))

    with pytest.raises(errors.BadSettings) as raised:
        load_settings(tmp_path, {})

    assert "is not UTF-8" in str(raised.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    """It is not taken for a missing file."""
    (tmp_path / "archive.toml").mkdir()

    with pytest.raises(errors.BadSettings, match="it is a folder, not a file"):
        load_settings(tmp_path, {})


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    """The operating system's word is passed on."""
    (tmp_path / "home").touch()

    with pytest.raises(errors.BadSettings, match="it cannot be opened"):
        load_settings(tmp_path / "home", {})


def settings_or_error(home: Path) -> Settings | str:
    """The settings, or the detail of the error."""
    try:
        return load_settings(home, {})
    except errors.BadSettings as error:
        return str(error.data["detail"])


def home_with(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "archive.toml").write_bytes(data)
    return home


@given(data=strategies.binary(max_size=100) | strategies.text().map(lambda text: text.encode("utf-8", "replace")))
@example(data=b"a = " + b"[" * 100_000)
@example(data=b"a = " + b"9" * 5_000)
def test_any_bytes_are_settings_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever lies there, the answer is settings or BadSettings."""
    home = home_with(tmp_path_factory, data)

    actual = settings_or_error(home)

    assert actual


KEYS = cases_of(__file__, "keys")
VALUES = cases_of(__file__, "values")


@given(key=strategies.sampled_from(KEYS), value=strategies.sampled_from(VALUES))
def test_any_value_at_any_key_is_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    """No kind of value reaches the code that it was not meant for."""
    home = home_with(tmp_path_factory, f"{key} = {value}".encode())

    actual = settings_or_error(home)

    assert isinstance(actual, Settings) or key.partition(".")[0] in actual


def test_a_written_file_is_for_its_owner(tmp_path: Path) -> None:
    """Home 0700, file 0600, and nothing else is left in the folder."""
    home = tmp_path / "a" / "home"

    write_settings(home, language="ja", token_source="keyring")

    assert [home / "archive.toml"] == list(home.iterdir())
    assert (0o700, 0o600) == tuple(stat.S_IMODE(path.stat().st_mode) for path in (home, home / "archive.toml"))


def test_an_empty_home_is_closed_and_a_used_one_left_alone(tmp_path: Path) -> None:
    """A folder that holds something else belongs to that too."""
    empty, used = tmp_path / "empty", tmp_path / "used"
    for home in (empty, used):
        home.mkdir(mode=0o755)
    (used / "other").touch()

    for home in (empty, used):
        write_settings(home, language="ja", token_source="keyring")

    assert (0o700, 0o755) == tuple(stat.S_IMODE(home.stat().st_mode) for home in (empty, used))


def test_written_values_come_back(tmp_path: Path) -> None:
    """What init decides is what the next command reads; comments stay in the file."""
    authority = AuthoritySetting("a", "http://tsa.example/", "certifi:" + "ab" * 32)

    write_settings(tmp_path, language="en", token_source="file:tok en", authorities=[authority])

    actual = load_settings(tmp_path, {})
    assert ("en", "file:tok en") == (actual.language, actual.token_source)
    assert (authority,) == actual.timestamp.authorities
    lines = [line for line in new_file().splitlines() if line.startswith("#")]
    written = (tmp_path / "archive.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line.startswith("#")] == lines


def test_an_update_keeps_comments_and_order(tmp_path: Path) -> None:
    """Only the line that is meant changes."""
    text = '# mine\nlanguage = "ja"\n\n[sync]  # often\nevery = "5m" # x\n\n[token]\nsource = "keyring"\n'
    path = put_settings(tmp_path, text)

    update_settings(tmp_path, {"token.source": "file:token"})

    assert text.replace('"keyring"', '"file:token"') == path.read_text(encoding="utf-8")


def test_an_update_keeps_windows_lines(tmp_path: Path) -> None:
    """An editor that needs them still shows lines."""
    path = put_settings(tmp_path, '# a\r\nlanguage = "ja"\r\n[sync]\r\nevery = "5m"\r\n')

    update_settings(tmp_path, {"language": "en"})

    assert b'# a\r\nlanguage = "en"\r\n[sync]\r\nevery = "5m"\r\n' == path.read_bytes()


def test_an_update_adds_what_is_missing(tmp_path: Path) -> None:
    """A key or section that the user took out comes back; one at the top stays at the top."""
    path = put_settings(tmp_path, '[sync]\nevery = "5m"\n')

    update_settings(tmp_path, {"language": "en", "token.source": "env:X", "exports.also_to": ["/mnt/usb"]})

    expected = {
        "language": "en",
        "sync": {"every": "5m"},
        "token": {"source": "env:X"},
        "exports": {"also_to": ["/mnt/usb"]},
    }
    assert expected == tomllib.loads(path.read_text(encoding="utf-8"))


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


def test_a_link_to_a_file_elsewhere_stays_one(tmp_path: Path) -> None:
    """People keep their settings in another folder."""
    home = tmp_path / "home"
    home.mkdir()
    target = put_settings(tmp_path, 'language = "ja"\n')
    (home / "archive.toml").symlink_to(target)

    update_settings(home, {"language": "en"})

    assert (True, 'language = "en"\n') == (
        (home / "archive.toml").is_symlink(),
        target.read_text(encoding="utf-8"),
    )


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
