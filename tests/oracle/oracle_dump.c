/* SPDX-License-Identifier: BSD-3-Clause */
/* What test_gradients.py repeats with another program: trains a little, saves the checkpoint, and writes down all that
 * goes into and comes out of one critic pass and one generator pass over the next batch. Then it trains on by one
 * iteration, which sees the same batch, and saves that too.
 *   oracle_dump {linear|random} {conv|mlp} {penalty|clip} COMPONENTS {0|1|molecules: isotropic} WINDOW BEFORE DUMP
 * AFTER */
#include <hdf5.h>

#include "../unit/trained.h"
#include "gan/trainer.h"
#include "nn/random.h"
#include "parallel/comm.h"

enum { N_BEFORE = 6, N_ARGUMENT = 10 };

static const char *const mix_name[] = {"mix0", "mix1", "mix2", "mix3"};
static const char *const state_name[] = {"state0", "state1", "state2", "state3",
                                         "state4", "state5", "state6", "state7"};
static const char *const kick_name[] = {"kick0", "kick1", "kick2", "kick3", "kick4", "kick5", "kick6"};

/* Rates that make the networks matter within a few iterations, also beside a linear part, and an anchor that pulls
 * about as much as the critics. */
static mdgan_train_config config_of(char **const word)
{
    const mdgan_init init = strcmp(word[0], "random") == 0 ? MDGAN_INIT_RANDOM : MDGAN_INIT_LINEAR;
    mdgan_train_config c = small_config(init, N_BEFORE);
    c.critic = strcmp(word[1], "mlp") == 0 ? MDGAN_CRITIC_MLP : MDGAN_CRITIC_CONV;
    c.lipschitz = strcmp(word[2], "clip") == 0 ? MDGAN_LIPSCHITZ_CLIP : MDGAN_LIPSCHITZ_PENALTY;
    c.clip = 0.2;
    c.critic_steps = 1;
    c.window = strtoul(word[5], NULL, 10);
    c.batch = 16;
    c.anchor = init == MDGAN_INIT_LINEAR ? 50 : 0;
    c.rate_generator = 0.02;
    c.rate_critic = 0.01;
    c.evaluate = 1000;
    return c;
}

static void make_data(mdgan_dataset *const data, char **const word, const size_t window)
{
    const size_t n_component = strtoul(word[3], NULL, 10);
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, n_component, strcmp(word[4], "0") != 0);
    const oscillator axes[3] = {{0.9, 0.5}, {0.9, 1.4}, {0.9, 2.4}};
    if (strcmp(word[4], "molecules") == 0) {
        synthetic_molecules(data, &f, 24, 8 * window, axes, 31);
    } else {
        synthetic_oscillators(data, &f, 24, 8 * window, (oscillator){0.9, 0.8}, 31);
    }
}

