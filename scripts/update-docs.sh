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

# Picture, table, times and origin of a run whose results lie in build/NAME, if there is one.
update() { # page, name, picture, its text, folder of pictures as the page sees it, LAMMPS's log, legend of the table
    local run=build/$2
    [ -s "$run/summary.txt" ] || return 0
    cp "$run/$3.png" "$run/$3.svg" docs/images/
    {
        echo "![$4]($5/$3.png)"
        echo
        cat "$run/table.md"
        echo
        [ -z "$7" ] || printf '%s\n\n' "$7"
        echo '```'
        sed -n '/^molecular dynamics/,$p' "$run/summary.txt"
        sed -n 's/^Fix mdgan gan: \(training on .*\)/\1/p; s/^Fix mdgan gan: \(trained .*\)/\1/p' "$run/$6"
        echo '```'
        echo
        echo "Made by \`scripts/$2.sh\` (seed 7) at commit $(cat "$run/commit.txt") on $machine."
    } | replace "$1" "$2"
}

[ -s build/demo/summary.txt ] || [ -s build/melt/summary.txt ] ||
    { echo "update-docs.sh: run scripts/demo.sh or scripts/melt.sh first" >&2; exit 1; }
update README.md demo water-vdos "Spectra of molecular dynamics, GAN, linear start and Burg autoregression" docs/images \
    water.log "Frequencies in cm<sup>-1</sup>; relative L2 error and power above 5000 cm<sup>-1</sup> of spectra of unit sum, 16.8 cm<sup>-1</sup> bins."
update docs/melt.md melt melt-msd "Mean squared displacement of chain centres: molecular dynamics, GAN and linear start" images \
    melt.log ""
