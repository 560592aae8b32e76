/* SPDX-License-Identifier: BSD-3-Clause */
/* Training: iterations per second, beside the same training in PyTorch and beside the rate of OpenBLAS's SGEMM. The
 * three take short turns, so that a machine's moods meet all of them. Rates are medians over the turns, ratios medians
 * of those within a turn. */
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

enum { ENTITIES = 220, FRAMES = 256, WINDOW = 64, SQUARE = 2048, TURNS = 9 };

/* What is trained. */
typedef struct setting {
    mdgan_init init;
    size_t n_component, batch, threads;
} setting;

/* What came out, one number per turn. */
typedef struct rates {
    size_t n; /* turns so far */
    double *ours, *peer, *ratio, *sgemm, *share;
    double flops; /* per iteration */
} rates;

/* Who takes turns. */
typedef struct contest {
    size_t threads;
    mdgan_trainer *trainer;
    squares matrices;
    peer_process *peer; /* NULL: there is none; why is in the log */
    size_t iterations, peer_iterations;
} contest;

/* Files that the peer reads. */
typedef struct workplace {
    char folder[64], data[80], model[80];
} workplace;

static const char *mode_name(const mdgan_init init)
{
    return init == MDGAN_INIT_LINEAR ? "linear" : "random";
}

/* So many that a turn takes a tenth of a second or two on the machines of the day, which change their moods more
 * slowly. */
static size_t iterations_in_turn(const double flops, const size_t threads)
{
    return 1 + (size_t)(12e9 * (double)threads / flops);
}

/* Without PyTorch its numbers are missing, no more. */
static void start_peer(const bench_request *const request, const workplace *const place, contest *const c)
{
    char script[4096], threads[24];
    mdgan_error error;
    snprintf(script, sizeof script, "%s/mdgan_peer.py", request->peers);
    snprintf(threads, sizeof threads, "%zu", c->threads);
    const char *const words[] = {request->python, script,      "turns", place->model,
                                 place->data,     "--threads", threads, NULL};
    double seconds;
    mdgan_status status = peer_start(&c->peer, words, &error);
    if (status == MDGAN_OK) {
        status = peer_ask(c->peer, "3", "seconds", &seconds, &error); /* to warm up */
    }
    if (status != MDGAN_OK) {
        fprintf(request->log, "mdgan bench: %s\n", error.text);
        peer_stop(c->peer);
        c->peer = NULL;
    }
}

static void contest_clear(contest *const c)
{
    peer_stop(c->peer);
    squares_clear(&c->matrices);
    mdgan_trainer_destroy(c->trainer);
}

static mdgan_status prepare(const bench_request *const request, const setting *const s, const uint64_t seed,
                            const workplace *const place, const mdgan_comm *const comm, contest *const c,
                            mdgan_error *const error)
{
    mdgan_train_config config = mdgan_train_config_defaults(s->init);
    mdgan_dataset data = {0};
    double rate;
    config.seed = seed;
    config.window = WINDOW;
    config.batch = s->batch;
    config.threads = s->threads;
    config.seconds = 0;
    config.iterations = config.evaluate = CLOCK_ITERATIONS;
    *c = (contest){.threads = s->threads};
    mdgan_status status = synthetic_oscillators(&data, ENTITIES, FRAMES, s->n_component, seed, error);
    if (status == MDGAN_OK) {
        status = mdgan_series_write(&data, place->data, "mdgan bench", error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_trainer_create(&c->trainer, &config, &data, comm, error);
    }
    mdgan_dataset_clear(&data);
    if (status == MDGAN_OK) {
        status = squares_create(&c->matrices, SQUARE, error);
    }
    if (status == MDGAN_OK) {
        c->iterations = iterations_in_turn(mdgan_trainer_flops(c->trainer), s->threads);
        c->peer_iterations = 1 + c->iterations / 3;
        status = clock_training(c->trainer, c->iterations, &rate, error); /* to warm up */
    }
    if (status == MDGAN_OK) {
        status = clock_save(c->trainer, place->model, error);
    }
    if (status == MDGAN_OK) {
        start_peer(request, place, c);
    }
    return status;
}

/* Iterations per second of the peer in its turn, or NAN. */
static double peer_turn(const bench_request *const request, contest *const c)
{
    char question[24];
    double seconds = NAN;
    mdgan_error error;
    snprintf(question, sizeof question, "%zu", c->peer_iterations);
    if (c->peer && peer_ask(c->peer, question, "seconds", &seconds, &error) != MDGAN_OK) {
        fprintf(request->log, "mdgan bench: %s\n", error.text);
        peer_stop(c->peer);
        c->peer = NULL;
        seconds = NAN;
    }
    return (double)c->peer_iterations / seconds;
}

static mdgan_status take_turns(const bench_request *const request, contest *const c, rates *const r,
                               mdgan_error *const error)
{
    const size_t i = r->n;
    r->flops = mdgan_trainer_flops(c->trainer);
    const double before = clock_sgemm(&c->matrices, c->threads);
    const mdgan_status status = clock_training(c->trainer, c->iterations, &r->ours[i], error);
    if (status != MDGAN_OK) {
        return status;
    }
    r->sgemm[i] = (before + clock_sgemm(&c->matrices, c->threads)) / 2;
    r->share[i] = 1e-9 * r->flops * r->ours[i] / r->sgemm[i];
    r->peer[i] = peer_turn(request, c);
    r->ratio[i] = r->ours[i] / r->peer[i];
    r->n++;
    return MDGAN_OK;
}

static mdgan_status measure_round(const bench_request *const request, const setting *const s, const uint64_t seed,
                                  const workplace *const place, const mdgan_comm *const comm, rates *const r,
                                  mdgan_error *const error)
{
    contest c;
    mdgan_status status = prepare(request, s, seed, place, comm, &c, error);
    for (size_t turn = 0; status == MDGAN_OK && turn < TURNS; turn++) {
        status = take_turns(request, &c, r, error);
    }
    contest_clear(&c);
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
    const size_t n = r->n;
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
    const size_t n = request->n_seed * TURNS;
    double *const memory = calloc(5 * n, sizeof *memory);
    rates r = {
        .ours = memory, .peer = memory + n, .ratio = memory + 2 * n, .sgemm = memory + 3 * n, .share = memory + 4 * n};
    mdgan_status status = memory ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu turns", n);
    for (size_t i = 0; status == MDGAN_OK && i < request->n_seed; i++) {
        status = measure_round(request, s, i + 1, place, comm, &r, error);
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