static void put(const hid_t file, const char *const name, const hid_t type, const size_t n, const void *const data)
{
    const hsize_t size = n;
    const hid_t space = H5Screate_simple(1, &size, NULL);
    const hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

/* The n values at a pointer in each shard, `offset` bytes from its start, one shard after the other: [batch][...]. */
static void put_member(const hid_t file, const char *const name, const trainer *const t, const size_t offset,
                       const size_t n)
{
    real *const all = malloc(N_SHARD * n * sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < N_SHARD; i++) {
        const char *const s = (const char *)&t->shard[i];
        memcpy(all + i * n, *(const real *const *)(s + offset), n * sizeof *all);
    }
    put(file, name, H5T_NATIVE_FLOAT, N_SHARD * n, all);
    free(all);
}

/* Generated or real pairs: [batch][2M][D]. */
static void put_pairs(const hid_t file, const char *const name, const trainer *const t,
                      real *(*const pair)(const shard *, const networks *, size_t))
{
    const size_t n = t->config.batch / N_SHARD, size = t->net.window.sample;
    real *const all = malloc(t->config.batch * size * sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < t->config.batch; i++) {
        memcpy(all + i * size, pair(&t->shard[i / n], &t->net, i % n), size * sizeof *all);
    }
    put(file, name, H5T_NATIVE_FLOAT, t->config.batch * size, all);
    free(all);
}

static void put_samples(const hid_t file, const trainer *const t)
{
    const architecture *const a = &t->net.generator.arch;
    const schedule *const plan = &t->net.schedule;
    const size_t n = t->config.batch / N_SHARD, size = a->window * a->component;
    for (size_t k = 0; k < plan->n_state; k++) {
        put_member(file, state_name[k], t, offsetof(shard, state) + k * sizeof(real *), n * a->latent);
    }
    for (size_t k = 0; k + 1 < plan->n_state; k++) {
        put_member(file, kick_name[k], t, offsetof(shard, kick) + k * sizeof(real *), n * a->latent);
    }
    put_member(file, "settled", t, offsetof(shard, settled), n * a->latent);
    put_member(file, "noise", t, offsetof(shard, window) + offsetof(window_tape, noise), n * plan->n_window * size);
    put_member(file, "windows", t, offsetof(shard, windows), n * plan->n_window * size);
    put_pairs(file, "fake", t, shard_fake);
    put_pairs(file, "actual", t, shard_actual);
    put(file, "start", H5T_NATIVE_ULLONG, t->config.batch, t->picks);
    put(file, "offset", H5T_NATIVE_ULLONG, t->config.batch, t->picks + t->config.batch);
}

/* The numbers of the interpolation do not outlive their critic; the last one's must be those that are there. */
static void put_mix(const hid_t file, const trainer *const t)
{
    const size_t n = t->config.batch / N_SHARD;
    real *const mix = malloc(t->config.batch * sizeof *mix);
    assert_non_null(mix);
    for (size_t j = 0; j <= t->net.n_latent; j++) {
        for (size_t i = 0; i < N_SHARD; i++) {
            random_uniform((random_key){t->config.seed, RANDOM_PENALTY}, t->iteration, (uint32_t)(i * 16 + j), n,
                           mix + i * n);
        }
        put(file, mix_name[j], H5T_NATIVE_FLOAT, t->config.batch, mix);
    }
    assert_memory_equal(mix + (N_SHARD - 1) * n, t->shard[N_SHARD - 1].mix, n * sizeof *mix);
    free(mix);
}

static void critic_pass(trainer *const t, const hid_t file)
{
    const size_t n = t->config.batch / N_SHARD, n_critic = t->net.n_critic_parameter;
    double sums[5] = {0};
    mdgan_error error = {""};
    for (size_t i = 0; i < N_SHARD; i++) {
        shard *const s = &t->shard[i];
        shard_generate(s, &t->net, trainer_generator_weights(t, 0), t->config.seed, t->iteration, t->pool, true);
        for (size_t j = 0; j < n; j++) {
            sample_data_draw(&t->data, t->config.seed, t->iteration, (uint32_t)(i * n + j),
                             shard_actual(s, &t->net, j));
        }
        const shard_sums part = shard_critic_backward(s, &t->net, trainer_critic_weights(t, 0), t->config.seed,
                                                      t->iteration, t->critic_gradient + i * n_critic);
        const double row[] = {part.window.fake, part.window.real, part.window.penalty, part.latent,
                              part.latent_penalty};
        for (size_t k = 0; k < 5; k++) {
            sums[k] += row[k] / (double)t->config.batch;
        }
    }
    assert_ok(comm_sum_shards(t->comm, t->threads, t->critic_gradient, N_SHARD, n_critic, &error), &error);
    put(file, "critic_losses", H5T_NATIVE_DOUBLE, 5, sums);
    put(file, "critic_gradient", H5T_NATIVE_FLOAT, n_critic, t->critic_gradient);
}

/* The running gaps of the anchors are left as they were: the next iteration will take in the same windows. */
static void latent_anchor_pass(trainer *const t, const hid_t file)
{
    latent_anchor *const a = &t->latent_anchor;
    const size_t n = t->config.batch / N_SHARD, n_gap = a->n_gap * sizeof *a->gap, w = t->net.generator.arch.latent;
    float *const before = malloc(n_gap);
    mdgan_error error = {""};
    assert_non_null(before);
    memcpy(before, a->gap, n_gap);
    for (size_t i = 0; i < N_SHARD; i++) {
        const shard *const s = &t->shard[i];
        latent_anchor_measure(a, n, s->settled, shard_last_state(s, &t->net), t->anchor_sums + i * a->n_gap,
                              t->anchor_work + i * t->anchor_work_size);
    }
    assert_ok(comm_sum_doubles(t->comm, t->threads, t->anchor_sums, N_SHARD, a->n_gap, &error), &error);
    latent_anchor_update(a, t->config.batch, t->anchor_sums);
    for (size_t i = 0; i < N_SHARD; i++) {
        const shard *const s = &t->shard[i];
        latent_anchor_gradient(a, n, t->config.batch, s->settled, shard_last_state(s, &t->net),
                               t->latent_pull + i * n * w);
    }
    put(file, "latent_target", H5T_NATIVE_FLOAT, a->n_gap / 2, a->evolve);
    put(file, "latent_gap", H5T_NATIVE_FLOAT, a->n_gap, a->gap);
    put(file, "latent_pull", H5T_NATIVE_FLOAT, t->config.batch * w, t->latent_pull);
    memcpy(a->gap, before, n_gap);
    free(before);
}

static void anchor_pass(trainer *const t, const hid_t file)
{
    anchor *const a = &t->anchor;
    const size_t n = t->config.batch / N_SHARD, n_gap = a->n_gap * sizeof *a->gap;
    const size_t size = t->net.schedule.n_window * a->window * a->n_component;
    float *const before = malloc(n_gap), *const pull = malloc(t->config.batch * size * sizeof *pull);
    mdgan_error error = {""};
    assert_true(before && pull);
    memcpy(before, a->gap, n_gap);
    for (size_t i = 0; i < N_SHARD; i++) {
        anchor_measure(a, n, t->shard[i].windows, t->anchor_sums + i * a->n_gap,
                       t->anchor_work + i * t->anchor_work_size);
    }
    assert_ok(comm_sum_doubles(t->comm, t->threads, t->anchor_sums, N_SHARD, a->n_gap, &error), &error);
    anchor_update(a, t->config.batch, N_SHARD, t->anchor_sums);
    for (size_t i = 0; i < N_SHARD; i++) {
        anchor_gradient(a, n, t->config.batch, t->shard[i].d_window, t->anchor_work + i * t->anchor_work_size);
        memcpy(pull + i * n * size, t->shard[i].d_window, n * size * sizeof *pull);
    }
    put(file, "anchor_target", H5T_NATIVE_DOUBLE, a->n_bin, a->target);
    put(file, "anchor_gap", H5T_NATIVE_FLOAT, a->n_gap, a->gap);
    put(file, "anchor_pull", H5T_NATIVE_FLOAT, t->config.batch * size, pull);
    memcpy(a->gap, before, n_gap);
    free(before);
    free(pull);
}

static void generator_pass(trainer *const t, const hid_t file)
{
    const size_t n = t->config.batch / N_SHARD, n_generator = t->net.generator.n_parameter;
    const size_t w = t->net.generator.arch.latent;
    const bool anchored = t->anchor.weight > 0;
    mdgan_error error = {""};
    if (anchored) {
        latent_anchor_pass(t, file);
        anchor_pass(t, file);
    }
    for (size_t i = 0; i < N_SHARD; i++) {
        shard_generator_backward(&t->shard[i], &t->net, t->generator.theta, trainer_critic_weights(t, 0), anchored,
                                 anchored ? t->latent_pull + i * n * w : NULL, t->generator_gradient + i * n_generator);
    }
    assert_ok(comm_sum_shards(t->comm, t->threads, t->generator_gradient, N_SHARD, n_generator, &error), &error);
    put(file, "generator_gradient", H5T_NATIVE_FLOAT, n_generator, t->generator_gradient);
}

static void write_passes(trainer *const t, const hid_t file)
{
    critic_pass(t, file);
    put_samples(file, t);
    put_mix(file, t);
    generator_pass(t, file);
}

static void train_to(trainer *const t, const size_t iterations)
{
    mdgan_error error = {""};
    t->config.iterations = iterations;
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
}

static void save(const trainer *const t, const char *const path)
{
    mdgan_model *model = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_trainer_model(t, true, &model, &error), &error);
    assert_ok(mdgan_model_save(model, path, &error), &error);
    mdgan_model_destroy(model);
}

