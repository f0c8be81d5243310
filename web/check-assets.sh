#!/bin/sh
# Proves that each script in assets is what the pinned compiler makes of its source. `--write` renews them.
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
for made in "$out"/*.js; do
    name=$(basename "$made")
    cmp "$made" "assets/$name" || {
        echo "assets/$name is not what tsc makes of assets/${name%.js}.ts: run web/check-assets.sh --write" >&2
        exit 1
    }
done
