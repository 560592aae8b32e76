#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what is missing and builds the release preset: build/release/bin, build/release/lib/mdganplugin.so.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

SECONDS=0
scripts/deps.sh build
cmake --preset release
cmake --build --preset release --parallel
echo "build.sh: done in $SECONDS s; in build/release: $(cd build/release && ls -d bin lib/mdganplugin.so lib/libmdgan_kernel.so 2> /dev/null |
    paste -sd ' ')"
