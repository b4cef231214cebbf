"""The text of a new `archive.toml`: every key with its default and a comment in both languages.

`config/archive.example.toml` is the same text; a test compares them.
"""

TEMPLATE = """\
# chatwork-archiver の設定 / Settings of chatwork-archiver.
#
# 保管庫のフォルダーに archive.toml という名前で置きます。archive init が書く内容と同じです。
# 書かれていない項目には、ここに示した値が使われます。契約はここではなく archive contract add で登録します。
# Lies in the archive's folder as archive.toml; archive init writes the same file. A key left out has
# the value shown here. Contracts are not settings: enter them with archive contract add.

# 画面の言葉: "ja" または "en"。提出資料は日本語です(作るときに --report-lang en を付けると英語)。
# Language of the screen: "ja" or "en". Packages are Japanese, or English when made with --report-lang en.
language = "ja"

[token]
# APIトークン(合鍵)の置き場所。トークンそのものは、ここに書かないでください。
#   "keyring"      OSの資格情報の保管先
#   "file:パス"    自分だけが読めるファイル(chmod 600)
#   "env:名前"     環境変数
# 環境変数 CHATWORK_API_TOKEN があれば、いつもそれが優先されます。
# Where the API token is; never the token itself: "keyring", "file:PATH" (readable by you alone) or
# "env:NAME". The variable CHATWORK_API_TOKEN wins whenever it is set.
source = "keyring"

[sync]
# 保存の間隔。 / How often to save.
every = "5m"
# 動きのないチャットも、この間隔で必ず読みます。 / Every room is read at least this often, moved or not.
full_every = "6h"
# 呼び出し回数の上限のうち、ほかのツールのために残す回数。 / Calls left for your other tools.
reserve = 60
# 編集・削除に気づくための一覧の取得に使ってよい、呼び出し回数の割合(%)。
# Percent of the calls that looking for edits and deletions may take.
window_share = 20
# 古い発言を1回ずつ読み直す日数。 / Days in which every older message is read again once.
reread_days = 30

[files]
# これより大きいファイルは、発言などの保存が済んでから少しずつ取得します(MB)。
# Files larger than this (MB) come last and in slices, so that no text waits for a video.
large_mb = 20
# 1つのファイルの上限(GB)。 / Files larger than this (GB) are not fetched; they are listed.
max_gb = 5
# ディスクの空きがこれを下回ったら、ファイルの取得を止めます(GB)。
# Stop fetching files when less than this (GB) is free on the disk.
stop_when_free_gb = 2

[exports]
# 提出資料の置き場所。"" なら ドキュメント/Chatwork提出資料、なければ保管庫の exports フォルダー。
# Where packages go. "" = Documents/Chatwork提出資料, or else the folder exports in the archive.
folder = ""
# 新しい記録のあった日の控えを、翌日の最初の実行で自動的に作ります。
# Make a copy of each day with news, in the first run after that day.
daily = true
# 日ごとの控えに入れるファイルの上限(MB)。これより大きいものは一覧に書かれます。
# Files up to this size (MB) go into the daily copy; larger ones are listed in it.
daily_file_mb = 5
# 控えと確定記録を、ほかの場所にも書きます。例: ["/mnt/usb"]
# Other folders that get the daily copies and the seals too, for example ["/mnt/usb"].
also_to = []

[timestamp]
# 第三者の時刻を付ける認証局。空なら付けません。例:
# Authorities that stamp the seals with the time of a third party; empty = none. Example:
#   authorities = [{name = "a", url = "http://tsa.example/", roots = "roots.pem"}]
# 有料の認証局には user と password("file:パス" か "env:名前")、または certificate と key も書けます。
# A paid one also takes user and password ("file:PATH" or "env:NAME"), or certificate and key.
authorities = []

[notify]
# 保存がこの時間できていないとき、知らせます。 / Hours without a save before you are told.
stale_hours = 24
# パソコンの通知を使います。 / Use the desktop's own notices.
desktop = true
# 毎日、夜に1回、その日のまとめも知らせます。 / Tell once a day, in the evening, also that all is well.
daily = false
# そのほかの通知先(メールなど)。パスワードを含むので、自分だけが読めるファイルや環境変数にも置けます。
#   "mailto://…"   Apprise の書き方(docs/how-to/notices.md)
#   "file:パス"    その1行が書かれた、自分だけが読めるファイル(chmod 600)
#   "env:名前"     環境変数
# Other places to be told at, such as a mailbox: an address as Apprise writes it, or "file:PATH" and "env:NAME"
# where it lies. Addresses hold passwords; this needs the extra [notify]. See docs/how-to/notices.md.
urls = []
# メールでの通知。送信サーバー(SMTP)と宛先の両方を書くと使われます。archive init が尋ねて書きます。
#   mail_tls   "tls"(465番)、"starttls"(587番)。"none" はこのパソコンのサーバーだけ
#   mail_port  0 なら上の番号
#   mail_from  空なら mail_user、それもアドレスでなければ mail_to
# パスワードそのものは書かず、置き場所を書きます: "keyring"、"file:パス"、"env:名前"
# Notices by mail: used once both the server (SMTP) and an address to write to are named. mail_tls is "tls" (port
# 465), "starttls" (587) or, to this computer only, "none". Never the password itself: only where it is.
mail_host = ""
mail_port = 0
mail_tls = "tls"
mail_user = ""
mail_password = "keyring"
mail_from = ""
mail_to = ""
# 生存通知(死活監視)。読むべきチャットを全部読めたとき、5分に1回までこのアドレスを呼びます。届かなければ監視
# サービスが知らせます。内容は件数だけです。アドレスは秘密なので "file:パス" や "env:名前" にも置けます。
# A heartbeat: this address (https) is called after each round that read all that was due, every 5 minutes at
# most, so that a monitoring service such as healthchecks.io notices silence. Only counts are sent. The address is
# a secret: better "file:PATH" or "env:NAME".
ping = ""

[backup]
# 定期的にバックアップを作るフォルダー(別のディスク)と間隔。例: to = "E:/cw-backup"、every = "1d"。空なら手動だけ。
# Where a copy is made regularly, best on another disk, and how often; empty = only by hand.
to = ""
every = ""
# バックアップのあとに実行する、ご自身のプログラム(restic など)。{copy} はバックアップのフォルダーになります。例:
# A program of your own that runs after each copy, without the token; {copy} is the copy's folder. Example:
#   after = ["restic", "backup", "--json", "{copy}"]
after = []
"""
