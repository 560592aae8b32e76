# SPDX-License-Identifier: BSD-3-Clause
# For scaling.sh: medians of the measured rates, and the model of an iteration that docs/scaling.md explains.
function sort(n, x,   i, j, t) {
    for (i = 2; i <= n; i++) for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
}
function median_of(batch, ranks, threads,   i, x) {
    for (i = 1; i <= n; i++) x[i] = rate[batch, ranks, threads, i]
    sort(n, x)
    return (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2
}
# Ratios are taken within a round, so that a machine's moods cancel.
function ratio_of(batch, ranks, threads,   i, x) {
    for (i = 1; i <= n; i++) x[i] = rate[batch, ranks, threads, i] / rate[batch, 1, 1, i]
    sort(n, x)
    return sprintf("%.2f (%.2f to %.2f)", (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2, x[1], x[n])
}
function levels(p,   l) { for (l = 0; p > 1; p /= 2) l++; return l }
# Seconds of all exchanges of an iteration: up the tree of the shards' owners, and down to every rank. A critic step sums gradients
# and losses, the last one also spectra; the generators' step sums gradients.
function exchange(p, owners, alpha, beta,   up, down) {
    up = levels(owners); down = levels(p)
    return (up + down) * ((2 * critic_steps + 2) * alpha + bytes * beta) + down * alpha
}
function shares(p, n_shard) { return p < n_shard ? int((n_shard + p - 1) / p) / n_shard : 1 / n_shard }
function seconds(p, n_shard, batch, alpha, beta) {
    return work * batch * shares(p, n_shard) + rest + exchange(p, p < n_shard ? p : n_shard, alpha, beta)
}
/^alpha_us/ { alpha = $2 * 1e-6 / 2; beta = $4 * 1e-9 / 2 }
/^batch/ {
    for (i = 1; i < NF; i += 2) value[$i] = $(i + 1)
    key = value["batch"] SUBSEP value["ranks"] SUBSEP value["threads"]
    rate[key, ++count[key]] = value["rate"]
    n = count[key]
    bytes = value["bytes"]; critic_steps = value["critic_steps"]
    if (value["threads"] > most) most = value["threads"]
    key = value["batch"] " " value["iterations"]
    if ((key in sums) && sums[key] != value["checksum"]) { print "the bits differ at batch " value["batch"]; failed = 1 }
    sums[key] = value["checksum"]
}
END {
    print "\nIterations per second, medians of " n " rounds; times as many within a round, median (least to greatest)"
    printf "batch  1 thread"
    for (p = 2; p <= most; p *= 2) printf "   %-19s   %-19s", p " threads", p " ranks"
    print ""
    for (batch = 64; batch <= 256; batch *= 2) {
        printf "%5d  %8.1f", batch, median_of(batch, 1, 1)
        for (p = 2; p <= most; p *= 2) printf "   %-19s   %-19s", ratio_of(batch, 1, p), ratio_of(batch, p, 1)
        print ""
    }
    # t = rest + work * batch on one thread, least squares of relative deviations
    for (batch = 64; batch <= 256; batch *= 2) {
        t = 1 / median_of(batch, 1, 1); w = 1 / (t * t)
        s += w; sx += w * batch; sxx += w * batch * batch; sy += w * t; sxy += w * batch * t
    }
    work = (s * sxy - sx * sy) / (s * sxx - sx * sx); rest = (sy - work * sx) / s
    printf "\nConstants: work %.2f us per window pair, rest %.1f us per iteration, %d bytes of gradients\n", 1e6 * work, 1e6 * rest, bytes
    printf "per message: alpha %.2f us, beta %.3f ns per byte\n", 1e6 * alpha, 1e9 * beta
    for (batch = 64; batch <= 256; batch *= 2) {
        one = seconds(1, 4, batch, alpha, beta)
        printf "model at batch %d: 1 thread %.1f/s", batch, 1 / one
        for (p = 2; p <= most; p *= 2) {
            printf ", %d threads %.2f times that, %d ranks %.2f times (exchange %.0f us)", p, one / (work * batch / p + rest), p,
                one / seconds(p, 4, batch, alpha, beta), 1e6 * exchange(p, p, alpha, beta)
        }
        print ""
    }
    print "\nModel, iterations per second. here: the constants above for every link; assumed: 2 us and 10 GB/s"
    print "| ranks | batch 64, here | batch 64, assumed | batch 4096, assumed | batch 4096, assumed, as many shards as ranks (not built) |"
    print "|---|---|---|---|---|"
    for (p = 1; p <= 1024; p *= 2) {
        printf "| %d | %.0f | %.0f | %.2f | %.2f |\n", p, 1 / seconds(p, 4, 64, alpha, beta), 1 / seconds(p, 4, 64, 2e-6, 1e-10),
            1 / seconds(p, 4, 4096, 2e-6, 1e-10), 1 / seconds(p, p < 4 ? 4 : p, 4096, 2e-6, 1e-10)
    }
    print "\nWith as many shards as ranks, assumed link: ranks where a worker's share takes as long as all else"
    for (batch = 64; batch <= 65536; batch *= 4) {
        p = 1
        while (work * batch / p > rest + exchange(p, p, 2e-6, 1e-10)) p *= 2
        printf "batch %5d: between %d and %d ranks\n", batch, p / 2, p
    }
    exit failed
}
