#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs a measurement and keeps what it printed, with command, commit and machine, in bench/results/NAME.txt.
#   bench/record.sh NAME COMMAND [ARGUMENT...]     e.g. bench/record.sh speed build/release/bin/mdgan bench speed
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: bench/record.sh NAME COMMAND [ARGUMENT...]" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
# shellcheck source=bench/origin.sh
. "$here/origin.sh"
name=$1
shift
mkdir -p "$here/results"
draft=$(mktemp "$here/results/.$name.XXXXXX")
trap 'rm -f "$draft"' EXIT
origin "$@" > "$draft"
echo >> "$draft"
"$@" | tee -a "$draft"
chmod 644 "$draft"
mv "$draft" "$here/results/$name.txt"
