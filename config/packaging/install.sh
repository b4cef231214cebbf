#!/bin/sh
# Installs the program for this user, or below a prefix (/usr/local, as root); or removes it. What was saved stays.
#   ./install.sh [PREFIX]                                  PREFIX: ~/.local unless given
#   PREFIX/lib/chatwork-archiver/install.sh --uninstall [PREFIX]
set -eu
action=install
if [ "${1:-}" = --uninstall ]; then action=uninstall; shift; fi
prefix="${1:-$HOME/.local}"
case "$prefix" in
    *[!A-Za-z0-9_./+-]*|[!/]*)
        echo "$prefix: / で始め、A-Z a-z 0-9 _ . + - だけにしてください (an absolute path of these only)"; exit 2 ;;
esac
program="$prefix/lib/chatwork-archiver"

remove_files() {
    rm -rf "$program" "$prefix/share/doc/chatwork-archiver"
    rm -f "$prefix/bin/archive" "$prefix/share/applications/chatwork-archiver.desktop" \
        "$prefix/share/icons/hicolor/scalable/apps/chatwork-archiver.svg" \
        "$prefix/share/icons/hicolor/256x256/apps/chatwork-archiver.png" \
        "$prefix/share/man/man1/archive.1.gz" "$prefix/share/man/ja/man1/archive.1.gz"
}

if [ "$action" = uninstall ]; then
    kept="$("$program/before-removal.sh")" || true
    remove_files
    printf '外しました。保存したものは残ります。\nRemoved. What was saved stays:\n%s\n' "$kept"
    exit 0
fi
tree="$(dirname "$(readlink -f "$0")")/tree"
[ -d "$tree" ] || { echo "install.sh はtarを展開したフォルダーで動かしてください (run it in the unpacked folder)"; exit 2; }
remove_files  # an earlier version
mkdir -p "$prefix"
cp -R "$tree/." "$prefix/"
sed -i "s|=/usr/bin/archive|=$prefix/bin/archive|" "$prefix/share/applications/chatwork-archiver.desktop"
echo "入れました。メニューの「Chatwork保管庫」から、または次の行で開きます / Installed. Open it from the menu, or:"
echo "  $prefix/bin/archive app"
