"""The text of `VERIFY.txt`: how anybody checks a package without the program that made it.

Every line with a command is complete and can be copied as it is. Japanese comes first, then English.
It claims nothing that the files cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.export.bag import TAG_MANIFEST
from archiver.export.stamps import RootCertificate, SealStamp, package_stamp_name
from archiver.export.texts.readme import encode_lines
from archiver.render.invisible_characters import visible
from archiver.render.times import local_time
from archiver.report_language import is_english, say

_INDENT = "   "
_POWERSHELL = (
    "powershell -Command \"Get-Content manifest-sha256.txt | ForEach-Object { $h,$f = $_ -split '  ',2; "
    "if ((Get-FileHash -LiteralPath $f).Hash -eq $h) { 'OK ' + $f } else { 'FAILED ' + $f } }\""
)


@dataclass(frozen=True, slots=True)
class VerificationSteps:
    """The parts of a package that can be checked."""

    tables: bool
    """Whether it holds the CSV files and `verify.py`."""
    raw: bool
    seals: Sequence[str]
    """The names of the seals' files, in order."""
    stamps: Sequence[SealStamp]
    roots: Sequence[RootCertificate]
    configured: Sequence[str]
    """The authorities that are asked for a stamp over the package itself."""
    made_at: datetime
    """A time at which the certificates of these authorities are valid: they are asked right after it."""


def verify_text(steps: VerificationSteps) -> bytes:
    """The content of `VERIFY.txt`."""
    return encode_lines(_lines(steps))


def _lines(steps: VerificationSteps) -> Iterator[str]:
    yield say("この資料を、作成したプログラムを使わずに確かめる手順")
    yield say("字下げした行は、この資料のフォルダーで、そのまま実行できます。English: see below.")
    yield ""
    if steps.tables:
        yield say("0. まとめて点検する(Python 3.8以降があるとき。通信はせず、何も書き換えません)")
        yield f"{_INDENT}python3 -I verify.py" + (" --lang en" if is_english() else "")
        yield "   Windows: py -I verify.py" + (" --lang en" if is_english() else "")
        yield say("   -I は、資料のフォルダーに紛れ込んだ別のプログラムをPythonに読み込ませないためです。")
        yield say(
            "   Pythonがないとき: verify.html をブラウザーで開き、資料のZIPかフォルダーを落とします(通信しません)。"
        )
        yield say(
            "   verify.html 自身のSHA-256は別の手段で確かめてください。書き換えられたページは何とでも表示できます。"
        )
        yield ""
    yield from _list_lines()
    yield from _record_lines(steps)
    yield from _time_lines(steps)
    yield from _table_lines(steps)
    yield from _meaning_lines(steps)
    if not is_english():
        yield from _english_lines(steps)
    yield from _appendix_lines(steps)


def _list_lines() -> Iterator[str]:
    yield say("1. ファイルが一覧のとおりか")
    yield say("   Linux(WindowsのGit Bashも同じ):")
    yield f"{_INDENT}sha256sum -c manifest-sha256.txt"
    yield f"{_INDENT}sha256sum -c tagmanifest-sha256.txt"
    yield "   macOS:"
    yield f"{_INDENT}shasum -a 256 -c manifest-sha256.txt"
    yield f"{_INDENT}shasum -a 256 -c tagmanifest-sha256.txt"
    yield say("   Windows(コマンドプロンプト。1行目は値を見比べ、2行目はすべてのファイルを一度に比べます):")
    yield f"{_INDENT}certutil -hashfile manifest-sha256.txt SHA256"
    yield f"{_INDENT}{_POWERSHELL}"
    yield say(
        "   すべての行が OK なら、一覧が作られた後にファイルは変わっていません。FAILED は、変わったファイルです。"
    )
    yield say("   tagmanifest-sha256.txt のハッシュ値から、この資料のすべてのファイルのハッシュ値をたどれます。")
    yield say("   BagIt 1.0 (RFC 8493) に対応したソフトウェアでも検査できます。")
    yield ""


def _record_lines(steps: VerificationSteps) -> Iterator[str]:
    yield say("2. 記録が確定記録に含まれるか")
    yield say("   data/entries.jsonl の1行(改行を除く)のSHA-256が、data/seals/ のどれかの entries にあります。")
    yield say("   1行目を含む確定記録の名前を出す行(1p の数字を変えれば、ほかの行も調べられます):")
    yield f"{_INDENT}{_FIND_LINE}"
    yield say("   entries の並びは記録番号(seq)の順で、first が最初の番号です。")
    yield say("   ここにない番号の記録は、この仕事と関係のない記録です。ハッシュ値だけが確定記録に残っています。")
    yield ""
    yield say("3. 確定記録がつながっているか")
    yield say(
        "   確定記録のファイルのSHA-256が、次の番号の確定記録の previous と同じです。1号の previous は0が64個です。"
    )
    if len(steps.seals) > 1:
        yield say("   最後の2つを比べる行(1 と出れば同じです):")
        yield f"{_INDENT}{_compare_command(*steps.seals[-2:])}"
    yield ""


