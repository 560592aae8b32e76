#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Dependencies point one way: hosts -> plugin -> core -> libraries. Usage: check_dependencies.sh SOURCE_DIR
set -u
cd "${1:?source directory}" || exit 2
failures=0

# forbid REASON PATTERN PATH...: no C or C++ source below PATH may have a line that matches.
forbid() {
    local reason=$1 pattern=$2 path paths=() hits
    shift 2
    for path in "$@"; do
        [ -e "$path" ] && paths+=("$path")
    done
    [ ${#paths[@]} -eq 0 ] && return
    hits=$(grep -rnE --include='*.[ch]' --include='*.cpp' --include='*.def' "$pattern" "${paths[@]}")
    [ -z "$hits" ] && return
    echo "$reason:"
    echo "$hits"
    failures=$((failures + 1))
}

host_header='#include.*(lammps|gromacs|gmxpre|library\.h|atom\.h|fix\.h|modify\.h|mdganplugin)'
plugin_header='#include.*(mdgan/plugin\.h|config_keys\.def|session\.h|plugin/)'
private_core_header='#include *[<"](nn|gan|linear|statistics|io|parallel)/'
all_but() { # the rooms of core/ without the one named, and everything above core/
    [ -d core ] && find core -mindepth 1 -maxdepth 1 -not -name "$1"
    echo plugin cli
}

forbid "core includes a header of the plugin" "$plugin_header" core
forbid "core includes a header of a host" "$host_header" core
forbid "the plugin includes a header of a host" "$host_header" plugin
forbid "a private header of the core is used from outside" "$private_core_header" plugin cli bench lammps_fix gmx_analysis
forbid "a host calls a matrix product" 'cblas_|LAPACKE_' plugin cli lammps_fix gmx_analysis
# shellcheck disable=SC2046 # one path per word
forbid "HDF5 outside core/io" '\<H5[A-Z]+[a-z_0-9]+ *\(|#include.*hdf5' $(all_but io) lammps_fix gmx_analysis
# shellcheck disable=SC2046
forbid "MPI outside core/parallel" '\<MPI_[A-Z][a-z_]+ *\(|#include.*<mpi\.h>' $(all_but parallel)
forbid "MPI_COMM_WORLD or initialisation of MPI in a library" 'MPI_COMM_WORLD *[,)]|MPI_(Init|Finalize) *\(' \
    core plugin lammps_fix
forbid "a library ends the process" '\<(exit|abort|_Exit|quick_exit) *\(' core plugin
forbid "a library prints" '(^|[^a-z_])(printf|puts|putchar|perror|vprintf) *\(|\<(stdout|stderr)\>' core plugin

[ "$failures" -eq 0 ] && echo "dependencies point one way"
exit $((failures > 0))
