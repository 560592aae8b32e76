#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Vibrational density of states of water's O-H bonds: 1 ps of molecular dynamics is learned from, and 20 ps generated
# from it are compared with 10 ps of molecular dynamics.   run.sh [FOLDER]   writes everything there (default: run)
#
# From the environment: steps of the short and of the long run, minutes of training, frames to generate, threads.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-run}
equilibration=${EQUILIBRATION:-4000} learn=${LEARN:-2000} reference=${REFERENCE:-20000}
minutes=${MINUTES:-2.5} frames=${FRAMES:-20000} threads=${THREADS:-1}
gmx=${GMX:-gmx}
tool=${GMX_MDGAN:-gmx_mdgan}
mdgan=${MDGAN:-mdgan}
mkdir -p "$folder"
cd "$folder"

simulate() { # simulate NAME MDP START.gro STATE.cpt STEPS
    "$gmx" -quiet grompp -f "$here/$2" -c "$3" -p water.top -o "$1.tpr" -po "$1.out.mdp" ${4:+-t "$4"}
    "$gmx" -quiet mdrun -s "$1.tpr" -deffnm "$1" -nsteps "$5" -ntmpi 1 -ntomp "$threads" -pin off
}

cp "$here/water.top" .
"$gmx" -quiet solvate -cs spc216.gro -box 1.862 1.862 1.862 -p water.top -o start.gro
simulate equilibration equilibrate.mdp start.gro "" "$equilibration"
simulate short water.mdp equilibration.gro equilibration.cpt "$learn"
simulate long water.mdp equilibration.gro equilibration.cpt "$reference"

# Learns from the short run, and keeps the model.
"$tool" -quiet -s short.tpr -f short.trr -feature bond-velocity -M 64 -minutes "$minutes" -threads "$threads" -seed 7 \
    -save water.mdgan.h5 -spec short.xvg -emit "$frames"
# Generates from it, and compares with the long run.
"$tool" -quiet -s long.tpr -f long.trr -feature bond-velocity -M 64 -threads "$threads" -seed 7 \
    -load water.mdgan.h5 -emit "$frames" -spec vdos.xvg -acf vacf.xvg -maxtau 0.2 -ot gan.trr -oc gan.gro -on gan.ndx

# One set of an .xvg file as a table for mdgan compare: 1 = molecular dynamics, 2 = generated.
table() { # table FILE SET
    echo "# frequency_cm-1,power,standard_error"
    awk -v want="$2" '/^[#@]/ { next } /^&/ { set++; next } set + 1 == want { print $1 "," $2 "," $3 }' "$1"
}
table vdos.xvg 1 > reference.csv
table vdos.xvg 2 > gan.csv
table short.xvg 1 > window.csv
"$mdgan" compare --reference reference.csv "training window=window.csv" "GAN=gan.csv" | tee comparison.txt
if command -v gnuplot > /dev/null; then
    gnuplot "$here/plot.gp"
fi