_FIND_LINE = "grep -l \"$(sed -n 1p data/entries.jsonl | tr -d '\\n' | sha256sum | cut -c1-64)\" data/seals/*.json"


def _compare_command(before: str, after: str) -> str:
    return f'grep -c "\\"previous\\":\\"$(sha256sum < data/seals/{before} | cut -c1-64)\\"" data/seals/{after}'


def _time_lines(steps: VerificationSteps) -> Iterator[str]:
    yield say("4. タイムスタンプ(RFC 3161)")
    if not steps.stamps and not steps.configured:
        yield say("   付いていません。いつから存在したかを、この資料だけからは示せません。")
        yield ""
        return
    yield say("   OpenSSL 1.1.1 以降で確かめます(Linux、Git Bash。macOSに付属のLibreSSLでは確かめられません)。")
    yield say("   Verification: OK と出れば、そのファイルは、その時刻に、いまと1バイトも違わない形で存在していました。")
    yield say("   -attime は確かめる時点(Unix秒)です。認証局の証明書は数年で切れるため、時刻が付いた時点で確かめます。")
    yield from _package_stamp_lines(
        steps, say("   この資料そのもの(求めた時刻が付かなかったときは、.tsr のファイルがありません):")
    )
    if steps.stamps:
        yield say("   最後の確定記録(すべての号の行は、このファイルの末尾にあります):")
        last = max(one.number for one in steps.stamps)
        for seal_stamp in steps.stamps:
            if seal_stamp.number == last:
                yield f"{_INDENT}{_seal_command(seal_stamp)}"
        yield from _end_lines(steps, last)
    yield say("   後の号に付いた時刻は、手順3のつながりによって、それより前の号にも及びます。")
    yield say("   時刻が確定よりも遅れて付いたものは、付いた時刻から後についてだけ、存在を示します。")
    yield say("   ルート証明書(data/tsa/)のハッシュ値です。認証局自身が公開している値と見比べてください:")
    for root in steps.roots:
        yield from _root_lines(root)
    yield say("   証明書が失効していないかは確かめていません。")
    yield ""


def _end_lines(steps: VerificationSteps, last: int) -> Iterator[str]:
    """When the certificates behind the last stamps end, and what carries on those whose certificate has ended."""
    ends = [(one.authority, one.ends) for one in steps.stamps if one.number == last and one.ends is not None]
    if ends:
        shown = ", ".join(f"{authority} {ends:%Y-%m-%d}" for authority, ends in ends)
        yield say("   最後の確定記録の時刻の、認証局の証明書の期限(UTC): {shown}", shown=shown)
        yield say("   期限の後も -attime の行は OK と出ますが、古い鍵で後から作った時刻ではないことまでは、")
        yield say("   この資料だけでは示せなくなります。保存を続けている保管庫は、期限の前に新しい時刻を付け直します。")
        yield say("   期限の後には、その保管庫から作り直した資料で示してください。")
    ended = [one for one in steps.stamps if one.ends is not None and one.ends <= steps.made_at]
    if ended:
        yield say("   作成の時点で証明書の期限が切れていた時刻は {count}件です(RFC 4998の付け直し):", count=len(ended))
        yield say(
            "   時刻のファイルのハッシュ値は記録(種類 stamp)にあります。その記録を含む確定記録か、それより後の号に、"
        )
        yield say("   その期限より前の時刻が付いていれば、後の時刻が引き継いでいます。")
        yield say("   最初の時刻の記録を含む確定記録の名前を出す行:")
        yield f"{_INDENT}{_carrier_command(ended[0])}"


def _carrier_command(stamp: SealStamp) -> str:
    """The line that prints the seal that holds the record of a stamp's arrival."""
    record = (
        f'grep -F "$(sha256sum < data/seals/{stamp.seal_name}.{stamp.authority}.tsr | cut -c1-64)" data/entries.jsonl'
    )
    return f"grep -l \"$({record} | head -n 1 | tr -d '\\n' | sha256sum | cut -c1-64)\" data/seals/*.json"


def _package_stamp_lines(steps: VerificationSteps, title: str) -> Iterator[str]:
    if not steps.configured:
        return
    yield title
    at = int(steps.made_at.timestamp())
    for name in steps.configured:
        yield f"{_INDENT}{_verify_command(TAG_MANIFEST, package_stamp_name(name), name, at)}"
        yield f"{_INDENT}openssl ts -reply -in {package_stamp_name(name)} -text"


def _seal_command(stamp: SealStamp) -> str:
    data = f"data/seals/{stamp.seal_name}"
    return _verify_command(data, f"{data}.{stamp.authority}.tsr", stamp.authority, int(stamp.time.timestamp()))


def _verify_command(data: str, reply: str, authority: str, at: int) -> str:
    return f"openssl ts -verify -data {data} -in {reply} -CAfile data/tsa/{authority}.pem -attime {at}"


