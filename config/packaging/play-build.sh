#!/usr/bin/env bash
# Starts a one-folder build as somebody would who has nothing else: play-build.sh FOLDER
# Ends with an error if the demo lacks a PDF, a package does not verify, or a command does not run.
set -euo pipefail
archive="$(cd "$1" && pwd)/archive"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
cd "$home"

"$archive" --version
"$archive" --lang en demo --dir demo
pdfs=(demo/exports/*/data/*.pdf)
[[ ${#pdfs[@]} -eq 3 ]] || { echo "the demo made ${#pdfs[@]} PDFs, not 3"; exit 1; }
"$archive" --lang en --home demo verify
"$archive" --lang en verify demo/exports/*_lawyer
"$archive" --lang en --home demo init schedule --show

# The application is opened by its one-time address, as a browser does, and its overview is there.
"$archive" --lang en --home demo app --no-browser --port 8765 >app.log 2>&1 &
application=$!
trap 'kill "$application" 2>/dev/null || true; rm -rf "$home"' EXIT
address=""
for _ in $(seq 80); do
  address="$(grep -o 'http://127\.0\.0\.1:8765/[^ ]*' app.log | head -n 1)" && break
  sleep 0.5
done
[[ -n $address ]] || { cat app.log; echo "the application says no address"; exit 1; }
curl --silent --show-error --fail --cookie-jar cookies --output opened.html "$address"
curl --silent --show-error --fail --location --cookie cookies --output page.html http://127.0.0.1:8765/
grep -q 'How it is kept' page.html || { cat page.html; echo "the first page is not the overview"; exit 1; }
echo "the build works"
