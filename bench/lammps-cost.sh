#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What collecting costs a LAMMPS run: fix mdgan on against off, five pairs of runs in one process each.
#   bench/lammps-cost.sh [RANKS]     prints a Markdown table; needs build/release
# "measured inside" is the time that the fix itself takes, over the run's; "on - off" the median difference of the pairs,
# with half of its interquartile range, which is all noise of the machine where it is larger.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
export PATH=$PWD/../build/release/bin:$PATH OMP_NUM_THREADS=1
ranks=${1:-1}
mpirun=(mpirun --oversubscribe --bind-to none -np "$ranks")
[ "$(id -u)" -eq 0 ] && mpirun+=(--allow-run-as-root)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "| system | feature | entities | measured inside | on - off |"
echo "|---|---|---|---|---|"
row() { # input, system, feature, entities, variables
    "${mpirun[@]}" lmp-mdgan -in "$1" -log "$scratch/log" "${@:5}" > /dev/null
    awk -v text="| $2 | $3 | $4 |" '
        function sort(n, x, i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
        }
        /^Loop time of/ { before = last; last = $4 }
        /^COST [0-9]/ { n++; inside[n] = $3 / last; difference[n] = last / before - 1 }
        END {
            sort(n, inside); sort(n, difference)
            printf "%s %.2f %% | %+.1f ± %.1f %% |\n", text, 100 * inside[3], 100 * difference[3], 50 * (difference[4] - difference[2])
        }' "$scratch/log"
}
row in.cost-water "110 waters" "bond/velocity, every 4th step" 220
row in.cost-beads "24,000 beads" "molecule/com, every 10th step" 480 -var every 10
row in.cost-beads "24,000 beads" "molecule/com, every 50th step" 480 -var every 50
