#!/bin/sh
# Before the program goes: ends what this user's computer does for each archive by itself, takes the application out of
# the menu, and prints where the archives are. They stay.
program="$(dirname "$(readlink -f "$0")")/archive"
usual="${XDG_DATA_HOME:-$HOME/.local/share}/chatwork-archiver"
notes="${XDG_STATE_HOME:-$HOME/.local/state}/chatwork-archiver-state"
{
    [ ! -f "$usual/archive.sqlite3" ] || echo "$usual"
    sed -n 's/.*"home": "\(.*\)", "at".*/\1/p' "$notes"/[0-9]*/* 2>/dev/null | sed 's/%/%%/g' | while read -r home; do
        LC_ALL=C.UTF-8 /usr/bin/printf "$home\n"  # the notes are JSON: \u4fdd
    done
} | sort -u | while IFS= read -r home; do
    "$program" --home "$home" -q init schedule --off >/dev/null 2>&1
    "$program" --home "$home" -q app --no-at-login >/dev/null 2>&1
    "$program" --home "$home" -q app --no-icon >/dev/null 2>&1
    [ ! -f "$home/archive.sqlite3" ] || printf '  %s\n' "$home"  # moved away, or on a disk that was taken out
done
