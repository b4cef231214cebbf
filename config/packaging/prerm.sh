#!/bin/sh
# Before the Debian package is removed: what is saved stays, and each user is told where; see before-removal.sh.
set -e
[ "$1" = remove ] || exit 0
kept="$(getent passwd | while IFS=: read -r user _ number _ _ home _; do
    [ -d "$home/.local" ] || continue
    runuser -u "$user" -- env -i HOME="$home" USER="$user" LOGNAME="$user" PATH=/usr/bin:/bin \
        XDG_RUNTIME_DIR="/run/user/$number" /usr/lib/chatwork-archiver/before-removal.sh </dev/null || true
done)"
if [ -n "$kept" ]; then
    printf '保存したものは残ります。自動保存は止めました。\nWhat was saved stays; nothing saves it any more:\n%s\n' "$kept"
fi
