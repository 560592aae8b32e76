/* SPDX-License-Identifier: BSD-3-Clause */
/* How the training scales: scaling.sh runs this on threads and on ranks, docs/scaling.md says what came out.
 *
 *   mdgan_scaling train BATCH THREADS ITERATIONS
 *     one training on synthetic data; prints a line of keys and values
 *   mdgan_scaling turns BATCH THREADS TURNS
 *     the same on one worker and on all threads and ranks, in turns; prints a line of keys and values
 *   mdgan_scaling sum
 *     the exchange of a sum over 2 ranks; prints a table and its fit
 */
#include <hdf5.h>
#include <math.h>
#include <mdgan/train.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "synthetic.h"

/* ---- a training ---------------------------------------------------------------------------------------------- */

enum { ENTITIES = 220, FRAMES = 256, COMPONENTS = 3, WINDOW = 64, SEED = 7 };

/* What a training left: numbers of weights and of the anchors' gaps, and a checksum of their bits (FNV-1a). */
typedef struct trained {
    size_t n_generator, n_critic, n_anchor;
    uint64_t checksum;
} trained;

/* Adds the bits of a vector to the checksum. */
static void add_bits(trained *const t, const size_t n, const float *const values)
{
    const unsigned char *const bytes = (const unsigned char *)values;
    for (size_t i = 0; i < n * sizeof *values; i++) {
        t->checksum = (t->checksum ^ bytes[i]) * UINT64_C(0x100000001B3);
    }
}

static mdgan_status read_vector(const hid_t file, const char *const name, trained *const t, size_t *const n,
                                mdgan_error *const error)
{
    const hid_t set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
    const hssize_t length = H5Sget_simple_extent_npoints(space);
    float *const values = length > 0 ? malloc((size_t)length * sizeof *values) : NULL;
    mdgan_status status = MDGAN_OK;
    if (values && H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0) {
        *n = (size_t)length;
        add_bits(t, *n, values);
    } else {
        status = mdgan_fail(error, MDGAN_FILE, "cannot read '%s' of the model that was just written", name);
    }
    free(values);
    H5Sclose(space);
    H5Dclose(set);
    return status;
}

/* Weights of the generators and of the critics, and gaps, as the last iteration left them: only a checkpoint has them.
 */
static mdgan_status read_weights(const char *const path, trained *const t, mdgan_error *const error)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) {
        return mdgan_fail(error, MDGAN_FILE, "cannot open '%s', which was just written", path);
    }
    *t = (trained){.checksum = UINT64_C(0xCBF29CE484222325)};
    mdgan_status status = read_vector(file, "checkpoint/generator", t, &t->n_generator, error);
    if (status == MDGAN_OK) {
        status = read_vector(file, "checkpoint/critic", t, &t->n_critic, error);
    }
    if (status == MDGAN_OK) {
        status = read_vector(file, "checkpoint/anchor", t, &t->n_anchor, error);
    }
    H5Fclose(file);
    return status;
}

static mdgan_status inspect(const mdgan_trainer *const trainer, trained *const t, mdgan_error *const error)
{
    char path[] = "/tmp/mdgan-scaling-XXXXXX";
    const int file = mkstemp(path);
    if (file < 0) {
        return mdgan_fail(error, MDGAN_FILE, "cannot make a file under /tmp for the weights");
    }
    close(file);
    mdgan_status status = clock_save(trainer, path, error);
    if (status == MDGAN_OK) {
        status = read_weights(path, t, error);
    }
    unlink(path);
    return status;
}

/* Every critic step sums the critics' gradient, then the iteration that of the generators, and once what the anchors
 * measure, of which gaps are the means. */
static size_t summed_bytes(const mdgan_train_config *const c, const trained *const t)
{
    return sizeof(float) * (c->critic_steps * t->n_critic + t->n_generator) + sizeof(double) * t->n_anchor;
}

static mdgan_status create(mdgan_trainer **const trainer, const mdgan_train_config *const config,
                           const mdgan_comm *const comm, mdgan_error *const error)
{
    mdgan_dataset data = {0};
    mdgan_status status = synthetic_oscillators(&data, ENTITIES, FRAMES, COMPONENTS, SEED, error);
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = mdgan_trainer_create(trainer, config, &data, comm, error);
    }
    mdgan_dataset_clear(&data);
    return status;
}

/* All iterations; rank 0 prints what they left. */
static mdgan_status train(mdgan_train_config config, const size_t iterations, const mdgan_comm *const comm,
                          mdgan_error *const error)
{
    trained t = {0};
    mdgan_trainer *trainer = NULL;
    config.iterations = config.evaluate = iterations;
    mdgan_status status = create(&trainer, &config, comm, error);
    if (status == MDGAN_OK) {
        status = mdgan_trainer_run(trainer, NULL, NULL, 0, error);
    }
    if (status == MDGAN_OK && mdgan_comm_rank(comm) == 0) {
        status = inspect(trainer, &t, error);
        if (status == MDGAN_OK) {
            printf("batch %zu ranks %zu threads %zu iterations %zu checksum %016llx\n", config.batch,
                   mdgan_comm_size(comm), config.threads, iterations, (unsigned long long)t.checksum);
        }
    }
    mdgan_trainer_destroy(trainer);
    return status;
}

