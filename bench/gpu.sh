#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Does a GPU train faster? Iterations per second of mdgan on 1 and 4 threads, and of the same training in PyTorch on 4 threads and on
# the GPU, its kernels launched one by one ("eager") or an iteration at a time ("graph"). Linear start, 220 entities x 3
# components, M = 64. Needs the built mdgan and mdgan_scaling, 4 cores, an NVIDIA GPU, and a Python with PyTorch for it and h5py.
#   bench/gpu.sh [PYTHON]         default python3
#   MDGAN_BENCH_BIN=DIR           of the programs, default build/release/bin
#   MDGAN_BENCH_BATCHES="n ..."   default "64 256 1024"
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
python=${1:-python3}
bin=${MDGAN_BENCH_BIN:-$root/build/release/bin}
[ -x "$bin/mdgan_scaling" ] || { echo "gpu.sh: no program '$bin/mdgan_scaling': run scripts/build.sh first" >&2; exit 1; }
"$python" -c 'import h5py, torch; assert torch.cuda.is_available()' 2> /dev/null ||
    { echo "gpu.sh: '$python' has no PyTorch that finds a GPU, or no h5py" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Batch, iterations of a turn, options...: iterations per second, the best of three turns.
peer() {
    printf '%s\n' "$2" "$2" "$2" | "$python" "$root/bench/peers/mdgan_peer.py" turns "$work/model.$1.h5" "$work/data.h5" "${@:3}" |
        sed 's/[^0-9.]//g' | awk -v n="$2" '{ rate = n / $1; best = rate > best ? rate : best } END { printf "%.1f", best }'
}

echo "gpu      $(nvidia-smi --query-gpu=name --format=csv,noheader), PyTorch $("$python" -c 'import torch; print(torch.__version__)')"
echo
echo "batch  mdgan, 1 thread  4 threads  PyTorch, 4 threads  GPU, eager  GPU, graph    (iterations per second)"
"$python" "$root/bench/oscillators.py" "$work/data.h5" 7
for batch in ${MDGAN_BENCH_BATCHES:-64 256 1024}; do
    "$bin/mdgan" train "$work/data.h5" 64 -o "$work/model.$batch.h5" iterations 0 minutes 0 batch "$batch" seed 7 > /dev/null 2>&1
    read -r one four < <("$bin/mdgan_scaling" turns "$batch" 4 5 | sed 's/.* one \([0-9.]*\) many \([0-9.]*\) .*/\1 \2/')
    printf '%5d  %15.1f  %9.1f  %18s  %10s  %10s\n' "$batch" "$one" "$four" "$(peer "$batch" $((1 + 2000 / batch)) --threads 4)" \
        "$(peer "$batch" 30 --device cuda)" "$(peer "$batch" 300 --device cuda --graph)"
done
