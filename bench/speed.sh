#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Iterations per second of the training on 1 and 2 threads, and frames per CPU second of the emission, as mdgan reports them,
# on synthetic data of the water example's size (220 entities x 3 components, M = 64). Needs scripts/build.sh and
# python3-h5py; run it on an idle machine.
#   bench/speed.sh [MDGAN]        default build/release/bin/mdgan
#   MDGAN_BENCH_ITERATIONS=n      generator updates per run (default 400)
#   MDGAN_BENCH_FRAMES=n          emitted frames (default 20000)
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
mdgan=$(readlink -f "${1:-$root/build/release/bin/mdgan}")
[ -x "$mdgan" ] || { echo "speed.sh: no program '$mdgan': run scripts/build.sh first" >&2; exit 1; }
iterations=${MDGAN_BENCH_ITERATIONS:-400} frames=${MDGAN_BENCH_FRAMES:-20000} window=64 seed=7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo none)
[ -z "$(git -C "$root" status --porcelain 2>/dev/null)" ] || commit="$commit with changes"
echo "machine  $(nproc) x $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
echo "program  $("$mdgan" --version), commit $commit"
echo "seed     $seed"

/usr/bin/python3 "$root/bench/oscillators.py" "$work/data.h5" $seed
for threads in 1 2; do
    [ "$threads" -le "$(nproc)" ] || continue
    "$mdgan" train "$work/data.h5" $window -o "$work/model.h5" iterations "$iterations" minutes 0 threads $threads \
        seed $seed progress 3600 2> "$work/train.log" || { cat "$work/train.log" >&2; exit 1; }
    sed -n 's/.*trained \([0-9]*\) iterations in \([0-9.]*\) s.*/\1 \2/p' "$work/train.log" |
        awk -v t=$threads '{ printf "train    %8.1f iterations/s on %d thread%s (%d in %s s)\n", $1 / $2, t, (t > 1 ? "s" : ""), $1, $2 }'
done

# On one thread, CPU time and not wall-clock time, as of the whole process: with loading the model and writing the file.
TIMEFORMAT='%U %S'
{ time "$mdgan" emit "$work/model.h5" "$frames" -o "$work/series.h5" --entities 220 --seed $seed 2> "$work/emit.log"; } \
    2> "$work/time" || { cat "$work/emit.log" >&2; exit 1; }
grep -q "mdgan emit: $frames frames" "$work/emit.log"
awk -v n="$frames" '{ printf "emit     %8.0f frames of 220 x 3 values per CPU second (%d in %.2f s)\n", n / ($1 + $2), n, $1 + $2 }' \
    "$work/time"
