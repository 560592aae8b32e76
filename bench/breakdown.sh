#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a training spends its time on: `perf` samples of `mdgan train` on synthetic data (220 entities x 3 components, M = 64, one thread),
# by kind of work. Start, scoring and files are left out of the shares. Needs perf (Debian's linux-perf) and python3-h5py.
#   bench/breakdown.sh [MDGAN]
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
mdgan=$(readlink -f "${1:-$root/build/release/bin/mdgan}")
command -v perf > /dev/null || { echo "breakdown.sh: no perf: install linux-perf" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$root/bench/oscillators.py" "$work/data.h5" 7 0.5

echo "mode    batch  products  packing  elementwise  random  transform  reductions  optimiser    (% of the training's samples)"
for mode in linear random; do
    for batch in 64 256; do
        perf record -q -F 1500 -o "$work/perf" "$mdgan" train "$work/data.h5" 64 -o "$work/model.h5" init $mode batch $batch \
            iterations $((102400 / batch)) minutes 0 threads 1 seed 7 progress 3600 2> "$work/log" > /dev/null ||
            { cat "$work/log" >&2; exit 1; }
        perf report -i "$work/perf" --no-children --stdio -F overhead,dso,symbol 2> /dev/null |
            awk -v mode=$mode -v batch=$batch '
            !/^ *[0-9.]+%/ { next }
            { share = $1 + 0; name = $NF; kind = "" }
            name ~ /^panel_/ { kind = "products" }
            name ~ /^(transpose|multiply_|gemm_)/ { kind = "packing" }
            name ~ /^(philox|to_normal|to_uniform|random_)/ { kind = "random" }
            $2 ~ /fftw3f/ || name ~ /^[nt][0-9][fb]v_[0-9]/ || name ~ /^(anchor_|add_cycles|add_places|add_powers|add_products|add_pulls|apply_cycle_prices|apply_prices|pull_down|pull_up|renew_|set_cycle_prices|take_in|taper_pair|untaper_pair)/ { kind = "transform" }
            name ~ /^(sum_rows|comm_sum|tree_sum|add_floats|add_doubles|add_part|add_block)/ { kind = "reductions" }
            name ~ /^(update|running_mean|clip_weights)/ { kind = "optimiser" }
            name ~ /^(sample_data_draw|choose|reverse_frames|copy_frames|rotate|critic_|sum_squares|interpolate|penalty|frames_first|add_frames|components_first|shard_|window_|evolve_|unet_|chain_|linear_|condition|join_two|add_to|__mem)/ {
                kind = "elementwise" }
            kind != "" { sum[kind] += share; all += share }
            END {
                printf "%-6s  %5d  %8.1f  %7.1f  %11.1f  %6.1f  %9.1f  %10.1f  %9.1f\n", mode, batch, 100 * sum["products"] / all,
                    100 * sum["packing"] / all, 100 * sum["elementwise"] / all, 100 * sum["random"] / all,
                    100 * sum["transform"] / all, 100 * sum["reductions"] / all, 100 * sum["optimiser"] / all
            }'
    done
done
