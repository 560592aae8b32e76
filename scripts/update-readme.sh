#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Puts picture, table and times of the last scripts/demo.sh into README.md, with commit and machine: the only way in which
# numbers get there.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

demo=build/demo
[ -s $demo/summary.txt ] || { echo "update-readme.sh: run scripts/demo.sh first" >&2; exit 1; }
mkdir -p docs/images
cp $demo/water-vdos.png $demo/water-vdos.svg docs/images/

machine=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
{
    echo "![Spectra of molecular dynamics, GAN, linear start and Burg autoregression](docs/images/water-vdos.png)"
    echo
    cat $demo/table.md
    echo
    echo "Frequencies in cm<sup>-1</sup>; relative L2 error and power above 5000 cm<sup>-1</sup> of spectra of unit sum, 16.8 cm<sup>-1</sup> bins."
    echo
    echo '```'
    sed -n '/^molecular dynamics/,$p' $demo/summary.txt
    sed -n 's/^Fix mdgan gan: \(training on .*\)/\1/p; s/^Fix mdgan gan: \(trained .*\)/\1/p' $demo/water.log
    echo '```'
    echo
    echo "Made by \`scripts/demo.sh\` (seed 7) at commit $(cat $demo/commit.txt) on $(nproc) cores of $machine."
} > $demo/readme.md

sed -i -e '/<!-- demo:begin/,/<!-- demo:end/{/<!-- demo:/!d}' -e "/<!-- demo:begin/r $demo/readme.md" README.md
echo "update-readme.sh: README.md and docs/images/ hold the run of commit $(cat $demo/commit.txt)"
