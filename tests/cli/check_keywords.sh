#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# docs/keywords.md and the defaults in docs/fix_mdgan.md are what the program prints.
# Usage: check_keywords.sh MDGAN SOURCE_DIR [update]; with update the two files are written anew.
set -u
mdgan=$1 table=$2/docs/keywords.md page=$2/docs/fix_mdgan.md failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "| `name` | type | default | ..." -> "* name = default"; files have none.
"$mdgan" keywords --markdown >"$work/table"
awk -F ' *[|] *' '$2 ~ /^`/ && $4 != "" { gsub(/`/, "", $2); print "* " $2 " = " $4 }' "$work/table" >"$work/list"
awk -v list="$work/list" '
    /^## / { inside = /^## Default/ }
    inside && /^\* / { if (!done++) while ((getline line < list) > 0) print line; next }
    { print }' "$page" >"$work/page"
[ -s "$work/list" ] && grep -qxF "$(head -n 1 "$work/list")" "$work/page" || { echo "no list of defaults"; exit 1; }

if [ "${3:-}" = update ]; then
    cat "$work/table" >"$table"
    cat "$work/page" >"$page"
fi
diff "$work/table" "$table" || failures=1
diff "$work/page" "$page" || failures=1
[ "$failures" -eq 0 ] || echo "docs are out of date: run tests/cli/check_keywords.sh build/release/bin/mdgan . update"
exit $failures
