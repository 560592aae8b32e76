#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds mdgan and runs examples/melt-lammps: chain centres of a Kremer-Grest melt, their displacement and diffusion
# coefficient beside those of a long run. Results: build/melt/.
#   MDGAN_MELT_WINDOWS=n   window pairs per chain (default 4)
#   MDGAN_MELT_RANKS=n     MPI ranks (default 2)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

frames=10000 window=64 seed=7
root=$PWD
example=$root/examples/melt-lammps
export PATH=$root/build/release/bin:$PATH
export OMP_NUM_THREADS=1
ranks=${MDGAN_MELT_RANKS:-2}
mpirun=(mpirun --oversubscribe --bind-to none -np "$ranks")
[ "$(id -u)" -eq 0 ] && mpirun+=(--allow-run-as-root)

scripts/deps.sh demo
scripts/build.sh

rm -rf build/melt
mkdir -p build/melt
git rev-parse --short HEAD > build/melt/commit.txt 2>/dev/null || echo "(none)" > build/melt/commit.txt
cd build/melt
cp "$example"/{in.melt,melt.lmp,melt.data,reference-msd.csv,plot.gp} .

echo
echo "== LAMMPS: collect, train, emit"
"${mpirun[@]}" lmp-mdgan -in in.melt -log melt.log -var frames $frames -var seed $seed \
    -var windows "${MDGAN_MELT_WINDOWS:-4}"

echo
echo "== linear start alone, from the same windows"
mdgan train melt-windows.h5 $window -o linear.mdgan.h5 iterations 0 seed $seed
mdgan emit linear.mdgan.h5 $frames -o linear.h5 --entities 60 --seed $seed

echo
echo "== displacements"
mdgan msd melt-windows.h5 --lags 65 -o windows.csv
mdgan msd melt-gan.h5 --lags 1001 --fit 2000:4000 -o gan.csv
mdgan msd linear.h5 --lags 1001 --fit 2000:4000 -o linear.csv
# The host's own output is the same series.
mdgan msd melt-gan.dump --dt 20 --skip 1 --lags 1001 -o dump.csv
gnuplot plot.gp

# value error: MSD of a table at a time, or its diffusion coefficient
at() { awk -F, -v t="$2" '$1 == t { print $2, $3 }' "$1"; }
diffusion() { sed -n 's/^# diffusion coefficient \([^, ]*\)[^,]*, standard error \([^,]*\),.*/\1 \2/p' "$1"; }
row() { # name, unit, format, then "value error" of reference, windows, GAN, linear start
    awk -v name="$1" -v unit="$2" -v f="$3" -v r="$4" -v w="$5" -v g="$6" -v l="$7" 'BEGIN {
        printf "| %s / %s |", name, unit
        n = split(r "|" w "|" g "|" l, column, "|")
        split(r, reference, " ")
        for (i = 1; i <= n; i++) {
            if (split(column[i], v, " ") < 2) { printf " |"; continue }
            printf " " f " ± " f, v[1], v[2]
            if (i > 2) printf " (%+.0f %%)", 100 * (v[1] / reference[1] - 1)
            printf " |"
        }
        printf "\n" }'
}
{
    echo "| | long run | windows | GAN | linear start |"
    echo "|---|---|---|---|---|"
    for t in 20 100 500 1000; do
        row "MSD($t τ)" "σ²" %.3f "$(at reference-msd.csv $t)" "$(at windows.csv $t)" "$(at gan.csv $t)" "$(at linear.csv $t)"
    done
    for t in 2000 4000; do
        row "MSD($t τ)" "σ²" %.2f "$(at reference-msd.csv $t)" "" "$(at gan.csv $t)" "$(at linear.csv $t)"
    done
    row "D" "10⁻³ σ²/τ" %.2f "$(diffusion reference-msd.csv | awk '{ print 1e3 * $1, 1e3 * $2 }')" "" \
        "$(diffusion gan.csv | awk '{ print 1e3 * $1, 1e3 * $2 }')" \
        "$(diffusion linear.csv | awk '{ print 1e3 * $1, 1e3 * $2 }')"
} > table.md
{
    cat table.md
    echo
    sed -n 's/^Loop time of \([0-9.]*\) on \([0-9]*\) procs for \([0-9]*\) steps.*/\1 \3/p' melt.log | sed -n 2p |
        awk '{ printf "molecular dynamics of the windows %8.1f s, %d steps\n", $1, $2 }'
    sed -n 's/^Fix mdgan gan: trained \([0-9]*\) iterations in \([0-9.]*\) s.*/\2 \1/p' melt.log |
        awk '{ printf "training                          %8.1f s, %d iterations\n", $1, $2 }'
    sed -n 's/^mdgan emit: \([0-9]*\) frames .* simulated time \([^ ]*\) .* CPU time \([0-9.e+-]*\) s,.*/\3 \1 \2/p' melt.log |
        awk '{ printf "emission with output              %8.1f s CPU, %d frames, %g tau\n", $1, $2, $3 }'
} | tee summary.txt
echo
echo "melt.sh: pictures build/melt/melt-msd.png and .svg, table build/melt/table.md"
