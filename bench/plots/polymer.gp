# SPDX-License-Identifier: BSD-3-Clause
# Displacement of chain centres over that of the long run. Run in the folder of curves/ with -e "plots='FOLDER'".
frame = 0.01 # ns
ratio(system, row) = curve(system, row, "msd_ratio")

do for [format in "png svg"] {
    load plots."/style.gp"
    eval open(format, "validation-polymer", 1800, 1260)
    set logscale x
    set xrange [frame:256*frame]
    set yrange [0.7:1.9]
    set multiplot layout 2, 3 margins 0.065, 0.985, 0.145, 0.955 spacing 0.045, 0.1
    do for [kind in "polymer polymer-thirds"] {
        do for [window in "16 32 64"] {
            system = kind."-".window
            pair = 2 * window * frame
            set title sprintf("from the %s, M = %s", kind eq "polymer" ? "centres" : "thirds of each chain", window)
            set ylabel window eq "16" ? "MSD / MSD of the run" : ""
            set xlabel kind eq "polymer" ? "" : "time / ns"
            set arrow 1 from pair, graph 0 to pair, graph 1 nohead lc rgb "#999999" lw 1.2 dt (4,4)
            set label 1 "learnt from" at pair, graph 0.04 right offset -0.5, 0 tc rgb "#777777"
            plot curve(system, "floor", "msd_bar") using ($1*frame):(1-2*$2):(1+2*$2) with filledcurves lc rgb "#000000", \
                 ratio(system, "mdgan") using ($1*frame):3:4 with filledcurves lc rgb "#D55E00", \
                 1 ls 1, \
                 ratio(system, "naive") using ($1*frame):2 with lines ls 2, \
                 ratio(system, "mdgan-paper") using ($1*frame):2 with lines ls 6, \
                 ratio(system, "burg-ar") using ($1*frame):2 with lines ls 5, \
                 ratio(system, "mdgan") using ($1*frame):2 with lines ls 3, \
                 ratio(system, "linear") using ($1*frame):2 with lines ls 4
        }
    }
    eval legend(0.075, line(1, "molecular dynamics").band("#000000", "± 2 standard errors"). \
        line(3, "mdgan (band: least to greatest)").line(4, "linear start").line(5, "Burg autoregression"). \
        line(6, "mdgan-paper").line(2, "naive"))
    unset multiplot
    unset output
}
