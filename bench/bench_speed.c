/* SPDX-License-Identifier: BSD-3-Clause */
/* Training: iterations per second, beside the same training in PyTorch and beside the rate of OpenBLAS's SGEMM. The
 * three take turns, once per seed, so that a machine's moods meet all of them; SGEMM has its turn before and after the
 * training. Rates are medians, ratios medians of those within a round. */
#include <math.h>
#include <mdgan/series.h>
#include <mdgan/train.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"
#include "peer.h"
#include "synthetic.h"

enum { ENTITIES = 220, FRAMES = 256, WINDOW = 64, WARM = 20, SQUARE = 2048 };

/* What is trained. */
typedef struct setting {
    mdgan_init init;
    size_t n_component, batch, threads;
} setting;

/* What came out, one number per round. */
typedef struct rates {
    double *ours, *peer, *ratio, *sgemm, *share; /* [n_seed] */
    double flops;                                /* per iteration */
} rates;

/* Files that the peer reads. */
typedef struct workplace {
    char folder[64], data[80], model[80];
} workplace;

static const char *mode_name(const mdgan_init init)
{
    return init == MDGAN_INIT_LINEAR ? "linear" : "random";
}

/* Long enough for a second or so on the machines of the day. */
static size_t iterations_of(const setting *const s)
{
    return 12800 * s->threads / s->batch;
}

