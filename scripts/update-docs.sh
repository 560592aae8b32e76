#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Puts pictures, tables and times of the last scripts/demo.sh into README.md and of the last scripts/melt.sh into
# docs/melt.md, with commit and machine: the only way in which numbers get there.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
mkdir -p docs/images
machine="$(nproc) cores of $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"

# Puts standard input between the lines NAME:begin and NAME:end of a page.
replace() { # page, name
    local text
    text=$(mktemp)
    cat > "$text"
    sed -i -e "/<!-- $2:begin/,/<!-- $2:end/{/<!-- $2:/!d}" -e "/<!-- $2:begin/r $text" "$1"
    rm -f "$text"
    echo "update-docs.sh: $1 holds the run of commit $(cat "build/$2/commit.txt")"
}

demo=build/demo melt=build/melt
[ -s $demo/summary.txt ] || [ -s $melt/summary.txt ] ||
    { echo "update-docs.sh: run scripts/demo.sh or scripts/melt.sh first" >&2; exit 1; }

if [ -s $demo/summary.txt ]; then
    cp $demo/water-vdos.png $demo/water-vdos.svg docs/images/
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
        echo "Made by \`scripts/demo.sh\` (seed 7) at commit $(cat $demo/commit.txt) on $machine."
    } | replace README.md demo
fi

if [ -s $melt/summary.txt ]; then
    cp $melt/melt-msd.png $melt/melt-msd.svg docs/images/
    {
        echo "![Mean squared displacement of chain centres: molecular dynamics, GAN and linear start](images/melt-msd.png)"
        echo
        cat $melt/table.md
        echo
        echo '```'
        sed -n '/^molecular dynamics/,$p' $melt/summary.txt
        sed -n 's/^Fix mdgan gan: \(training on .*\)/\1/p; s/^Fix mdgan gan: \(trained .*\)/\1/p' $melt/melt.log
        echo '```'
        echo
        echo "Made by \`scripts/melt.sh\` (seed 7) at commit $(cat $melt/commit.txt) on $machine."
    } | replace docs/melt.md melt
fi

