#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a user waits for before anything happens: help, loading a model, the closed-form start on 220 and on 100,000 entities (128 frames x 3
# components, M = 64, one thread), with memory; and the rate of the generator alone. Wall-clock times, the least of five (of two for 100,000).
#   bench/start.sh [MDGAN]         needs python3-h5py and 2 GB of memory
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
mdgan=$(readlink -f "${1:-$root/build/release/bin/mdgan}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

least() { # least ROUNDS WHAT COMMAND...: least time, and memory at the most
    local rounds=$1 what=$2
    shift 2
    /usr/bin/python3 - "$rounds" "$what" "$@" <<'END'
import os, subprocess, sys, time
rounds, what, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
best, memory = float("inf"), 0
for _ in range(rounds):
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    best = min(best, time.perf_counter() - begin)
    memory = max(memory, usage.ru_maxrss)
    if status:
        sys.exit("start.sh: failed: " + " ".join(command))
print("%-58s %8.3f s  %6.0f MB" % (what, best, memory / 1024))
END
}
series() { # series FILE ENTITIES: as bench/oscillators.py, of 128 frames
    /usr/bin/python3 - "$root/bench/oscillators.py" "$1" "$2" <<'END'
import sys
source = open(sys.argv[1]).read().replace("ENTITIES, FRAMES, DT, SETTLE = 220, 1024,", "ENTITIES, FRAMES, DT, SETTLE = %s, 128," % sys.argv[3])
sys.argv = ["oscillators.py", sys.argv[2], "7"]
exec(compile(source, "oscillators.py", "exec"))
END
}
series small.h5 220
series large.h5 100000
least 5 "mdgan help" "$mdgan" help
least 5 "start, 220 x 128 x 3 (mdgan train ... iterations 0)" "$mdgan" train small.h5 64 -o small-model.h5 iterations 0 threads 1
least 5 "loading a model (mdgan info)" "$mdgan" info small-model.h5
least 2 "start, 100,000 x 128 x 3, with reading of the file" "$mdgan" train large.h5 64 -o large-model.h5 iterations 0 threads 1
echo "the series of 100,000 entities is $((100000 * 128 * 3 * 4 / 1000000)) MB of numbers"

frames=20000
TIMEFORMAT='%U %S'
{ time "$mdgan" emit small-model.h5 $frames -o series.h5 --entities 220 --seed 7 2> emit.log; } 2> time
awk -v n=$frames '{ printf "emission, one core: %.1f million values per second of CPU time, file included (%d frames of 220 x 3)\n", n * 660e-6 / ($1 + $2), n }' time
least 1 "emission of $frames frames" "$mdgan" emit small-model.h5 $frames -o series.h5 --entities 220 --seed 7
least 1 "emission of $((4 * frames)) frames" "$mdgan" emit small-model.h5 $((4 * frames)) -o series.h5 --entities 220 --seed 7