def _root_lines(root: RootCertificate) -> Iterator[str]:
    known = (
        say("主なブラウザーのルート証明書の1つ")
        if root.is_trusted
        else say("利用者が指定したもの(主なブラウザーにはない)")
    )
    yield f"   {root.authority}: SHA-256 {root.sha256}"
    yield f"      {visible(root.subject)} / {known}"


def _table_lines(steps: VerificationSteps) -> Iterator[str]:
    yield say("5. 読みやすい形の資料が記録と同じか")
    what = say("messages.jsonl・pauses.jsonl と CSV") if steps.tables else say("messages.jsonl・pauses.jsonl")
    how = "verify.py" if steps.tables else "archive verify"
    yield say(
        "   data/ の {what} は data/entries.jsonl だけから作られ、{how} はもう一度作って比べます。", what=what, how=how
    )
    yield say("   messages.jsonl の entry_seq が、もとの記録の番号です。")
    yield say("   stamped_at は、その記録に及ぶ最も早いタイムスタンプです(付いていなければ null)。")
    yield say("   data/files/ の各ファイルのSHA-256は、種類が blob の記録にあります。")
    if steps.raw:
        yield say("   data/raw/ の各応答の前に .meta.json の salt(32バイトの乱数)を付けて計算したSHA-256が、")
        yield say("   記録の reply にあります。")
    yield ""


def _meaning_lines(steps: VerificationSteps) -> Iterator[str]:
    yield say("6. 示せること、示せないこと")
    yield say("   改変された場合に検出できるようにしたものです。Chatworkが実際にその内容を返したこと、")
    yield say("   発言者が誰か、内容が真実かを示すものではありません。")
    if steps.stamps or steps.configured:
        yield say("   タイムスタンプは、ハッシュ値だけを認証局に送って受け取ったものです。")
        yield say("   認証局は内容を見ておらず、保証もしません。")
        yield say("   その時刻に存在したことを示し、いつ作られたか、それより前に変えられていないかは示しません。")
    else:
        yield say("   タイムスタンプ(RFC 3161)は付いていないため、いつから存在したかは示していません。")
    yield say(
        "   以前に渡された確定記録やバックアップがあれば、同じ番号の確定記録が1バイトも違わないことを確かめられます。"
    )
    yield ""


def _english_lines(steps: VerificationSteps) -> Iterator[str]:
    yield "[English] How to check this package without the program that made it, in its folder"
    if steps.tables:
        yield "0. Everything at once, with Python 3.8 or newer: python3 -I verify.py --lang en"
        yield "   (-I keeps Python from loading other programs that somebody put into this folder)"
        yield "   Without Python: open verify.html in a browser and drop the zip or the folder on it; it sends nothing."
        yield "   Check the SHA-256 of verify.html by other means: a page that was altered can say anything."
    yield "1. The files are as listed: sha256sum -c manifest-sha256.txt, and the same with tagmanifest-sha256.txt."
    yield "   macOS: shasum -a 256 -c; Windows: certutil -hashfile FILE SHA256, or the line of PowerShell above."
    yield "   OK on every line: nothing changed since the lists were made. FAILED: this file did."
    yield "2. Each line of data/entries.jsonl without its line feed has its SHA-256 in one of data/seals/*.json."
    yield "3. Each seal names, as its previous, the SHA-256 of the file of the seal before it."
    if steps.stamps or steps.configured:
        yield "4. Third-party times (RFC 3161): the lines that begin with openssl (1.1.1 or newer)."
        yield "   Verification: OK means that the file existed, as it is now, at the time stamped; no more than that."
        yield "   -attime is that time, as the authority's certificate may have ended since. A stamp on a seal covers"
        yield "   all seals before it. After its certificate has ended, a stamp no longer shows by itself that nobody"
        yield "   made it later with the old key: a later stamp over the record of its arrival carries it on (RFC 4998)"
        yield "   in packages made after that. Compare the SHA-256 of each root certificate with what the authority"
        yield "   publishes."
        yield "   Whether certificates were revoked was not checked."
    else:
        yield "4. No third-party time stamp is attached."
    yield "5. messages.jsonl, pauses.jsonl and the CSV files are made of data/entries.jsonl alone and can be made again"
    yield "   and compared."
    yield "6. This shows changes; not that Chatwork returned this content, who wrote it, or that it is true."


def _appendix_lines(steps: VerificationSteps) -> Iterator[str]:
    if not steps.stamps:
        return
    yield ""
    yield say("■ すべての確定記録の時刻 / All stamps of the seals")
    for seal_stamp in steps.stamps:
        yield say(
            "第{number}号 {authority} {time}(日本時間 / UTC+9)",
            number=seal_stamp.number,
            authority=seal_stamp.authority,
            time=local_time(seal_stamp.time),
        )
        yield f"{_INDENT}{_seal_command(seal_stamp)}"
