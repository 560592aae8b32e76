#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# How the training scales over threads and ranks of this machine, and what follows for more of them: the numbers of
# docs/scaling.md, kept by `bench/record.sh scaling bench/scaling.sh`. Needs the built mdgan_scaling, two or four idle cores and a few
# minutes.
#   bench/scaling.sh [PROGRAM]    default build/release/bin/mdgan_scaling
#   MDGAN_BENCH_TURNS=n           of a tenth of a second that one worker and many take in turn (default 60)
# Speed is only compared where every worker has a core: 2 threads and ranks, from 4 cores on also 4. Ranks beyond the cores serve to
# compare the bits. What OpenBLAS's SGEMM gains on as many threads, in the same turns, says how much there is to be had.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
program=$(readlink -f "${1:-$root/build/release/bin/mdgan_scaling}")
[ -x "$program" ] || { echo "scaling.sh: no program '$program': run scripts/build.sh first" >&2; exit 1; }
turns=${MDGAN_BENCH_TURNS:-60}
export OMP_NUM_THREADS=1
mpirun=(mpirun --oversubscribe --bind-to none)
[ "$(id -u)" -eq 0 ] && mpirun+=(--allow-run-as-root)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

timed=("1 2" "2 1")
[ "$(env -u OMP_NUM_THREADS nproc)" -lt 4 ] || timed+=("1 4" "4 1")
echo "mpirun   $(mpirun --version | head -n 1), load $(cut -d' ' -f1 /proc/loadavg) before"

run() { # ranks, command...
    "${mpirun[@]}" -np "$1" "$program" "${@:2}"
}

echo; echo "Bits: checksum of all weights after 40 iterations, batch 64"
for setting in "1 1" "1 2" "1 4" "2 1" "2 2" "3 1" "4 1" "6 1"; do
    read -r ranks threads <<< "$setting"
    run "$ranks" train 64 "$threads" 40 | sed 's/.*ranks \([0-9]*\) threads \([0-9]*\) .*checksum/\1 ranks x \2 threads /'
done | tee "$work/bits"
[ "$(awk '{ print $NF }' "$work/bits" | sort -u | wc -l)" -eq 1 ] || { echo "scaling.sh: the bits differ" >&2; exit 1; }

for batch in 64 128 256; do
    for setting in "${timed[@]}"; do
        read -r ranks threads <<< "$setting"
        run "$ranks" turns $batch "$threads" "$turns"
    done
done > "$work/rates"
for round in 1 2 3 4 5; do
    run 2 sum > "$work/sum.$round"
done
# Of all rounds the exchange with the median bandwidth.
grep -H alpha "$work"/sum.* | sed 's/:/ /' | sort -g -k 5 | awk '{ file[NR] = $1 } END { print file[int((NR + 1) / 2)] }' > "$work/median"
cp "$(cat "$work/median")" "$work/sum"

echo; echo "Exchange of a sum between 2 ranks, of 5 rounds the one with the median beta"; cat "$work/sum"
grep -h alpha "$work"/sum.? | sed 's/^/  round: /'

awk -f "$root/bench/scaling.awk" "$work/sum" "$work/rates"
