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
"$archive" --lang en --home demo schedule show

# The pages are served: the viewer's first answer is a page or a request for its key.
"$archive" --lang en --home demo view --no-browser --port 8765 >view.log 2>&1 &
viewer=$!
for _ in $(seq 40); do
  if curl --silent --output page.html http://127.0.0.1:8765/; then break; fi
  sleep 0.5
done
kill "$viewer"
test -s page.html
echo "the build works"
