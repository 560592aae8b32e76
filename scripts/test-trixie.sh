#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds this tree and runs its tests on Debian 13 (trixie), in a chroot: a LAMMPS of 2025 instead of 2021, Open MPI 5
# instead of 4, GCC 14 instead of 12. Needs root. Exit status of the tests; 0 with a line SKIPPED if the chroot is not
# there yet and the mirror is out of reach.
#   scripts/test-trixie.sh [label ...]   ctest labels (default: unit lammps gromacs)
#   MDGAN_TRIXIE_ROOT=folder             the chroot, made once (default ${XDG_CACHE_HOME:-~/.cache}/mdgan/trixie)
#   MDGAN_DEBIAN_MIRROR=url              where from (default http://deb.debian.org/debian)
#   MDGAN_TRIXIE_PLUGIN=0                without the LAMMPS that has the PLUGIN package, if it is not built yet
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

SECONDS=0
root=${MDGAN_TRIXIE_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/mdgan/trixie}
mirror=${MDGAN_DEBIAN_MIRROR:-http://deb.debian.org/debian}
work=/var/tmp/mdgan # inside the chroot
[ $# -gt 0 ] || set -- unit lammps gromacs

step() {
    echo
    echo "== trixie: $* ($SECONDS s)"
}

mirror_answers() {
    local probe
    probe=$(mktemp -d)
    /usr/lib/apt/apt-helper -q -o Acquire::http::Timeout=20 -o Acquire::Retries=1 download-file \
        "$mirror/dists/trixie/InRelease" "$probe/InRelease" > /dev/null 2>&1
    local status=$?
    rm -rf "$probe"
    return $status
}

# Under its name there is either a whole system or nothing.
make_chroot() {
    step "debootstrap into $root"
    scripts/deps.sh trixie
    mkdir -p "$(dirname "$root")"
    rm -rf "$root.new"
    debootstrap --variant=minbase --include=ca-certificates trixie "$root.new" "$mirror" > "$root.log" 2>&1 ||
        { tail -n 5 "$root.log" >&2; rm -rf "$root.new"; exit 1; }
    mv "$root.new" "$root"
}

# Runs a command in the chroot; the mounts end with it.
inside() {
    unshare --mount --propagation private bash -euc '
        root=$1; shift
        for tree in proc sys dev; do mount --rbind "/$tree" "$root/$tree"; done
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive OMPI_ALLOW_RUN_AS_ROOT=1 \
            OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe "$@"' inside "$root" "$@"
}

# The files of the working tree, not what was built from them.
copy_tree() {
    local list
    list=$(mktemp)
    if ! git ls-files -z --cached --others --exclude-standard > "$list" 2>/dev/null; then
        find . -path ./build -prune -o -type f -print0 > "$list"
    fi
    rm -rf "$root$work/source"
    mkdir -p "$root$work/source"
    # Files that were removed, but not yet from the index, are not there to be copied.
    xargs -0 -r sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' files < "$list" |
        tar --null --files-from=- -cf - | tar -xf - -C "$root$work/source"
    rm -f "$list"
}

install_packages() {
    inside "$work/source/scripts/deps.sh" hosts > "$root$work/packages.log" 2>&1 ||
        { tail -n 20 "$root$work/packages.log" >&2; exit 1; }
    # A test of the file format reads with it where it exists.
    inside dpkg-query -W python3-mdanalysis > /dev/null 2>&1 ||
        inside apt-get install -q -y --no-install-recommends python3-mdanalysis > /dev/null 2>&1 ||
        echo "test-trixie.sh: no python3-mdanalysis here, its test will be skipped"
}

if [ "$(id -u)" -ne 0 ]; then
    echo "test-trixie.sh: needs root, for debootstrap and chroot" >&2
    exit 2
fi
if [ ! -d "$root" ]; then
    if ! mirror_answers; then
        echo "test-trixie.sh: SKIPPED: mirror out of reach ($mirror)"
        exit 0
    fi
    make_chroot
fi

step "packages"
copy_tree
cp /etc/resolv.conf "$root/etc/resolv.conf"
install_packages

step "build"
inside cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release > "$root$work/cmake.log" ||
    { tail -n 20 "$root$work/cmake.log" >&2; exit 1; }
inside cmake --build "$work/build" --parallel > "$root$work/build.log" 2>&1 ||
    { grep -v '^\[' "$root$work/build.log" | tail -n 40 >&2; exit 1; }
inside test -e "$work/build/lib/mdganplugin.so" || { echo "test-trixie.sh: fix mdgan was not built" >&2; exit 1; }

step "LAMMPS with the PLUGIN package"
if [ "${MDGAN_TRIXIE_PLUGIN:-1}" = 1 ]; then
    # 3: its source is not there yet, and the mirror is out of reach.
    inside "$work/source/scripts/lammps-plugin-build.sh" || [ $? -eq 3 ] || exit 1
fi
plugin_lmp=$(inside "$work/source/scripts/lammps-plugin-build.sh" cached) ||
    echo "test-trixie.sh: SKIPPED: plugin load; scripts/test-trixie.sh by itself builds that LAMMPS, once"

step "tests: $*"
status=0
inside env MDGAN_PLUGIN_LMP="$plugin_lmp" ctest --test-dir "$work/build" --output-on-failure \
    --parallel "${MDGAN_TEST_JOBS:-$(($(nproc) > 4 ? $(nproc) / 2 : 2))}" -L "^($(IFS='|'; echo "$*"))\$" || status=$?
echo "test-trixie.sh: $([ $status -eq 0 ] && echo passed || echo FAILED) in $SECONDS s"
exit $status
