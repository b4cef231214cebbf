"""Shell scripts in the place of `crontab`, `systemctl`, `launchctl` and `schtasks`, which note how they were called."""

from __future__ import annotations

CRONTAB = """#!/bin/sh
case "$1" in
-l) if [ -f {state}/table ]; then cat {state}/table; else echo "no crontab for you" >&2; exit 1; fi ;;
-r) rm {state}/table ;;
-) cat > {state}/table ;;
esac
"""
NOTE = """#!/bin/sh
echo "$@" >> {state}/said
[ -f {state}/refuse ] && {{ echo "it cannot be" >&2; exit 1; }}
exit 0
"""
TASKS = """#!/bin/sh
echo "$@" >> {state}/said
case "$1" in
/Create) cp "$5" {state}/task ;;
/Query) [ -f {state}/task ] && cat {state}/task ;;
/Delete) rm {state}/task ;;
esac
"""
PROGRAMS = {"crontab": CRONTAB, "systemctl": NOTE, "launchctl": NOTE, "schtasks": TASKS}
