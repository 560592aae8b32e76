#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Table 2 of the paper on this machine: the displacement of the chains of a united-atom polyethylene melt out to 40 ns, by GROMACS alone and by
# GROMACS for 2M frames, training and emission, on the same cores. The melt is that of examples/polymer-gromacs, eight times as large:
# what 60 chains move in half a nanosecond is off by 5 to 15 % from what they move in the long run, by chance.
#   bench/polymer-time.sh FOLDER [BIN]     BIN: folder of mdgan and gmx_mdgan, default build/release/bin
# What is in FOLDER already (equilibrated melt, reference) is not made again. The 40 ns are not run: their time is that of the measured
# rate. The reference, REFERENCE steps (default 4 ns), is what the generated displacement is compared with.
#   CHAINS=240 LENGTH=24 WINDOW=64 EVERY=1000 (steps of 4 fs from frame to frame) MINUTES=1 THREADS=2 REFERENCE=1000000
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
[ $# -ge 1 ] || { echo "usage: bench/polymer-time.sh FOLDER [BIN]" >&2; exit 2; }
bin=$(readlink -f "${2:-$root/build/release/bin}")
melt=$root/examples/polymer-gromacs
chains=${CHAINS:-240} length=${LENGTH:-24} window=${WINDOW:-64} every=${EVERY:-1000} minutes=${MINUTES:-1} threads=${THREADS:-2}
reference=${REFERENCE:-1000000} seed=7 wanted=40000
mkdir -p "$1"
cd "$1"
dt=$(awk "BEGIN { print $every * 0.004 }")
frames=$((2 * window)) # and one more position, for as many increments

prepare() { # prepare NAME MDP START.gro STATE.cpt
    gmx -quiet -nobackup grompp -f "$2" -c "$3" -p melt.top -o "$1.tpr" -po "$1.out.mdp" ${4:+-t "$4"} > "$1.grompp.log" 2>&1
}
simulate() { # simulate NAME STEPS
    gmx -quiet -nobackup mdrun -s "$1.tpr" -deffnm "$1" -nsteps "$2" -ntmpi 1 -ntomp "$threads" -pin off > "$1.mdrun.log" 2>&1
}
seconds() { # seconds NAME: wall-clock time of a run, by mdrun
    awk '/^ *Time:/ { print $3 }' "$1.log"
}
now() { date +%s.%N; }

if [ ! -s equilibration.cpt ]; then
    cp "$melt"/*.itp "$melt"/*.mdp .
    python3 "$melt/melt.py" "$chains" "$length" 0.72 $seed >&2
    prepare minimum minimise.mdp start.gro
    simulate minimum -2
    prepare equilibration equilibrate.mdp minimum.gro
    simulate equilibration 400000
fi
sed "s/^nstxout-compressed.*/nstxout-compressed = $every/" "$melt/melt.mdp" > windows.mdp
prepare windows windows.mdp equilibration.gro equilibration.cpt
simulate windows $((frames * every))
begin=$(now)
"$bin/gmx_mdgan" -quiet -nobackup -s windows.tpr -f windows.xtc -feature mol-com -M "$window" -minutes "$minutes" -threads "$threads" \
    -seed $seed -save model.mdgan.h5 > train.log 2>&1
trained=$(now)
"$bin/gmx_mdgan" -quiet -nobackup -s windows.tpr -f windows.xtc -feature mol-com -M "$window" -load model.mdgan.h5 \
    -emit "$(awk "BEGIN { print int($wanted / $dt) + 1 }")" -oh gan.h5 -ot gan.trr > emit.log 2>&1
emitted=$(now)
if [ ! -s long.xtc ]; then
    prepare long windows.mdp windows.gro windows.cpt
    simulate long "$reference"
fi
"$bin/gmx_mdgan" -quiet -nobackup -s long.tpr -f long.xtc -feature mol-com -M "$window" -iterations 0 -data long.h5 > long.data.log 2>&1

awk -v md="$(seconds windows)" -v n="$((frames * every))" -v wanted=$wanted -v begin="$begin" -v trained="$trained" -v emitted="$emitted" '
    BEGIN {
        ps = n * 0.004
        alone = md * wanted / ps
        with = md + (trained - begin) + (emitted - trained)
        printf "molecular dynamics of %d ns, at the rate of the windows:   %9.1f s\n", wanted / 1000, alone
        printf "molecular dynamics of 2M frames, %.0f ps:                 %9.1f s\n", ps, md
        printf "training (as long as it was allowed to):                 %9.1f s\n", trained - begin
        printf "emission of %d ns, centres as .trr and .h5:               %9.1f s\n", wanted / 1000, emitted - trained
        printf "ratio:                                                   %9.1f\n", alone / with
        printf "ratio with the closed-form start instead of a training:  %9.1f\n", alone / (md + emitted - trained)
    }'
sed -n 's/^\(trained .*\)/\1/p' train.log
lags=$("$bin/mdgan" info long.h5 | awk '/^frames:/ { print int($2 / 3) }')
"$bin/mdgan" msd long.h5 --lags "$lags" -o long.csv
"$bin/mdgan" msd gan.h5 --lags "$lags" -o gan.csv
echo "time/ps    reference/nm^2         generated/nm^2         difference"
paste -d, long.csv gan.csv | awk -F, -v dt="$dt" -v lags="$lags" '
    BEGIN { for (t = 10; t < lags; t *= 2) { wanted[int(t + 0.5)] = 1 } }
    /^[0-9]/ && (int($1 / dt + 0.5) in wanted) {
        printf "%7.0f  %9.3f +- %6.3f    %9.3f +- %6.3f    %+6.1f %% +- %.1f %%\n", $1, $2, $3, $5, $6, 100 * ($5 / $2 - 1),
            100 * sqrt(($3 / $2) ^ 2 + ($6 / $5) ^ 2)
    }'
