#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The Debian packages that mdgan needs: the single list, used by build.sh, test.sh and demo.sh.
#   scripts/deps.sh [build|hosts|test|demo|trixie]   installs what is missing
# hosts: what the tests run; test: that, and the tools that look at the sources; trixie: what makes scripts/test-trixie.sh.
set -euo pipefail

packages_build="build-essential cmake ninja-build libopenblas-dev liblapacke-dev libhdf5-dev libfftw3-dev libnlopt-dev
    librandom123-dev libopenmpi-dev openmpi-bin lammps liblammps-dev gromacs libgromacs-dev
    libcmocka-dev"
packages_hosts="python3 python3-h5py python3-numpy python3-torch"
packages_test="python3-mdanalysis clang-format clang-tidy"
packages_demo="gnuplot-nox fonts-dejavu-core"
packages_trixie="debootstrap"

missing_packages() {
    local package
    for package in "$@"; do
        # A package may be there under another name that provides it, hence no test of the name alone.
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            echo "$package"
        fi
    done
}

install_packages() {
    local missing as_root=()
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] && return 0
    if ! command -v apt-get >/dev/null; then
        # Perhaps all of it is there under other names, or in modules: what is not, cmake will miss.
        echo "deps.sh: this is no Debian system; needed are the equivalents of: $missing" >&2
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "deps.sh: missing packages; become root and run: apt-get install $missing" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "deps.sh: installing $missing"
    "${as_root[@]}" apt-get update -q
    # shellcheck disable=SC2086 # one word per package
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# shellcheck disable=SC2086 # one word per package
case ${1:-build} in
build) install_packages $packages_build ;;
hosts) install_packages $packages_build $packages_hosts ;;
test) install_packages $packages_build $packages_hosts $packages_test ;;
demo) install_packages $packages_build $packages_demo ;;
trixie) install_packages $packages_trixie ;;
*)
    echo "usage: scripts/deps.sh [build|hosts|test|demo|trixie]" >&2
    exit 2
    ;;
esac