enum { TURNS_MAX = 1000, SQUARE = 1536 };

/* Iterations per second of one worker and of all, how many times as fast these are, and how many times as fast
 * OpenBLAS's SGEMM is on as many threads: of each turn. */
typedef struct rates {
    size_t n;
    double one[TURNS_MAX], many[TURNS_MAX], ratio[TURNS_MAX], sgemm[TURNS_MAX];
} rates;

static void print_rates(const mdgan_train_config *const c, const mdgan_comm *const comm, const trained *const t,
                        rates *const r)
{
    const double ratio = clock_median(r->n, r->ratio); /* which sorts them */
    printf("batch %zu ranks %zu threads %zu turns %zu one %.2f many %.2f ratio %.3f low %.3f high %.3f sgemm %.3f "
           "critic_steps %zu bytes %zu\n",
           c->batch, mdgan_comm_size(comm), c->threads, r->n, clock_median(r->n, r->one), clock_median(r->n, r->many),
           ratio, r->ratio[r->n / 4], r->ratio[r->n - 1 - r->n / 4], clock_median(r->n, r->sgemm), c->critic_steps,
           summed_bytes(c, t));
}

/* Ranks that have nothing to do sleep, so that the one that works has the machine to itself. */
static void wait_for_all(void)
{
    MPI_Request request;
    int done = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
}

/* Who takes turns: one worker, on rank 0, and all. */
typedef struct contest {
    mdgan_trainer *one, *many; /* one: NULL on the other ranks */
    size_t n_worker, iterations;
    squares matrices;
} contest;

/* Turns of one and of many take as long, if these have something to do all of them. */
static mdgan_status take_turns(const contest *const c, const mdgan_comm *const comm, const size_t i, rates *const r,
                               mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    double rate;
    if (c->one) {
        r->sgemm[i] = 1 / clock_sgemm(&c->matrices, 1);
        r->sgemm[i] *= clock_sgemm(&c->matrices, c->n_worker);
        status = clock_training(c->one, c->iterations, &r->one[i], error);
    }
    wait_for_all();
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = clock_training(c->many, c->n_worker * c->iterations, &rate, error);
    }
    if (status == MDGAN_OK && c->one) {
        r->many[i] = rate;
        r->ratio[i] = rate / r->one[i];
    }
    return status;
}

static mdgan_status prepare(contest *const c, const mdgan_train_config *const config, const mdgan_comm *const alone,
                            const mdgan_comm *const comm, mdgan_error *const error)
{
    mdgan_train_config single = *config;
    mdgan_status status = MDGAN_OK;
    single.threads = 1;
    c->n_worker = config->threads * mdgan_comm_size(comm);
    c->iterations = 1 + 1600 / config->batch; /* a tenth of a second or so */
    if (mdgan_comm_rank(comm) == 0) {
        status = create(&c->one, &single, alone, error);
        if (status == MDGAN_OK) {
            status = squares_create(&c->matrices, SQUARE, error);
        }
    }
    status = mdgan_comm_agree(comm, status, error);
    return status == MDGAN_OK ? create(&c->many, config, comm, error) : status;
}

static mdgan_status compare(const mdgan_train_config *const config, const size_t n_turn, const mdgan_comm *const comm,
                            mdgan_error *const error)
{
    contest c = {0};
    trained t = {0};
    mdgan_comm *alone = NULL;
    rates *const r = calloc(1, sizeof *r);
    mdgan_status status =
        r ? mdgan_comm_create_serial(&alone, error) : mdgan_fail(error, MDGAN_MEMORY, "no memory for the rates");
    if (status == MDGAN_OK) {
        status = prepare(&c, config, alone, comm, error);
    }
    for (size_t i = 0; status == MDGAN_OK && i < n_turn + 1; i++) {
        r->n = i;
        status = take_turns(&c, comm, i > 0 ? i - 1 : 0, r, error); /* the first turn is to warm up */
    }
    if (status == MDGAN_OK && c.one) {
        status = inspect(c.one, &t, error);
        if (status == MDGAN_OK) {
            print_rates(config, comm, &t, r);
        }
    }
    mdgan_trainer_destroy(c.one);
    mdgan_trainer_destroy(c.many);
    squares_clear(&c.matrices);
    mdgan_comm_destroy(alone);
    free(r);
    return status;
}

