#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What collecting inside mdrun costs: runs with the kernel against the same runs without, seven pairs in turn.
#   bench/gromacs-cost.sh [THREADS]  prints a Markdown table; needs GROMACS 2025 and build/release (or MDGAN_BUILD)
# "measured inside" is the time that mdrun's calls take, over the run's; "on - off" the median difference of the pairs,
# with half of its interquartile range, which is all noise of the machine where it is larger.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
build=$(readlink -f "${MDGAN_BUILD:-../build/release}")
threads=${1:-1}
pairs=7
if [[ $(gmx -quiet mdrun -h 2>&1) != *-plumed* ]]; then
    echo "gromacs-cost.sh: SKIPPED: gmx mdrun has no option -plumed; it came with GROMACS 2025" >&2
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

gmx() { command gmx -quiet -nobackup "$@" > gmx.log 2>&1 || { status=$?; cat gmx.log >&2; return $status; }; }

prepare() {
    gmx solvate -cs spc216.gro -box 3 3 3 -o conf.gro
    waters=$(($(sed -n 2p conf.gro) / 3))
    printf '%s\n' '#include "oplsaa.ff/forcefield.itp"' '#include "oplsaa.ff/spc.itp"' '[ system ]' water \
        '[ molecules ]' "SOL $waters" > topol.top
    printf '%s\n' 'integrator = md' 'define = -DFLEXIBLE' 'dt = 0.0005' 'nsteps = 1500' 'nstenergy = 0' 'nstcalcenergy = 100' \
        'coulombtype = PME' 'rcoulomb = 0.9' 'rvdw = 0.9' 'gen-vel = yes' 'tcoupl = v-rescale' 'tc-grps = System' 'tau-t = 0.1' \
        'ref-t = 300' > flexible.mdp
    sed -e 's/-DFLEXIBLE//' -e 's/dt = .*/dt = 0.002/' flexible.mdp > rigid.mdp
    for kind in flexible rigid; do
        gmx grompp -f $kind.mdp -c conf.gro -p topol.top -o $kind.tpr -maxwarn 9
    done
}

seconds() { # of the last run, from its log
    awk '/^ +Time:/ { print $3 }' run.log
}

# Seconds of a run; further arguments go to mdrun.
run() {
    local tpr=$1
    shift
    command gmx -quiet -nobackup mdrun -s "$tpr" -deffnm run -ntmpi 1 -ntomp "$threads" -pin off -noconfout "$@" > gmx.log 2>&1 ||
        { cat gmx.log >&2; return 1; }
}

row() { # tpr, feature, stride, system
    "$build/bin/gmx_mdgan" -quiet -s "$1" -feature "$2" -oa atoms.dat > gmx.log 2>&1
    # More windows than the run is long: all of it is collected, and no training follows.
    printf '%s\n' "atoms atoms.dat" "stride $3" "M 64" "windows 1000" "save model.h5" > mdgan.dat
    local entities
    entities=$(tail -n 1 atoms.dat | cut -d ' ' -f 1)
    : > pairs
    for ((i = 0; i < pairs; i++)); do
        run "$1"
        local off
        off=$(seconds)
        PLUMED_KERNEL=$build/lib/libmdgan_kernel.so run "$1" -plumed mdgan.dat
        echo "$off $(seconds) $(sed -n 's/.*collecting took.*, \(.*\) %/\1/p' gmx.log)" >> pairs
        rm -f ./*# run.cpt
    done
    awk -v text="| $4 | $2, every $3 steps | $entities |" '
        function sort(n, x, i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
        }
        { inside[NR] = $3; difference[NR] = $2 / $1 - 1 }
        END {
            sort(NR, inside); sort(NR, difference)
            printf "%s %.2f %% | %+.1f ± %.1f %% |\n", text, inside[4], 100 * difference[4], 50 * (difference[6] - difference[2])
        }' pairs
}

prepare
echo "| system | feature | entities | measured inside | on - off |"
echo "|---|---|---|---|---|"
row flexible.tpr bond-velocity 2 "$waters flexible waters"
row flexible.tpr bond-velocity 4 "$waters flexible waters"
row rigid.tpr mol-com 10 "$waters rigid waters"
