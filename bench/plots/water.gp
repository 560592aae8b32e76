# SPDX-License-Identifier: BSD-3-Clause
# Spectra of O-H bonds and correlation of their energy. Run in the folder of curves/ with -e "plots='FOLDER';
# reference='FILE'", a table of frequency, power and its standard error.
do for [format in "png svg"] {
    load plots."/style.gp"
    eval open(format, "validation-water", 1800, 1400)
    set multiplot layout 2, 2 margins 0.075, 0.985, 0.135, 0.955 spacing 0.08, 0.125
    do for [system in "water-64 water-128 water-64x8"] {
        set title system eq "water-64" ? "M = 64, one pair of windows per bond" : \
            system eq "water-128" ? "M = 128, one pair of windows per bond" : "M = 64, eight windows per bond"
        set xlabel "wavenumber / cm^{-1}"
        set xrange [0:4500]
        set xtics 1000
        set yrange [0:0.06]
        set ylabel system eq "water-128" ? "" : "power per bin / total"
        plot reference using 1:($2-2*$3):($2+2*$3) with filledcurves lc rgb "#000000", \
             curve(system, "naive", "vdos") using 1:2 with lines ls 2, \
             curve(system, "mdgan-paper", "vdos") using 1:2 with lines ls 6, \
             curve(system, "burg-ar", "vdos") using 1:2 with lines ls 5, \
             reference using 1:2 with lines ls 1, \
             curve(system, "mdgan", "vdos") using 1:2 with lines ls 3, \
             curve(system, "linear", "vdos") using 1:2 with lines ls 4
    }
    system = "water-64x8"
    set title "Kinetic energy in blocks of 16 frames, eight windows per bond"
    set xlabel "time / frames"
    set ylabel "autocorrelation"
    set xrange [0:256]
    set xtics 64
    set yrange [-0.05:1]
    plot curve(system, "naive", "energy_acf") using 1:2 with lines ls 2, \
         curve(system, "mdgan-paper", "energy_acf") using 1:2 with lines ls 6, \
         curve(system, "burg-ar", "energy_acf") using 1:2 with lines ls 5, \
         curve(system, "floor", "energy_acf") using 1:2 with lines ls 1, \
         curve(system, "mdgan", "energy_acf") using 1:2 with lines ls 3, \
         curve(system, "linear", "energy_acf") using 1:2 with lines ls 4
    eval legend(0.075, line(1, "molecular dynamics").band("#000000", "± 2 standard errors").line(3, "mdgan"). \
        line(4, "linear start").line(5, "Burg autoregression").line(6, "mdgan-paper").line(2, "naive"))
    unset multiplot
    unset output
}
