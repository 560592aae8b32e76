# SPDX-License-Identifier: BSD-3-Clause
# Series, spectra and phases of noisy sines. Run in the folder of curves/ with -e "plots='FOLDER'".
do for [format in "png svg"] {
    load plots."/style.gp"
    eval open(format, "validation-oscillator", 1800, 1800)
    set multiplot layout 3, 2 margins 0.1, 0.985, 0.1, 0.965 spacing 0.07, 0.075
    systems = "oscillator-0.01 oscillator-0.1"

    # A piece of one series of each; joins of windows are marked.
    set xlabel "time / frames"
    set xrange [0:192]
    do for [system in systems] {
        set title system eq "oscillator-0.01" ? "Noise of standard deviation 0.01" : "Noise of standard deviation 0.1"
        if (system eq "oscillator-0.01") { set ytics ("real" 3, "mdgan" 2, "naive" 1, "C-RNN-GAN" 0) } else { unset ytics }
        scale = system eq "oscillator-0.01" ? 0.3 : 0.9
        do for [join = 1:2] {
            set arrow join from 64 * join, graph 0 to 64 * join, graph 1 nohead lc rgb "#999999" lw 1.2 dt (4,4) back
        }
        set yrange [-0.55:3.55]
        plot curve(system, "floor", "series") using 1:($2/scale+3) with lines ls 1 lw 1.5, \
             curve(system, "mdgan", "series") using 1:($2/scale+2) with lines ls 3 lw 1.5, \
             curve(system, "naive", "series") using 1:($2/scale+1) with lines ls 2, \
             curve(system, "c-rnn-gan", "series") using 1:($2/scale) with lines ls 7
    }
    unset arrow
    unset title
    set ytics autofreq

    set xlabel "frequency / frame^{-1}"
    set xrange [0:0.5]
    set logscale y
    set format y "10^{%T}"
    do for [system in systems] {
        set ylabel system eq "oscillator-0.01" ? "power per bin / total" : ""
        set yrange [system eq "oscillator-0.01" ? 3e-6 : 2e-4 : 1]
        plot curve(system, "independent", "spectrum") using 1:2 with lines ls 8, \
             curve(system, "burg-ar", "spectrum") using 1:2 with lines ls 5, \
             curve(system, "naive", "spectrum") using 1:2 with lines ls 2, \
             curve(system, "c-rnn-gan", "spectrum") using 1:2 with lines ls 7, \
             curve(system, "floor", "spectrum") using 1:2 with lines ls 1, \
             curve(system, "mdgan", "spectrum") using 1:2 with lines ls 3, \
             curve(system, "linear", "spectrum") using 1:2 with lines ls 4
    }

    set xlabel "time / frames"
    set logscale x
    set xrange [64:100352]
    set format x "10^{%T}"
    do for [system in systems] {
        set ylabel system eq "oscillator-0.01" ? "phase error, root mean square / rad" : ""
        set yrange [system eq "oscillator-0.01" ? 1e-2 : 1e-1 : 100]
        plot curve(system, "independent", "phase_error") using 1:2 with lines ls 8, \
             curve(system, "burg-ar", "phase_error") using 1:2 with lines ls 5, \
             curve(system, "naive", "phase_error") using 1:2 with lines ls 2, \
             curve(system, "c-rnn-gan", "phase_error") using 1:2 with lines ls 7, \
             curve(system, "floor", "phase_error") using 1:2 with lines ls 1, \
             curve(system, "mdgan", "phase_error") using 1:2 with lines ls 3, \
             curve(system, "linear", "phase_error") using 1:2 with lines ls 4
    }
    eval legend(0.055, line(1, "real").line(3, "mdgan").line(4, "linear start").line(2, "naive"). \
        line(7, "C-RNN-GAN, as published").line(5, "Burg autoregression").line(8, "independent windows"))
    unset multiplot
    unset output
}
