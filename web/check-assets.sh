#!/bin/sh
# Proves that assets/live.js is what the pinned compiler makes of assets/live.ts. `--write` renews it.
# Needs node and npm; building and testing Gatehouse do not.
set -eu
cd "$(dirname "$0")"
[ -x node_modules/.bin/tsc ] || npm ci --ignore-scripts --no-audit --no-fund --silent
if [ "${1:-}" = --write ]; then
    exec node_modules/.bin/tsc
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
node_modules/.bin/tsc --outDir "$out"
cmp "$out/live.js" assets/live.js || {
    echo "assets/live.js is not what tsc makes of assets/live.ts: run web/check-assets.sh --write" >&2
    exit 1
}
