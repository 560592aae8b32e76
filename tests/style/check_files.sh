#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Names and licences of the source files. Usage: check_files.sh SOURCE_DIR
set -u
cd "${1:?source directory}" || exit 2
failures=0

report() { # report REASON FILES
    [ -z "$2" ] && return
    printf '%s:\n%s\n' "$1" "$2"
    failures=$((failures + 1))
}

rooms=()
for room in core plugin cli lammps_fix gmx_analysis tests; do
    [ -d "$room" ] && rooms+=("$room")
done
sources=$(find "${rooms[@]}" \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.def' \) -not -path '*/compat/*' | sort)

report "names that are not lower-case words" \
    "$(echo "$sources" | sed 's|.*/||' | grep -vE '^[a-z0-9_]+\.(c|h|cpp|def)$')"
# A public header and the private one behind it may share a name; two sources may not.
report "names that are not unique" "$(echo "$sources" | grep -E '\.(c|cpp)$' | sed 's|.*/||' | sort | uniq -d)"
report "sources without an SPDX line" "$(echo "$sources" | xargs -r grep -LE 'SPDX-License-Identifier: ')"
report "sources in lammps_fix/ that are not GPL-2.0-only" \
    "$(echo "$sources" | grep '^lammps_fix/' | xargs -r grep -L 'SPDX-License-Identifier: GPL-2.0-only')"
report "sources in gmx_analysis/ that are not LGPL-2.1-or-later" \
    "$(echo "$sources" | grep '^gmx_analysis/' | xargs -r grep -L 'SPDX-License-Identifier: LGPL-2.1-or-later')"
report "sources outside the hosts' rooms that are not BSD-3-Clause" \
    "$(echo "$sources" | grep -vE '^(lammps_fix|gmx_analysis)/' | xargs -r grep -L 'SPDX-License-Identifier: BSD-3-Clause')"
report "unfinished work" "$(echo "$sources" | xargs -r grep -nE '\<(TODO|FIXME|XXX)\>')"

[ "$failures" -eq 0 ] && echo "$(echo "$sources" | wc -l) files are named and licensed"
exit $((failures > 0))