/* Trains; iterations per second after the warm-up, without the scoring at the end. */
static mdgan_status measure(const mdgan_train_config *const config, const mdgan_dataset *const data,
                            const mdgan_comm *const comm, const char *const path, rates *const r, double *const rate,
                            mdgan_error *const error)
{
    stopwatch w = {.first = WARM, .last = config->iterations - 1};
    mdgan_trainer *trainer = NULL;
    mdgan_model *model = NULL;
    mdgan_status status = mdgan_trainer_create(&trainer, config, data, comm, error);
    if (status == MDGAN_OK) {
        r->flops = mdgan_trainer_flops(trainer);
        status = mdgan_trainer_run(trainer, stopwatch_progress, &w, 0, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_trainer_model(trainer, true, &model, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_model_save(model, path, error);
    }
    *rate = stopwatch_rate(&w);
    mdgan_model_destroy(model);
    mdgan_trainer_destroy(trainer);
    return status;
}

/* NAN where there is none; why is in the log. */
static double measure_peer(const bench_request *const request, const setting *const s, const workplace *const place)
{
    char script[4096], threads[24], iterations[24];
    mdgan_error error;
    double rate = NAN;
    snprintf(script, sizeof script, "%s/mdgan_peer.py", request->peers);
    snprintf(threads, sizeof threads, "%zu", s->threads);
    snprintf(iterations, sizeof iterations, "%zu", iterations_of(s) / 3);
    const char *const words[] = {request->python, script,  "speed",        place->model, place->data,
                                 "--threads",     threads, "--iterations", iterations,   NULL};
    if (peer_number(words, "iterations_per_s", &rate, &error) != MDGAN_OK) {
        fprintf(request->log, "mdgan bench: %s\n", error.text);
        return NAN;
    }
    return rate;
}

static mdgan_status measure_round(const bench_request *const request, const setting *const s, const size_t round,
                                  const workplace *const place, const mdgan_comm *const comm, rates *const r,
                                  mdgan_error *const error)
{
    mdgan_train_config config = mdgan_train_config_defaults(s->init);
    mdgan_dataset data = {0};
    config.seed = round + 1;
    config.window = WINDOW;
    config.batch = s->batch;
    config.threads = s->threads;
    config.seconds = 0;
    config.iterations = WARM + iterations_of(s) + 1;
    config.evaluate = config.iterations;
    mdgan_status status = synthetic_oscillators(&data, ENTITIES, FRAMES, s->n_component, round + 1, error);
    if (status == MDGAN_OK) {
        status = mdgan_series_write(&data, place->data, "mdgan bench", error);
    }
    const double before = clock_sgemm(SQUARE, (int)s->threads);
    if (status == MDGAN_OK) {
        status = measure(&config, &data, comm, place->model, r, &r->ours[round], error);
    }
    mdgan_dataset_clear(&data);
    if (status == MDGAN_OK) {
        r->sgemm[round] = (before + clock_sgemm(SQUARE, (int)s->threads)) / 2;
        r->share[round] = 1e-9 * r->flops * r->ours[round] / r->sgemm[round];
        r->peer[round] = measure_peer(request, s, place);
        r->ratio[round] = r->ours[round] / r->peer[round];
    }
    return status;
}

static void print_number(FILE *const out, const char *const key, const double value, const char *const end)
{
    if (isnan(value)) {
        fprintf(out, "\"%s\": null%s", key, end);
    } else {
        fprintf(out, "\"%s\": %.6g%s", key, value, end);
    }
}

static void print_row(const bench_request *const request, const setting *const s, const bool first, rates *const r)
{
    const size_t n = request->n_seed;
    const double ratio = clock_median(n, r->ratio), ours = clock_median(n, r->ours), peer = clock_median(n, r->peer),
                 sgemm = clock_median(n, r->sgemm), share = clock_median(n, r->share), gflops = 1e-9 * r->flops * ours;
    FILE *const out = request->out;
    if (request->json) {
        fprintf(out, "%s\n  {\"mode\": \"%s\", \"threads\": %zu, \"batch\": %zu, \"components\": %zu, ",
                first ? "[" : ",", mode_name(s->init), s->threads, s->batch, s->n_component);
        print_number(out, "iterations_per_s", ours, ", ");
        print_number(out, "peer_iterations_per_s", peer, ", ");
        print_number(out, "flops_per_iteration", r->flops, ", ");
        print_number(out, "gflops", gflops, ", ");
        print_number(out, "sgemm_gflops", sgemm, "}");
        return;
    }
    if (first) {
        fprintf(
            out,
            "mode    threads  batch  components  iterations/s  PyTorch's  ratio  Mflop/iteration  Gflop/s  of SGEMM\n");
    }
    fprintf(out, "%-6s  %7zu  %5zu  %10zu  %12.1f  %9.1f  %5.2f  %15.1f  %7.1f  %7.1f%%\n", mode_name(s->init),
            s->threads, s->batch, s->n_component, ours, peer, ratio, 1e-6 * r->flops, gflops, 100 * share);
    fflush(out);
}

static mdgan_status measure_setting(const bench_request *const request, const setting *const s, const bool first,
                                    const workplace *const place, const mdgan_comm *const comm,
                                    mdgan_error *const error)
{
    const size_t n = request->n_seed;
    double *const memory = calloc(5 * n, sizeof *memory);
    rates r = {
        .ours = memory, .peer = memory + n, .ratio = memory + 2 * n, .sgemm = memory + 3 * n, .share = memory + 4 * n};
    mdgan_status status = memory ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu rounds", n);
    for (size_t round = 0; status == MDGAN_OK && round < n; round++) {
        status = measure_round(request, s, round, place, comm, &r, error);
    }
    if (status == MDGAN_OK) {
        print_row(request, s, first, &r);
    }
    free(memory);
    return status;
}

static mdgan_status measure_all(const bench_request *const request, const workplace *const place,
                                mdgan_error *const error)
{
    static const mdgan_init inits[] = {MDGAN_INIT_LINEAR, MDGAN_INIT_RANDOM};
    static const size_t components[] = {1, 3}, batches[] = {64, 128, 256};
    const size_t most = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
    mdgan_comm *comm = NULL;
    mdgan_status status = mdgan_comm_create_serial(&comm, error);
    bool first = true;
    for (size_t i = 0; i < 12 * most && status == MDGAN_OK; i++) {
        const setting s = {.init = inits[i / 6 % 2],
                           .n_component = components[i / 3 % 2],
                           .batch = batches[i % 3],
                           .threads = 1 + i / 12};
        status = measure_setting(request, &s, first, place, comm, error);
        first = false;
    }
    if (status == MDGAN_OK && request->json) {
        fputs("\n]\n", request->out);
    }
    mdgan_comm_destroy(comm);
    return status;
}

static mdgan_status run(const bench_request *const request, mdgan_error *const error)
{
    workplace place = {.folder = "/tmp/mdgan-bench-XXXXXX"};
    if (!mkdtemp(place.folder)) {
        return mdgan_fail(error, MDGAN_FILE, "cannot make a folder under /tmp for the files of the comparison");
    }
    snprintf(place.data, sizeof place.data, "%s/data.h5", place.folder);
    snprintf(place.model, sizeof place.model, "%s/model.h5", place.folder);
    const mdgan_status status = measure_all(request, &place, error);
    unlink(place.data);
    unlink(place.model);
    rmdir(place.folder);
    return status;
}

const bench_case bench_speed = {.name = "speed", .summary = "training beside PyTorch and beside SGEMM", .run = run};
