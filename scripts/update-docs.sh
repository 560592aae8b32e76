#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Puts pictures, tables and times of the last scripts/demo.sh into README.md, of the last scripts/melt.sh into docs/melt.md, of
# the last bench/validate.sh into docs/validation.md, of bench/results/scaling.txt into docs/scaling.md and of other files there
# into docs/performance.md, with commit and machine: the only way in which numbers get there.
#   scripts/update-docs.sh [demo|melt|validation|scaling|performance ...]     default: of all, what there is
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
mkdir -p docs/images
machine="$(nproc) cores of $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"

# Puts standard input between the lines NAME:begin and NAME:end of a page.
replace() { # page, name
    local text
    text=$(mktemp)
    cat > "$text"
    if [ "$(grep -cE "<!-- $2:(begin|end)" "$1")" -ne 2 ]; then
        echo "update-docs.sh: $1 has no place for $2" >&2
        exit 1
    fi
    sed -i -e "/<!-- $2:begin/,/<!-- $2:end/{/<!-- $2:/!d}" -e "/<!-- $2:begin/r $text" "$1"
    rm -f "$text"
}

tell() { # page, commit
    echo "update-docs.sh: $1 holds the run of commit $2"
}

# Picture, table, times and origin of a run whose results lie in build/NAME.
update_run() { # page, name, picture, its text, folder of pictures as the page sees it, LAMMPS's log, legend of the table
    local run=build/$2
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
    tell "$1" "$(cat "$run/commit.txt")"
}

# Goals, and picture and tables of each case.
update_validation() {
    local run=build/validation page=docs/validation.md case
    { cat "$run/goals.md"; echo; cat "$run/origin.md"; } | replace $page goals
    for case in oscillator diffusion water polymer; do
        [ -e "$run/$case.md" ] || continue
        cp "$run/validation-$case.png" "$run/validation-$case.svg" docs/images/
        {
            echo "![$case](images/validation-$case.png)"
            printf '\n<details><summary>Tables: median [least, greatest] over the seeds</summary>\n\n'
            cat "$run/$case.md"
            echo '</details>'
        } | replace $page $case
    done
    tell $page "$(cat "$run/commit.txt")"
}

# From a line that begins so, up to the next empty one, as it is.
paragraph() { # file, beginning of its first line
    sed -n "/^$2/,/^\$/p" "$1" | sed '/^$/d'
}

update_scaling() {
    local kept=bench/results/scaling.txt page=docs/scaling.md
    {
        echo '```'
        sed -n '2,/^mpirun/{/^$/!p}' $kept
        for part in Bits Iterations Exchange; do
            echo
            paragraph $kept "$part"
        done
        echo '```'
    } | replace $page scaling-measured
    { echo '```'; paragraph $kept Constants; echo '```'; } | replace $page scaling-constants
    paragraph $kept Model | grep '^|' | replace $page scaling-model
    { echo '```'; paragraph $kept 'With as many'; echo '```'; } | replace $page scaling-limit
    tell $page "$(sed -n 's/^commit *//p' $kept)"
}

# What a measurement printed, and where it comes from.
update_performance() {
    local page=docs/performance.md name kept
    for name in speed speed-xeon breakdown gpu start polymer-time polymer-time-epyc; do
        kept=bench/results/$name.txt
        {
            echo '```'
            sed '1,/^$/d' $kept
            echo '```'
            echo
            echo "Commit $(sed -n 's/^commit *//p' $kept), $(sed -n 's/^machine *//p' $kept)."
        } | replace $page $name
        echo "update-docs.sh: $page holds $kept"
    done
}

# What a name's part of the pages is made of.
source_of() { # name
    case $1 in
    demo | melt) echo "build/$1/summary.txt" ;;
    validation) echo build/validation/goals.md ;;
    scaling) echo bench/results/scaling.txt ;;
    performance) echo bench/results/speed.txt ;;
    *)
        echo "update-docs.sh: unknown name '$1': there are demo, melt, validation, scaling, performance" >&2
        exit 2
        ;;
    esac
}

update() { # name
    case $1 in
    demo)
        update_run README.md demo water-vdos "Spectra of molecular dynamics, GAN, linear start and Burg autoregression" \
            docs/images water.log "Frequencies in cm<sup>-1</sup>; relative L2 error and power above 5000 cm<sup>-1</sup> of spectra of unit sum, 16.8 cm<sup>-1</sup> bins."
        ;;
    melt)
        update_run docs/melt.md melt melt-msd "Mean squared displacement of chain centres: molecular dynamics, GAN and linear start" \
            images melt.log ""
        ;;
    validation) update_validation ;;
    scaling) update_scaling ;;
    performance) update_performance ;;
    esac
}

wanted=$#
[ $# -gt 0 ] || set -- demo melt validation scaling performance
for name in "$@"; do
    source=$(source_of "$name")
    if [ -s "$source" ]; then
        update "$name"
    elif [ "$wanted" -gt 0 ]; then
        echo "update-docs.sh: there is no $source: run what makes it first" >&2
        exit 1
    fi
done
