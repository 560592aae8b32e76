# SPDX-License-Identifier: BSD-3-Clause
# Mean squared displacement of the chain centres: molecular dynamics and the generated series in one picture.
# Reads reference-msd.csv, windows.csv, gan.csv and linear.csv (mdgan msd), writes melt-msd.png and melt-msd.svg.
set datafile separator ","
set encoding utf8

# Okabe-Ito colours, told apart with every kind of colour vision; line widths and dashes help in print.
set style line 1 lc rgb "#000000" lw 2.0
set style line 2 lc rgb "#CC79A7" lw 2.0 dt (2,3)
set style line 3 lc rgb "#D55E00" lw 2.5
set style line 4 lc rgb "#0072B2" lw 2.0 dt (8,4)
set style fill solid 0.25 noborder
set border lw 1.2
set tics nomirror out
set grid lc rgb "#dddddd" lw 0.7 lt 1
set logscale x
set xrange [20:20000]
set format x "10^{%T}"

do for [format in "png svg"] {
    if (format eq "png") {
        set terminal pngcairo size 1500,1300 font "DejaVu Sans,18" linewidth 1.5 background rgb "white"
    } else {
        set terminal svg size 1000,870 font "DejaVu Sans,13" linewidth 1.2 background rgb "white"
    }
    set output "melt-msd.".format
    set multiplot
    set lmargin 12
    set rmargin 4

    set origin 0, 0.45
    set size 1, 0.55
    set title "Chain centres of a Kremer–Grest melt, 60 chains of 50 beads"
    set logscale y
    set yrange [0.2:200]
    set format y "10^{%T}"
    set ylabel "MSD / σ^2"
    unset xlabel
    set key top left Left reverse samplen 3 spacing 1.2
    plot "reference-msd.csv" using 1:($2-2*$3):($2+2*$3) with filledcurves lc rgb "#000000" notitle, \
         "linear.csv" using 1:2 with lines ls 4 title "linear start (no adversarial training)", \
         "gan.csv" using 1:2 with lines ls 3 title "GAN (emitted by LAMMPS)", \
         "reference-msd.csv" using 1:2 with lines ls 1 title "long molecular dynamics (band: ±2 standard errors)", \
         "windows.csv" using 1:2 with lines ls 2 title "the windows learnt from"

    # What sub-diffusion looks like: a falling curve that turns flat where diffusion begins.
    set origin 0, 0
    set size 1, 0.45
    unset title
    unset key
    unset logscale y
    set yrange [0:0.0035]
    set format y "%.4f"
    set ylabel "MSD / 6t  /  (σ^2/τ)"
    set xlabel "time / τ"
    plot "reference-msd.csv" using 1:(($2-2*$3)/6/$1):(($2+2*$3)/6/$1) with filledcurves lc rgb "#000000", \
         "linear.csv" using 1:($2/6/$1) with lines ls 4, \
         "gan.csv" using 1:($2/6/$1) with lines ls 3, \
         "reference-msd.csv" using 1:($2/6/$1) with lines ls 1, \
         "windows.csv" using 1:($2/6/$1) with lines ls 2
    unset multiplot
    unset output
}