static mdgan_status run_words(const bool turns, char *const *const words, mdgan_error *const error)
{
    const MPI_Comm world = MPI_COMM_WORLD;
    const size_t number = strtoul(words[2], NULL, 10);
    mdgan_comm *comm = NULL;
    mdgan_train_config config = mdgan_train_config_defaults(MDGAN_INIT_LINEAR);
    config.seed = SEED;
    config.window = WINDOW;
    config.batch = strtoul(words[0], NULL, 10);
    config.threads = strtoul(words[1], NULL, 10);
    config.iterations = config.evaluate = CLOCK_ITERATIONS;
    config.seconds = 0;
    if (number < 1 || (turns && number > TURNS_MAX)) {
        return mdgan_fail(error, MDGAN_INVALID, "got '%s': give a number of turns up to %d, or of iterations", words[2],
                          TURNS_MAX);
    }
    mdgan_status status = mdgan_comm_create_mpi(&comm, &world, error);
    if (status == MDGAN_OK) {
        status = turns ? compare(&config, number, comm, error) : train(config, number, comm, error);
    }
    mdgan_comm_destroy(comm);
    return status;
}

/* ---- the exchange of a sum ----------------------------------------------------------------------------------- */

enum { SMALLEST = 8, LARGEST = 4 << 20, N_SIZE = 20, ROUNDS = 7 };

/* As the trainer's sums over 2 ranks: both swap theirs and add. */
static void exchange(const int rank, const size_t n, float *const sum, float *const term)
{
    const int size = (int)(n * sizeof *sum), partner = 1 - rank;
    MPI_Sendrecv(sum, size, MPI_BYTE, partner, 1, term, size, MPI_BYTE, partner, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (size_t i = 0; i < n; i++) {
        sum[i] += term[i];
    }
}

/* Seconds per exchange of @p n floats: the median of some rounds, each long against the clock. */
static double exchange_seconds(const int rank, const size_t n, float *const sum, float *const term)
{
    const size_t bytes = n * sizeof *sum, repeats = 20 + 10000000 / (bytes + 4000);
    double seconds[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        exchange(rank, n, sum, term);
        MPI_Barrier(MPI_COMM_WORLD);
        const double begin = clock_now();
        for (size_t i = 0; i < repeats; i++) {
            exchange(rank, n, sum, term);
        }
        seconds[round] = (clock_now() - begin) / (double)repeats;
    }
    return clock_median(ROUNDS, seconds);
}

/* alpha and beta of t = alpha + beta n, by least squares of the relative deviations: every size counts alike. */
static void fit_line(const double *const bytes, const double *const t, double *const alpha, double *const beta)
{
    double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
    for (size_t i = 0; i < N_SIZE; i++) {
        const double weight = 1 / (t[i] * t[i]);
        w += weight;
        wx += weight * bytes[i];
        wxx += weight * bytes[i] * bytes[i];
        wy += weight * t[i];
        wxy += weight * bytes[i] * t[i];
    }
    *beta = (w * wxy - wx * wy) / (w * wxx - wx * wx);
    *alpha = (wy - *beta * wx) / w;
}

static void print_exchange(const double *const bytes, const double *const t)
{
    double alpha, beta;
    fit_line(bytes, t, &alpha, &beta);
    printf("bytes us us_fitted\n");
    for (size_t i = 0; i < N_SIZE; i++) {
        printf("%.0f %.2f %.2f\n", bytes[i], 1e6 * t[i], 1e6 * (alpha + beta * bytes[i]));
    }
    printf("alpha_us %.3f beta_ns_per_byte %.4f\n", 1e6 * alpha, 1e9 * beta);
}

static mdgan_status sum_words(mdgan_error *const error)
{
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    float *const memory = calloc(2 * (LARGEST / sizeof(float)), sizeof *memory);
    if (!memory || size != 2) {
        free(memory);
        return memory ? mdgan_fail(error, MDGAN_INVALID, "'sum' runs on 2 ranks, not %d: use mpirun -np 2", size)
                      : mdgan_fail(error, MDGAN_MEMORY, "no memory for the messages");
    }
    double bytes[N_SIZE], seconds[N_SIZE];
    for (size_t i = 0; i < N_SIZE; i++) {
        const size_t n = (SMALLEST / sizeof(float)) << i;
        bytes[i] = (double)(n * sizeof(float));
        seconds[i] = exchange_seconds(rank, n, memory, memory + LARGEST / sizeof(float));
    }
    if (rank == 0) {
        print_exchange(bytes, seconds);
    }
    free(memory);
    return MDGAN_OK;
}

/* ---- dispatch ------------------------------------------------------------------------------------------------ */

int main(int argc, char **argv)
{
    mdgan_error error = {"usage: mdgan_scaling train BATCH THREADS ITERATIONS | turns BATCH THREADS TURNS | sum"};
    mdgan_status status = MDGAN_INVALID;
    MPI_Init(&argc, &argv);
    if (argc == 5 && (strcmp(argv[1], "train") == 0 || strcmp(argv[1], "turns") == 0)) {
        status = run_words(strcmp(argv[1], "turns") == 0, argv + 2, &error);
    } else if (argc == 2 && strcmp(argv[1], "sum") == 0) {
        status = sum_words(&error);
    }
    if (status != MDGAN_OK) {
        fprintf(stderr, "mdgan_scaling: %s\n", error.text);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Finalize();
    return 0;
}
