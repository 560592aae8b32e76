# SPDX-License-Identifier: BSD-3-Clause
# Mean squared displacement of the chain centres; reads reference.csv, window.csv and GAN.csv, writes msd.png.
set datafile separator ","
set encoding utf8
set terminal pngcairo size 1500,900 font "DejaVu Sans,18" linewidth 1.5 background rgb "white"
set output "msd.png"
set title "Chain centres in a melt of united-atom alkanes at 450 K"
set xlabel "time / ps"
set ylabel "MSD / 6t  /  (10^{-5} cm^2/s)"
set logscale x
set yrange [0:*]
set key bottom left Left reverse
set grid lc rgb "#dddddd"
# What sub-diffusion looks like: a falling curve that turns flat where diffusion begins. 1 nm^2/ps is 0.01 cm^2/s.
plot "reference.csv" using ($1>0?$1:NaN):(1e3*($2-2*$3)/6/$1):(1e3*($2+2*$3)/6/$1) with filledcurves \
         fs solid 0.25 lc rgb "#000000" notitle, \
     "window.csv" using ($1>0?$1:NaN):(1e3*$2/6/$1) with lines lc rgb "#CC79A7" lw 1.5 title "the run learned from", \
     "reference.csv" using ($1>0?$1:NaN):(1e3*$2/6/$1) with lines lc rgb "#000000" lw 2 \
         title "molecular dynamics that follows (band: ±2 standard errors)", \
     "GAN.csv" using ($1>0?$1:NaN):(1e3*$2/6/$1) with lines lc rgb "#D55E00" lw 2.5 title "generated"
