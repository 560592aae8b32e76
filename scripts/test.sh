#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds with warnings as errors and runs every test: all hosts are required, nothing may be skipped.
# Only two more hosts, which have to be built or installed first, may be left out, with a line SKIPPED: LAMMPS with the
# PLUGIN package (scripts/lammps-plugin-build.sh) and Debian 13 (scripts/test-trixie.sh). Both are kept for the next time.
#   MDGAN_TEST_JOBS=n      tests that run at the same time (default: half of the processors, but two at least)
#   MDGAN_TEST_MINUTES=n   time there is; with less than 10 and 15 minutes left those two are left out (default 60)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

SECONDS=0
jobs=${MDGAN_TEST_JOBS:-$(($(nproc) > 4 ? $(nproc) / 2 : 2))}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1

step() {
    echo
    echo "== $* ($SECONDS s)"
}

minutes_left() {
    echo $((${MDGAN_TEST_MINUTES:-60} - SECONDS / 60))
}

sources() {
    find core plugin cli lammps_fix gmx_analysis tests -name "$1" -not -path '*/compat/*' | sort
}

# Number of tests of each label, which ctest's own summary does not give; gradcheck and functional are parts of unit.
count_labels() {
    local label n
    for label in unit gradcheck oracle functional mpi cli style lammps gromacs; do
        n=$(ctest --test-dir "$1" -N -L "^$label\$" | sed -n 's/^Total Tests: //p')
        [ "$n" -gt 0 ] && printf '  %-12s %3d tests\n' "$label" "$n"
    done
    return 0
}

scripts/deps.sh test

step "format (clang-format)"
{ sources '*.[ch]'; sources '*.cpp'; } | xargs clang-format --dry-run -Werror

step "build, warnings are errors"
cmake --preset release -DMDGAN_WERROR=ON
cmake --build --preset release --parallel
for host in build/release/bin/lmp-mdgan build/release/lib/mdganplugin.so build/release/bin/gmx_mdgan \
    build/release/lib/libmdgan_kernel.so; do
    [ -e "$host" ] || { echo "test.sh: $host was not built: both hosts are required here" >&2; exit 1; }
done

step "clang-tidy"
# status.c defines the function that analyzer.h redefines.
sources '*.c' | grep -E '^(core|plugin|cli)/' | grep -v '^core/status.c$' | xargs -P "$(nproc)" -n 8 \
    clang-tidy --quiet -p build/release --extra-arg="-include$PWD/tests/style/analyzer.h" 2>/dev/null

step "unit tests under the address and undefined-behaviour sanitizers"
cmake --preset asan
cmake --build --preset asan --parallel
OPENBLAS_NUM_THREADS=1 ctest --preset asan --parallel "$jobs" --timeout 600

step "tests"
count_labels build/release
log=build/release/ctest.log
status=0
ctest --preset release --parallel "$jobs" --exclude-regex '^lammps_plugin$' | tee "$log" || status=$?
# mdrun loads mdgan's kernel from GROMACS 2025 on: that test runs on Debian 13, below.
if grep '\*\*\*Skipped\|Not Run' "$log" | grep -qv gromacs_kernel; then
    echo "test.sh: tests were skipped, but every host is required here" >&2
    status=1
fi

step "plugin load, with a LAMMPS that has the PLUGIN package"
if ! scripts/lammps-plugin-build.sh cached > /dev/null && [ "$(minutes_left)" -lt 10 ]; then
    echo "test.sh: SKIPPED: plugin load, since that LAMMPS is not built yet and only $(minutes_left) minutes are left"
else
    built=0
    scripts/lammps-plugin-build.sh || built=$?
    if [ $built -eq 3 ]; then
        echo "test.sh: SKIPPED: plugin load, since that LAMMPS is not built yet and the mirror is out of reach"
    elif [ $built -ne 0 ]; then
        status=1
    else
        MDGAN_PLUGIN_LMP=$(scripts/lammps-plugin-build.sh cached) MDGAN_REQUIRE_ALL=1 \
            ctest --preset release --tests-regex '^lammps_plugin$' || status=$?
    fi
fi

step "Debian 13"
if [ "$(id -u)" -ne 0 ]; then
    echo "test.sh: SKIPPED: Debian 13, since only root can make its chroot"
elif [ "$(minutes_left)" -lt 15 ]; then
    echo "test.sh: SKIPPED: Debian 13, since only $(minutes_left) minutes are left"
else
    MDGAN_TEST_JOBS=$jobs MDGAN_TRIXIE_PLUGIN=$(($(minutes_left) >= 30)) scripts/test-trixie.sh || status=$?
fi
echo "test.sh: $([ $status -eq 0 ] && echo passed || echo FAILED) in $SECONDS s"
exit $status
