# SPDX-License-Identifier: BSD-3-Clause
# For the other plots, loaded anew for each picture: lines of the rows, and where curves lie (written by bench/tables.py:
# x, median, least, greatest).
reset
set datafile separator ","
set encoding utf8

# Okabe-Ito colours, told apart with every kind of colour vision; line widths and dashes help in print.
set style line 1 lc rgb "#000000" lw 2.0
set style line 2 lc rgb "#CC79A7" lw 1.5
set style line 3 lc rgb "#D55E00" lw 2.5
set style line 4 lc rgb "#0072B2" lw 2.0 dt (8,4)
set style line 5 lc rgb "#009E73" lw 2.0 dt (2,3)
set style line 6 lc rgb "#E69F00" lw 2.0 dt (6,3,2,3)
set style line 7 lc rgb "#56B4E9" lw 1.5
set style line 8 lc rgb "#E69F00" lw 1.5
set style fill solid 0.25 noborder
set border lw 1.2
set tics nomirror out
set grid lc rgb "#dddddd" lw 0.7 lt 1
unset key

curve(system, row, name) = "curves/".system."-".row."-".name.".csv"

# A picture as PNG and SVG; size in pixels of the former.
open(format, name, width, height) = format eq "png" ? \
    sprintf("set terminal pngcairo size %d,%d font 'DejaVu Sans,17' linewidth 1.5 background rgb 'white'; set output '%s.png'", \
        width, height, name) : \
    sprintf("set terminal svg size %d,%d font 'DejaVu Sans,12' linewidth 1.2 background rgb 'white'; set output '%s.svg'", \
        width * 2 / 3, height * 2 / 3, name)

# One legend for all panels, at the bottom of the picture: the last of its plots. Entries lie below what is drawn.
line(style, text) = sprintf(", -1 with lines ls %d title '%s'", style, text)
band(colour, text) = sprintf(", -1 with filledcurves y1=-1 lc rgb '%s' title '%s'", colour, text)
legend(height, entries) = sprintf("set lmargin at screen 0.02; set rmargin at screen 0.98; set bmargin at screen 0; \
set tmargin at screen %g; unset logscale; unset arrow; unset label; unset title; unset xlabel; unset ylabel; unset border; \
unset tics; unset grid; set key center center horizontal Left reverse samplen 3 maxrows 2; plot [0:1][0:1] -1 notitle%s", \
    height, entries)
