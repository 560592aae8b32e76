#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Mean squared displacement and diffusion coefficient of the long run: com.txt (in.reference) -> reference-msd.csv.
# Every 20th frame, the spacing of the generated series.
set -eu
awk '/^#/ { next }
     NF == 2 { n = $2; keep = $1 % 2000 == 0
               if (keep) printf "ITEM: TIMESTEP\n%d\nITEM: NUMBER OF ENTRIES\n%d\nITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n0 1\nITEM: ENTRIES index c[1] c[2] c[3]\n", $1, n
               next }
     keep { print $1, $2, $3, $4 }' com.txt > com.dump
mdgan msd com.dump --dt 20 --time-unit tau --lags 301 --fit 2000:4000 -o reference-msd.csv
head -n 1 reference-msd.csv
