# SPDX-License-Identifier: BSD-3-Clause
# Vibrational density of states of water's O-H bonds; reads reference.csv, window.csv and gan.csv, writes vdos.png.
set datafile separator ","
set encoding utf8
set terminal pngcairo size 1500,900 font "DejaVu Sans,18" linewidth 1.5 background rgb "white"
set output "vdos.png"
set title "O–H vibrational density of states of 216 flexible SPC waters at 300 K"
set xlabel "wavenumber / cm^{-1}"
set ylabel "power per bin / total"
set xrange [0:5000]
set yrange [0:*]
set key top left Left reverse
set grid lc rgb "#dddddd"
plot "reference.csv" using 1:($2-2*$3):($2+2*$3) with filledcurves fs solid 0.25 lc rgb "#000000" notitle, \
     "window.csv" using 1:2 with lines lc rgb "#CC79A7" lw 1.5 title "the 1 ps learned from", \
     "reference.csv" using 1:2 with lines lc rgb "#000000" lw 2 title "molecular dynamics, 10 ps (band: ±2 standard errors)", \
     "gan.csv" using 1:2 with lines lc rgb "#D55E00" lw 2.5 title "generated, 20 ps"
