#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every public header compiles alone, in C and in C++. Usage: check_headers.sh SOURCE_DIR CORE_BINARY_DIR CC CXX
set -u
source_dir=${1:?source directory} binary_dir=${2:?binary directory} cc=${3:?C compiler} cxx=${4:?C++ compiler}
failures=0
for header in "$source_dir"/core/include/mdgan/*.h "$binary_dir"/include/mdgan/*.h "$source_dir"/plugin/include/mdgan/*.h; do
    name=mdgan/$(basename "$header")
    for compiler in "$cc -x c -std=c11 -Wstrict-prototypes" "$cxx -x c++ -std=c++17"; do
        # shellcheck disable=SC2086 # compiler and its flags
        if ! echo "#include <$name>" | $compiler -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
            -I"$source_dir/core/include" -I"$binary_dir/include" -I"$source_dir/plugin/include" -; then
            echo "$name does not compile alone with: $compiler"
            failures=$((failures + 1))
        fi
    done
done
exit $((failures > 0))
