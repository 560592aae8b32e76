# SPDX-License-Identifier: BSD-3-Clause
# Vibrational density of states of water's O-H bonds: molecular dynamics, GAN and baselines in one picture.
#   gnuplot -e "reference='reference-vdos.csv'" plot.gp
# reads window.csv, gan.csv, linear.csv and burg.csv (mdgan spectrum) and writes water-vdos.png and water-vdos.svg.
if (!exists("reference")) reference = "reference-vdos.csv"
set datafile separator ","
set encoding utf8

# Okabe-Ito colours, told apart with every kind of colour vision; line widths and dashes help in print.
set style line 1 lc rgb "#000000" lw 2.0
set style line 2 lc rgb "#CC79A7" lw 1.5
set style line 3 lc rgb "#D55E00" lw 2.5
set style line 4 lc rgb "#0072B2" lw 2.0 dt (8,4)
set style line 5 lc rgb "#009E73" lw 2.0 dt (2,3)
set style fill solid 0.25 noborder
set border lw 1.2
set tics nomirror out
set format x "%g"
set grid lc rgb "#dddddd" lw 0.7 lt 1

do for [format in "png svg"] {
    if (format eq "png") {
        set terminal pngcairo size 1500,1200 font "DejaVu Sans,18" linewidth 1.5 background rgb "white"
    } else {
        set terminal svg size 1000,800 font "DejaVu Sans,13" linewidth 1.2 background rgb "white"
    }
    set output "water-vdos.".format
    set multiplot
    set lmargin 12
    set rmargin 4

    # Main panel: where the peaks are.
    set origin 0, 0.42
    set size 1, 0.58
    set title "O–H vibrational density of states of 110 SPC/Fw waters at 305 K"
    set xrange [0:5000]
    unset logscale y
    set yrange [0:*]
    set format y "%.2f"
    set xtics 500
    set ylabel "power per bin / total"
    set xlabel "wavenumber / cm^{-1}"
    set key top left Left reverse samplen 3 spacing 1.2 opaque
    plot reference using 1:($2-2*$3):($2+2*$3) with filledcurves lc rgb "#000000" notitle, \
         "window.csv" using 1:2 with lines ls 2 title "training windows alone", \
         "burg.csv" using 1:2 with lines ls 5 title "Burg autoregression", \
         reference using 1:2 with lines ls 1 title "MD reference (58 ps, band: ±2 standard errors)", \
         "gan.csv" using 1:2 with lines ls 3 title "GAN (19 ps, emitted by LAMMPS)", \
         "linear.csv" using 1:2 with lines ls 4 title "linear start (no adversarial training)"

    # Lower panel: power that should not be there shows up to the Nyquist frequency.
    set origin 0, 0
    set size 1, 0.42
    unset title
    unset key
    set xrange [0:17238]
    set xtics 2000
    set yrange [1e-14:0.3]
    set logscale y
    set format y "10^{%T}"
    set ytics 1000
    unset mytics
    plot "window.csv" using 1:2 with lines ls 2, \
         "burg.csv" using 1:2 with lines ls 5, \
         "linear.csv" using 1:2 with lines ls 4, \
         reference using 1:2 with lines ls 1, \
         "gan.csv" using 1:2 with lines ls 3
    set ytics autofreq
    unset multiplot
    unset output
}
