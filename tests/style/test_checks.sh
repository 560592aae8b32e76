#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The checks find what they are there for: each planted line must be reported.
set -u
here=$(dirname "$(readlink -f "$0")")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

# planted CHECK FILE LINE: a tree with this one line has to fail the check.
planted() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/$(dirname "$2")"
    printf '/* SPDX-License-Identifier: BSD-3-Clause */\n%s\n' "$3" >"$tree/$2"
    if "$here/$1" "$tree" >/dev/null; then
        echo "$1 does not see '$3' in $2"
        failures=$((failures + 1))
    fi
}

mkdir -p "$tree/core/gan"
echo '/* SPDX-License-Identifier: BSD-3-Clause */' >"$tree/core/gan/clean.c"
"$here/check_dependencies.sh" "$tree" >/dev/null || { echo "a clean tree fails"; failures=1; }
"$here/check_files.sh" "$tree" >/dev/null || { echo "clean files fail"; failures=1; }

planted check_dependencies.sh core/gan/a.c '#include <mdgan/plugin.h>'
planted check_dependencies.sh core/gan/a.c '#include "lammps/atom.h"'
planted check_dependencies.sh plugin/a.c '#include "library.h"'
planted check_dependencies.sh plugin/a.c '#include "gan/model.h"'
planted check_dependencies.sh core/gan/a.c '    H5Fopen(path, 0, 0);'
planted check_dependencies.sh core/a.c '#include <hdf5.h>'
planted check_dependencies.sh cli/a.c '    MPI_Barrier(comm);'
planted check_dependencies.sh core/parallel/a.c '    MPI_Barrier(MPI_COMM_WORLD);'
planted check_dependencies.sh core/nn/a.c '    exit(1);'
planted check_dependencies.sh plugin/a.c '    printf("hello");'
planted check_files.sh core/Big.c 'int x;'
planted check_files.sh lammps_fix/a.cpp 'int x;'
planted check_files.sh core/a.c '/* TODO */'
exit $((failures > 0))
