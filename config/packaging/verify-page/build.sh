#!/bin/sh
# Makes archiver/export/verify_page/vendored/ again from the packages in package.json, in a scratch folder, and compares.
# Needs Node.js with npm. With an argument it writes the files into that folder instead of comparing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vendored=$here/../../../archiver/export/verify_page/vendored
target=${1:+$(cd "$1" && pwd)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$here/package.json" "$here/libraries.js" "$scratch"
cd "$scratch"
npm install --no-package-lock --no-audit --no-fund --ignore-scripts >/dev/null
node_modules/.bin/esbuild libraries.js --bundle --minify --format=iife --global-name=Libraries --target=es2020 \
  --charset=ascii --legal-comments=none --log-level=warning --outfile=built.js
for package in asn1js pkijs bytestreamjs @peculiar/utils @noble/hashes fflate; do
  printf '%s\n\n' "$package"
  cat "node_modules/$package/LICENSE"
  printf '\n----\n\n'
done >LICENSES.txt
if [ -n "$target" ]; then
  cp built.js "$target/libraries.js"
  cp LICENSES.txt "$target/LICENSES.txt"
else
  cmp built.js "$vendored/libraries.js"
  cmp LICENSES.txt "$vendored/LICENSES.txt"
  echo "the same"
fi
