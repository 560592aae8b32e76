# SPDX-License-Identifier: BSD-3-Clause
# Mean squared displacement over the exact one. Run in the folder of curves/ with -e "plots='FOLDER'".
ratio(system, row) = curve(system, row, "msd_ratio")

do for [format in "png svg"] {
    load plots."/style.gp"
    eval open(format, "validation-diffusion", 1800, 900)
    set logscale x
    set xrange [0.1:50]
    set xlabel "time / windows (M = 64 frames)"
    set multiplot layout 1, 2 margins 0.075, 0.985, 0.21, 0.94 spacing 0.07, 0.1
    do for [system in "diffusion-feasible diffusion-infeasible"] {
        feasible = system eq "diffusion-feasible"
        set title feasible ? "Memories of 0.1 and 0.5 windows" : "Memories of 3 and 20 windows: not in 2M frames"
        set ylabel feasible ? "MSD / exact MSD" : ""
        set yrange [feasible ? 0.7 : 0.5 : feasible ? 1.5 : 3]
        # What was learnt from ends at 2M.
        set arrow 1 from 2, graph 0 to 2, graph 1 nohead lc rgb "#999999" lw 1.2 dt (4,4)
        set label 1 "learnt from" at 1.85, graph 0.03 right tc rgb "#777777"
        plot "< paste -d, ".ratio(system, "linear")." ".curve(system, "linear", "msd_bar") using 1:($2-2*$6):($2+2*$6) \
                 with filledcurves lc rgb "#0072B2", \
             ratio(system, "mdgan") using 1:3:4 with filledcurves lc rgb "#D55E00", \
             1 ls 1, \
             ratio(system, "naive") using 1:2 with lines ls 2, \
             ratio(system, "mdgan-paper") using 1:2 with lines ls 6, \
             ratio(system, "known-form") using 1:2 with lines ls 5, \
             ratio(system, "mdgan") using 1:2 with lines ls 3, \
             ratio(system, "linear") using 1:2 with lines ls 4
    }
    eval legend(0.11, line(1, "exact").line(3, "mdgan (band: least to greatest)").line(4, "linear start"). \
        band("#0072B2", "± 2 of its bars").line(5, "fit that knows the form").line(6, "mdgan-paper").line(2, "naive"))
    unset multiplot
    unset output
}
