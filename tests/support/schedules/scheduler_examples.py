"""The examples in `config/`, made by the schedulers' own templates.

`python -m tests.support.schedules.scheduler_examples` writes them anew.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from archiver.schedule import scheduler_texts
from archiver.schedule.scheduler_texts import ScheduledJob

CONFIG = Path(__file__).parents[3] / "config"

LINUX = ScheduledJob(("/home/you/.local/bin/archive",), PurePosixPath("/home/you/.local/share/chatwork-archiver"))

MAC = ScheduledJob(
    ("/Users/you/.local/bin/archive",),
    PurePosixPath("/Users/you/Library/Application Support/chatwork-archiver"),
)

WINDOWS = ScheduledJob(
    (r"C:\Users\you\AppData\Roaming\uv\tools\chatwork-archiver\Scripts\pythonw.exe", "-m", "archiver"),
    PureWindowsPath(r"C:\Users\you\Chatwork保管庫"),
    user=r"DESKTOP\you",
)

CRON_HEAD = """\
# Save every five minutes with cron: what `archive init schedule --with cron` adds to your crontab.
#
# What cron gives a job, and what it does not:
# - PATH is /usr/bin:/bin, so the program is named by its full path.
# - HOME is set; LANG, ARCHIVE_HOME and the other variables of your shell are not, so the archive is named too.
# - There is no desktop session, so a keyring is locked. Keep the token in a file that you alone can read:
#       archive init token --where file:token
#
# -q prints nothing while all is well, so cron sends mail only when something needs you (MAILTO, crontab(5)).
# --max-seconds 240 ends a long run before the next begins; what is left over is done next time.
# If two runs meet all the same, the second ends at once with exit code 11 and nothing is lost.

"""


def examples() -> dict[str, str]:
    """File name → text."""
    return {
        "cron.example": CRON_HEAD + scheduler_texts.block(LINUX),
        "systemd.service.example": scheduler_texts.service(LINUX),
        "systemd.timer.example": scheduler_texts.timer(LINUX),
        "launchd.plist.example": scheduler_texts.plist(MAC),
        "windows-task.xml.example": scheduler_texts.task(WINDOWS).replace("UTF-16", "UTF-8"),
    }


if __name__ == "__main__":
    for name, text in examples().items():
        (CONFIG / name).write_text(text, encoding="utf-8", newline="\n")