/* After so few iterations the pull of cycles is some 1e-5 of all, too little for its faults to be seen. */
static void exaggerate_cycles(anchor *const a)
{
    const size_t before = a->n_bin + a->window * a->n_component;
    for (size_t i = before; i < a->n_gap; i++) {
        a->gap[i] *= 1000;
    }
}

int main(const int argc, char **const argv)
{
    if (argc != N_ARGUMENT) {
        fprintf(stderr, "usage: oracle_dump INIT CRITIC LIPSCHITZ COMPONENTS {0|1|molecules: isotropic} WINDOW BEFORE "
                        "DUMP AFTER\n");
        return 2;
    }
    char **const word = argv + 1;
    const mdgan_train_config config = config_of(word);
    mdgan_comm *comm = NULL;
    mdgan_dataset data = {0};
    trainer *t = NULL;
    mdgan_error error = {""};
    make_data(&data, word, config.window);
    assert_ok(mdgan_comm_create_serial(&comm, &error), &error);
    assert_ok(mdgan_trainer_create(&t, &config, &data, comm, &error), &error);
    const hid_t file = H5Fcreate(word[7], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    put(file, "start_weights", H5T_NATIVE_FLOAT, t->net.generator.n_parameter, t->generator.theta);
    train_to(t, N_BEFORE);
    exaggerate_cycles(&t->anchor);
    save(t, word[6]);
    write_passes(t, file);
    train_to(t, N_BEFORE + 1);
    save(t, word[8]);
    put(file, "next_generator_gradient", H5T_NATIVE_FLOAT, t->net.generator.n_parameter, t->generator_gradient);
    assert_true(H5Fclose(file) >= 0);
    mdgan_trainer_destroy(t);
    mdgan_dataset_clear(&data);
    mdgan_comm_destroy(comm);
    return 0;
}
