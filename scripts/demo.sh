#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds mdgan and runs examples/water-lammps: LAMMPS water learns its O-H motion and goes on without forces; the spectra
# of GAN, linear start and Burg autoregression beside those of molecular dynamics. Results: build/demo/.
#   MDGAN_DEMO_MINUTES=x   training time at the most (default 3)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

start=$(date +%s.%N)
frames=20000 window=64 seed=7 dt=0.9675536 # every 4th step of 0.2418884 fs
root=$PWD
example=$root/examples/water-lammps
export PATH=$root/build/release/bin:$PATH
# The threads of the example are training threads; BLAS and OpenMP of the host shall not add their own.
export OMP_NUM_THREADS=1

scripts/deps.sh demo
scripts/build.sh
built=$(date +%s.%N)

rm -rf build/demo
mkdir -p build/demo
git rev-parse --short HEAD > build/demo/commit.txt 2>/dev/null || echo "(none)" > build/demo/commit.txt
cd build/demo
cp "$example"/{in.water,water.data,reference-vdos.csv,plot.gp} .

echo
echo "== LAMMPS: collect, train, emit"
lmp-mdgan -in in.water -log water.log -var frames $frames -var seed $seed -var threads 2 \
    -var minutes "${MDGAN_DEMO_MINUTES:-3}"
[ -s water-gan.dump ] || { echo "demo.sh: LAMMPS emitted nothing; see build/demo/water.log" >&2; exit 1; }
simulated=$(date +%s.%N)

echo
echo "== baselines from the same windows"
mdgan train water-windows.h5 $window -o linear.mdgan.h5 iterations 0 seed $seed
mdgan emit linear.mdgan.h5 $frames -o linear.h5 --entities 220 --seed $seed --threads 2
mdgan baseline burg water-windows.h5 $window $frames -o burg.h5 --seed $seed

echo
echo "== spectra"
mdgan spectrum water-gan.dump --dt $dt -o gan.csv # the host's own output
mdgan spectrum water-gan.h5 -o gan-h5.csv
mdgan spectrum linear.h5 -o linear.csv
mdgan spectrum burg.h5 -o burg.csv
mdgan spectrum water-windows.h5 -o window.csv
gnuplot plot.gp

# The dump rounds to a few digits and may have one frame more than the file; beyond that they are the same series.
difference=$(mdgan compare --reference gan-h5.csv dump=gan.csv --json |
    sed -n 's/.*"dump".*"relative_l2": \([^,]*\),.*/\1/p')
awk -v d="$difference" 'BEGIN { exit !(d != "" && d < 0.01) }' ||
    { echo "demo.sh: spectra of water-gan.dump and water-gan.h5 differ by $difference" >&2; exit 1; }

spectra=("training window=window.csv" "GAN=gan.csv" "linear start=linear.csv" "Burg AR=burg.csv")
mdgan compare --reference reference-vdos.csv "${spectra[@]}" --json -o table.json
mdgan compare --reference reference-vdos.csv "${spectra[@]}" --markdown -o table.md
finish=$(date +%s.%N)

{
    mdgan compare --reference reference-vdos.csv "${spectra[@]}"
    echo "frequencies in cm^-1; spectra of dump and H5MD file agree to $difference"
    echo
    sed -n 's/^Loop time of \([0-9.]*\) .*/\1/p' water.log | head -n 2 |
        awk '{ t += $1 } END { printf "molecular dynamics   %8.1f s\n", t }'
    sed -n 's/^Fix mdgan gan: trained \([0-9]*\) iterations in \([0-9.]*\) s.*/\2 \1/p' water.log |
        awk '{ printf "training             %8.1f s, %d iterations\n", $1, $2 }'
    sed -n 's/^mdgan emit: .* CPU time \([0-9.e+-]*\) s, \([0-9]*\) .*/\1 \2/p' water.log |
        awk '{ printf "emission with output %8.1f s CPU, %d frames per CPU second\n", $1, $2 }'
    awk -v a="$start" -v b="$built" -v c="$simulated" -v d="$finish" 'BEGIN {
        printf "LAMMPS in all        %8.1f s\n", c - b
        printf "baselines, spectra   %8.1f s\n", d - c
        printf "set-up and build     %8.1f s\n", b - a
        printf "total                %8.1f s\n", d - a }'
} | tee summary.txt
echo
echo "demo.sh: pictures build/demo/water-vdos.png and .svg, tables build/demo/table.md and table.json"
