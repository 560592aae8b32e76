#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds the installed LAMMPS once more from Debian's source package, with the PLUGIN package that Debian leaves out, so
# that `plugin load` can be tested with the real thing. The last line printed is the path of its lmp.
#   scripts/lammps-plugin-build.sh          builds it if it is not there yet (80 MB to load, minutes to compile)
#   scripts/lammps-plugin-build.sh cached   only looks: exit status 1 if it is not there
# Exit status 3: the mirror is out of reach.
# It is kept in ${XDG_CACHE_HOME:-~/.cache}/mdgan/lammps-<version>. Needs neither root nor changed package sources.
#   MDGAN_DEBIAN_MIRROR=url   where from (default http://deb.debian.org/debian)
set -euo pipefail

mirror=${MDGAN_DEBIAN_MIRROR:-http://deb.debian.org/debian}
# What examples and tests use, and -O1: the tests run short, the build need not take long.
options="-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_BUILD_RPATH_USE_ORIGIN=on
    -DBUILD_SHARED_LIBS=on -DBUILD_MPI=on -DBUILD_OMP=off -DBUILD_TOOLS=off -DPKG_PLUGIN=on -DPKG_MOLECULE=on
    -DPKG_KSPACE=on -DPKG_RIGID=on -DPKG_MISC=on -DFFT=KISS -DWITH_JPEG=off -DWITH_PNG=off -DWITH_FFMPEG=off
    -DWITH_GZIP=off"

fail() {
    echo "lammps-plugin-build.sh: $*" >&2
    exit "${status:-1}"
}

# apt-get with package sources, lists and cache of its own below $work.
own_apt() {
    apt-get -q -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User="$(id -un)" \
        "$@"
}

fetch_source() {
    local suite key=/usr/share/keyrings/debian-archive-keyring.gpg
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mkdir -p "$work"/{lists/partial,cache/archives/partial}
    echo "deb-src [signed-by=$key] $mirror $suite main" > "$work/sources.list"
    own_apt -o APT::Update::Error-Mode=any update || status=3 fail "cannot reach $mirror"
    # The two archives alone, which the signed list of sources vouches for: not every mirror has the file that joins them.
    (cd "$work" && own_apt source --download-only --tar-only "lammps=$version" &&
        own_apt source --download-only --diff-only "lammps=$version") ||
        fail "cannot load the source of lammps $version"
    mkdir "$work/source"
    tar -xf "$work"/lammps_*.orig.tar.* -C "$work/source" --strip-components=1
    tar -xf "$work"/lammps_*.debian.tar.* -C "$work/source"
    sed 's/#.*//' "$work/source/debian/patches/series" | while read -r patch _; do
        [ -z "$patch" ] || patch --quiet -p1 -d "$work/source" < "$work/source/debian/patches/$patch"
    done
}

build() {
    echo "lammps-plugin-build.sh: compiling on $(nproc) processors"
    # shellcheck disable=SC2086 # one word per option
    cmake -S "$work/source/cmake" -B "$work/build" -G Ninja $options > "$work/cmake.log" 2>&1 ||
        { tail -n 20 "$work/cmake.log" >&2; fail "cmake failed"; }
    cmake --build "$work/build" --parallel --target lmp > "$work/build.log" 2>&1 ||
        { tail -n 20 "$work/build.log" >&2; fail "the build failed"; }
}

# Whole or not at all: under its name there is either a complete LAMMPS or nothing.
keep() {
    mkdir "$work/keep"
    cp -a "$work"/build/lmp "$work"/build/liblammps.so* "$work/keep/"
    echo "$options" > "$work/keep/options"
    "$work/keep/lmp" -h > "$work/help"
    grep -qw PLUGIN "$work/help" || fail "the built lmp has no PLUGIN package"
    rm -rf "$final"
    mv "$work/keep" "$final"
}

version=$(dpkg-query -W -f '${source:Version}' liblammps-dev 2>/dev/null) ||
    fail "liblammps-dev is not installed; run scripts/deps.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mdgan
final=$cache/lammps-$version
if [ "$(cat "$final/options" 2>/dev/null)" != "$options" ]; then
    [ "${1:-}" != cached ] || exit 1
    SECONDS=0
    echo "lammps-plugin-build.sh: LAMMPS $version with the PLUGIN package, into $final"
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/build-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    fetch_source
    build
    keep
    echo "lammps-plugin-build.sh: done in $SECONDS s"
fi
echo "$final/lmp"
