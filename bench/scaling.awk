# SPDX-License-Identifier: BSD-3-Clause
# For scaling.sh: medians of the measured rates, and the model of an iteration that docs/scaling.md explains.
function ratio_of(batch, ranks, threads,   key) {
    key = batch SUBSEP ranks SUBSEP threads
    return sprintf("%.2f (%.2f to %.2f), %.2f", ratio[key], low[key], high[key], sgemm[key])
}
function levels(p,   l) { for (l = 0; p > 1; p /= 2) l++; return l }
# Seconds of all exchanges of an iteration: swaps up the tree of the shards' owners, and broadcasts if there are other ranks. A
# critic step sums gradients and losses, the last one also spectra; the generators' step sums gradients.
function exchange(p, owners, alpha, beta,   down) {
    down = levels(p)
    return (levels(owners) + (p > owners ? down : 0)) * ((2 * critic_steps + 2) * alpha + bytes * beta) + down * alpha
}
function shares(p, n_shard) { return p < n_shard ? int((n_shard + p - 1) / p) / n_shard : 1 / n_shard }
function seconds(p, n_shard, batch, alpha, beta) {
    return work * batch * shares(p, n_shard) + rest + exchange(p, p < n_shard ? p : n_shard, alpha, beta)
}
/^alpha_us/ { alpha = $2 * 1e-6; beta = $4 * 1e-9 }
/^batch/ {
    for (i = 1; i < NF; i += 2) value[$i] = $(i + 1)
    batch = value["batch"]; key = batch SUBSEP value["ranks"] SUBSEP value["threads"]
    one[batch] += value["one"]; n_one[batch]++
    ratio[key] = value["ratio"]; low[key] = value["low"]; high[key] = value["high"]; sgemm[key] = value["sgemm"]
    bytes = value["bytes"]; critic_steps = value["critic_steps"]; n = value["turns"]
    if (value["threads"] > most) most = value["threads"]
}
END {
    print "\nIterations per second; how many times as many on more, median of " n " turns (quartiles); SGEMM on as many threads"
    printf "batch  1 thread"
    for (p = 2; p <= most; p *= 2) printf "   %-25s   %-25s", p " threads", p " ranks"
    print ""
    for (batch = 64; batch <= 256; batch *= 2) {
        one[batch] /= n_one[batch]
        printf "%5d  %8.1f", batch, one[batch]
        for (p = 2; p <= most; p *= 2) printf "   %-25s   %-25s", ratio_of(batch, 1, p), ratio_of(batch, p, 1)
        print ""
    }
    # t = rest + work * batch on one thread, least squares of relative deviations
    for (batch = 64; batch <= 256; batch *= 2) {
        t = 1 / one[batch]; w = 1 / (t * t)
        s += w; sx += w * batch; sxx += w * batch * batch; sy += w * t; sxy += w * batch * t
    }
    work = (s * sxy - sx * sy) / (s * sxx - sx * sx); rest = (sy - work * sx) / s
    printf "\nConstants: work %.2f us per window pair, rest %.1f us per iteration, %d bytes of gradients and spectra\n", 1e6 * work, 1e6 * rest, bytes
    printf "per swap: alpha %.2f us, beta %.3f ns per byte\n", 1e6 * alpha, 1e9 * beta
    for (batch = 64; batch <= 256; batch *= 2) {
        t = seconds(1, 4, batch, alpha, beta)
        printf "model at batch %d: 1 thread %.1f/s", batch, 1 / t
        for (p = 2; p <= most; p *= 2) {
            printf ", %d threads %.2f times that, %d ranks %.2f times (exchange %.0f us)", p, t / (work * batch / p + rest), p,
                t / seconds(p, 4, batch, alpha, beta), 1e6 * exchange(p, p, alpha, beta)
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
}
