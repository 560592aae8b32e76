# SPDX-License-Identifier: BSD-3-Clause
# Tables of mdgan msd side by side: MSD per particle at some times, and D.
#   awk -F, -v times="PS PS ..." -f table.awk FILE...
BEGIN {
    count = split(times, time, " ")
    printf "%-18s", "series"
    for (i = 1; i <= count; i++) {
        printf "%-18s", sprintf("MSD(%g ps)/nm^2", time[i])
    }
    print "D/(1e-5 cm^2/s)"
}
FNR == 1 {
    # "# diffusion coefficient 0.0013 nm^2/ps, standard error 0.0001, fitted from 200 to 400 ps": 1 nm^2/ps is 0.01 cm^2/s.
    split($1, value, " ")
    split($2, error, " ")
    D = sprintf("%.3f +- %.3f", 1e3 * value[4], 1e3 * error[3])
    name = FILENAME
    sub(/\.csv$/, "", name)
    parts = name ~ /^thirds/ ? 3 : 1
    printf "%-18s", name
    i = 1
}
FNR > 2 && i <= count && $1 > 0.999 * time[i] {
    printf "%-18s", sprintf("%.4f +- %.4f", $2 / parts, $3 / parts)
    if (++i > count) {
        print D
    }
}
