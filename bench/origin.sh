# SPDX-License-Identifier: BSD-3-Clause
# For bench/*.sh to source: prints what a figure needs to be repeated or refuted.  origin COMMAND...
origin() {
    local root commit
    root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
    commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo none)
    [ -z "$(git -C "$root" status --porcelain -- core plugin cli bench/*.[ch] 2>/dev/null)" ] || commit="$commit with changes"
    echo "command  $*"
    echo "commit   $commit"
    echo "machine  $(nproc --all) x $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1), $(date -u +%Y-%m-%d)"
}
