#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Diffusion of the chains in a melt of united-atom alkanes: 1 ns of molecular dynamics is learned from, and what is
# generated from it is compared with 6 ns that follow.   run.sh [FOLDER]   writes everything there (default: run)
#
# From the environment: size and density of the melt, steps, window, minutes of training, frames to generate, threads.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-run}
chains=${CHAINS:-30} length=${LENGTH:-24} density=${DENSITY:-0.72} seed=${SEED:-7}
equilibration=${EQUILIBRATION:-200000} every=${EVERY:-1000}
learn=${LEARN:-250000} reference=${REFERENCE:-1500000} window=${WINDOW:-50}
iterations=${ITERATIONS:-20000} minutes=${MINUTES:-2.5} frames=${FRAMES:-20000} threads=${THREADS:-1}
gmx=${GMX:-gmx}
tool=${GMX_MDGAN:-gmx_mdgan}
mdgan=${MDGAN:-mdgan}
mkdir -p "$folder"
cd "$folder"

prepare() { # prepare NAME MDP START.gro STATE.cpt
    "$gmx" -quiet -nobackup grompp -f "$2" -c "$3" -p melt.top -o "$1.tpr" -po "$1.out.mdp" ${4:+-t "$4"}
}
simulate() { # simulate NAME STEPS
    "$gmx" -quiet -nobackup mdrun -s "$1.tpr" -deffnm "$1" -nsteps "$2" -ntmpi 1 -ntomp "$threads" -pin off
}

# Start configuration and equilibrium.
cp "$here/trappe-ua.itp" .
python3 "$here/melt.py" "$chains" "$length" "$density" "$seed"
sed "s/^nstxout-compressed.*/nstxout-compressed = $every/" "$here/melt.mdp" > melt.mdp
prepare minimum "$here/minimise.mdp" start.gro
simulate minimum -2
prepare equilibration "$here/equilibrate.mdp" minimum.gro
simulate equilibration "$equilibration"

# The run that is learned from, and the one to compare with, which follows it.
prepare short melt.mdp equilibration.gro equilibration.cpt
simulate short "$learn"
prepare long melt.mdp short.gro short.cpt
simulate long "$reference"

# Learns the paths of the chains' centres, and goes on with them. Two windows are as far as the model can see.
dt=$(awk "BEGIN { print $every * 0.004 }")
half=$(awk "BEGIN { print $window * $dt }")
tau=$(awk "BEGIN { print 2 * $half }")
options=(-M "$window" -iterations "$iterations" -minutes "$minutes" -threads "$threads" -seed "$seed"
    -emit "$frames" -maxtau "$tau")
"$tool" -quiet -nobackup -s short.tpr -f short.xtc -feature mol-com "${options[@]}" -save melt.mdgan.h5 \
    -data windows.h5 -msd msd.xvg -oh gan.h5 -ot gan.trr -oc gan.gro -on gan.ndx -op gan.top
# The same with three parts of each chain, which shows how the chains turn and stretch; and once more untrained.
thirds=(-s short.tpr -f short.xtc -feature mol-parts -parts 3)
"$tool" -quiet -nobackup "${thirds[@]}" "${options[@]}" -msd thirds.xvg -oh thirds.h5 -ot thirds.trr -oc thirds.gro \
    -on thirds.ndx
"$tool" -quiet -nobackup "${thirds[@]}" -M "$window" -iterations 0 -seed "$seed" -emit "$frames" -oh thirds-linear.h5
# Centres of the long run as they are: nothing is trained.
for feature in mol-com mol-parts; do
    "$tool" -quiet -nobackup -s long.tpr -f long.xtc -feature $feature -parts 3 -M "$window" -iterations 0 \
        -data "long-$feature.h5"
done

# Stock gmx msd reads both trajectories alike.
fit=(-trestart "$dt" -maxtau "$tau" -beginfit "$half" -endfit "$tau")
"$gmx" -quiet -nobackup msd -f long.xtc -s long.tpr -sel 'mol_com of all' -o long-gmx.xvg "${fit[@]}"
"$gmx" -quiet -nobackup msd -f gan.trr -s gan.gro -sel all -o gan-gmx.xvg "${fit[@]}"

# MSD at some times and D from the slope, with standard errors over the chains.
for table in reference:long-mol-com window:windows GAN:gan \
    thirds-reference:long-mol-parts thirds-GAN:thirds thirds-linear:thirds-linear; do
    "$mdgan" msd "${table#*:}.h5" --lags $((2 * window + 1)) --fit "$half:$tau" -o "${table%:*}.csv"
done
times=$(awk "BEGIN { print $half / 10, $half / 2, $tau }")
stock() { sed -n 's/.*legend "D.* = \(.*\)"$/\1/p' "$1"; }
{
    awk -F, -v times="$times" -f "$here/table.awk" {reference,window,GAN,thirds-{reference,GAN,linear}}.csv
    echo "gmx msd, D of the reference: $(stock long-gmx.xvg)"
    echo "gmx msd, D of the GAN:       $(stock gan-gmx.xvg)"
} | tee comparison.txt
if command -v gnuplot > /dev/null; then
    gnuplot "$here/plot.gp"
fi
