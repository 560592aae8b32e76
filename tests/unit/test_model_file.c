/* SPDX-License-Identifier: BSD-3-Clause */
#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "features.h"
#include "gan/schedule.h"
#include "scratch.h"
#include "synthetic.h"

static void fill(float *const vector, const uint64_t n, const float start)
{
    for (uint64_t i = 0; i < n; i++) {
        vector[i] = start + 0.001f * (float)i;
    }
}

/* A model whose every member has a value of its own; with 0 states of the paper's form. */
static mdgan_model *model_of(const uint64_t n_state)
{
    mdgan_model *const m = model_new();
    m->feature = bond_velocity(0.1 + 0.2);
    m->feature.reversible = false;
    m->arch = (architecture){
        .window = 16, .component = 3, .latent = 12, .state = n_state, .shared = n_state > 0, .channel = 4, .hidden = 8};
    for (size_t d = 0; d < 3; d++) {
        m->mean[d] = 0.01 * (double)d - 1e-17;
        m->scale[d] = 0.5 + 0.1 * (double)d;
    }
    m->modes.matrix[0] = 0.99;
    generator g;
    assert_int_equal(generator_layout(&g, &m->arch, NULL), MDGAN_OK);
    m->n_weight = g.n_parameter;
    m->weight = malloc(m->n_weight * sizeof(float));
    fill(m->weight, m->n_weight, -1);
    m->iterations = 12345;
    m->score = 1.1;
    m->start_score = 1.2;
    m->train_seconds = 99.5;
    strcpy(m->start, "relaxation spectrum, 4 states");
    return m;
}

static mdgan_model *sample_model(void)
{
    return model_of(4);
}

static void sample_checkpoint(mdgan_model *const m)
{
    /* A new member needs a row in the table of model_file.c and a value here. */
    assert_int_equal(sizeof(mdgan_train_config), 184);
    checkpoint *const c = calloc(1, sizeof *c);
    m->resume = c;
    mdgan_train_config *const f = &c->config;
    f->size = sizeof *f;
    f->seed = UINT64_MAX;
    f->window = 16;
    f->init = m->arch.state > 0 ? MDGAN_INIT_LINEAR : MDGAN_INIT_RANDOM;
    f->latent = m->arch.state > 0 ? m->arch.state : m->arch.latent;
    f->channel = m->arch.channel;
    f->hidden = m->arch.hidden;
    f->critic = MDGAN_CRITIC_MLP;
    f->lipschitz = MDGAN_LIPSCHITZ_CLIP;
    f->penalty = 0.1;
    f->clip = 0.2;
    f->batch = 24;
    f->critic_steps = 25;
    f->iterations = 26;
    f->seconds = 0.3;
    f->target = 0.35;
    f->rate_generator = 0.4;
    f->rate_critic = 0.5;
    f->rate_linear = 0.6;
    f->anchor = 0.65;
    f->carry = 0.7;
    f->holdout = 0.8;
    f->evaluate = 27;
    f->threads = 28;
    c->iteration = 29;
    c->n_entity = 30;
    c->n_frame = 31;
    c->n_generator = m->n_weight;
    networks net;
    assert_int_equal(networks_layout(&net, f, &m->arch, NULL), MDGAN_OK);
    c->n_critic = net.n_critic_parameter;
    c->n_pool = f->batch * m->arch.latent;
    c->n_anchor = m->arch.state > 0 ? 9 : 0;
    c->seconds = 0.9;
    c->start_score = 1.5;
    c->best_score = 1.25;
    c->best_iteration = 17;
    assert_true(checkpoint_allocate(c));
    float *const vector[] = {c->generator, c->generator_mean, c->generator_m, c->generator_v, c->critic,
                             c->critic_m,  c->critic_v,       c->pool,        c->anchor};
    const uint64_t n[] = {c->n_generator, c->n_generator, c->n_generator, c->n_generator, c->n_critic,
                          c->n_critic,    c->n_critic,    c->n_pool,      c->n_anchor};
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
        fill(vector[i], n[i], (float)i);
    }
}

static void assert_vector_equal(const float *const a, const float *const b, const uint64_t n)
{
    assert_memory_equal(a, b, n * sizeof(float));
}

static void assert_checkpoint_equal(const checkpoint *const a, const checkpoint *const b)
{
    /* Both come from calloc and are filled in member by member, so that padding is equal as well. */
    assert_memory_equal(&a->config, &b->config, sizeof a->config);
    assert_int_equal(a->iteration, b->iteration);
    assert_int_equal(a->n_entity, b->n_entity);
    assert_int_equal(a->n_frame, b->n_frame);
    assert_int_equal(a->n_generator, b->n_generator);
    assert_int_equal(a->n_critic, b->n_critic);
    assert_int_equal(a->n_pool, b->n_pool);
    assert_int_equal(a->n_anchor, b->n_anchor);
    assert_true(a->seconds == b->seconds && a->start_score == b->start_score && a->best_score == b->best_score &&
                a->best_iteration == b->best_iteration);
    assert_vector_equal(a->generator, b->generator, a->n_generator);
    assert_vector_equal(a->generator_mean, b->generator_mean, a->n_generator);
    assert_vector_equal(a->generator_m, b->generator_m, a->n_generator);
    assert_vector_equal(a->generator_v, b->generator_v, a->n_generator);
    assert_vector_equal(a->critic, b->critic, a->n_critic);
    assert_vector_equal(a->critic_m, b->critic_m, a->n_critic);
    assert_vector_equal(a->critic_v, b->critic_v, a->n_critic);
    assert_vector_equal(a->pool, b->pool, a->n_pool);
    assert_vector_equal(a->anchor, b->anchor, a->n_anchor);
}

static void assert_model_equal(const mdgan_model *const a, const mdgan_model *const b)
{
    assert_string_equal(a->feature.name, b->feature.name);
    assert_int_equal(mdgan_feature_match(&a->feature, &b->feature, NULL), MDGAN_OK);
    assert_true(a->feature.dt == b->feature.dt);
    assert_int_equal(a->feature.isotropic, b->feature.isotropic);
    assert_int_equal(a->feature.reversible, b->feature.reversible);
    assert_memory_equal(&a->arch, &b->arch, sizeof a->arch);
    assert_memory_equal(a->mean, b->mean, sizeof a->mean);
    assert_memory_equal(a->scale, b->scale, sizeof a->scale);
    assert_memory_equal(&a->modes, &b->modes, sizeof a->modes);
    assert_int_equal(a->n_weight, b->n_weight);
    assert_vector_equal(a->weight, b->weight, a->n_weight);
    assert_int_equal(a->iterations, b->iterations);
    assert_true(a->score == b->score && a->start_score == b->start_score && a->train_seconds == b->train_seconds);
    assert_string_equal(a->start, b->start);
    assert_int_equal(a->resume != NULL, b->resume != NULL);
    if (a->resume && b->resume) {
        assert_checkpoint_equal(a->resume, b->resume);
    }
}

static void save_and_load_give_the_same_model(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "model.h5");
    const struct {
        uint64_t n_state;
        bool with_checkpoint;
    } kind[] = {{4, false}, {4, true}, {0, false}, {0, true}};
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
        mdgan_model *const model = model_of(kind[i].n_state);
        mdgan_model *loaded = NULL;
        mdgan_error error = {""};
        if (kind[i].with_checkpoint) {
            sample_checkpoint(model);
        }
        assert_ok(mdgan_model_save(model, path, &error), &error);
        assert_ok(mdgan_model_load(&loaded, path, &error), &error);
        assert_model_equal(model, loaded);
        mdgan_model_destroy(loaded);
        mdgan_model_destroy(model);
        assert_int_equal(scratch_count(s), 1);
    }
}

static void equal_models_are_equal_bytes(void **const state)
{
    (void)state;
    mdgan_model *const model = sample_model();
    mdgan_model *unpacked = NULL;
    void *first, *second;
    size_t n_first, n_second;
    sample_checkpoint(model);
    assert_int_equal(mdgan_model_pack(model, &first, &n_first, NULL), MDGAN_OK);
    assert_int_equal(mdgan_model_unpack(&unpacked, first, n_first, NULL), MDGAN_OK);
    /* HDF5 would put the second of the day into every object. */
    sleep(1);
    assert_int_equal(mdgan_model_pack(unpacked, &second, &n_second, NULL), MDGAN_OK);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);
    free(first);
    free(second);
    mdgan_model_destroy(unpacked);
    mdgan_model_destroy(model);
}

static void copy_and_info(void **const state)
{
    (void)state;
    mdgan_model *const model = sample_model();
    sample_checkpoint(model);
    mdgan_model *const copy = model_copy(model);
    assert_null(copy->resume);
    assert_ptr_not_equal(copy->weight, model->weight);
    assert_vector_equal(copy->weight, model->weight, model->n_weight);
    const mdgan_model_info info = mdgan_model_info_get(model);
    assert_int_equal(info.window, 16);
    assert_int_equal(info.latent, 12);
    assert_int_equal(info.n_weight, model->n_weight);
    assert_int_equal(info.iterations, 12345);
    assert_true(info.checkpoint);
    assert_true(info.linear);
    assert_float_equal(info.scale, sqrt((0.25 + 0.36 + 0.49) / 3), 1e-12);
    assert_string_equal(info.start, "relaxation spectrum, 4 states");
    mdgan_model_destroy(copy);
    mdgan_model_destroy(model);
    mdgan_model_destroy(NULL);
}

static void assert_load_fails(const char *const path, const mdgan_status expected, const char *const word)
{
    mdgan_model *loaded = NULL;
    mdgan_error error = {""};
    const mdgan_status status = mdgan_model_load(&loaded, path, &error);
    assert_null(loaded);
    assert_fails(status, expected, &error, path);
    assert_fails(status, expected, &error, word);
}

static void save_sample(const char *const path)
{
    mdgan_model *const model = sample_model();
    sample_checkpoint(model);
    assert_int_equal(mdgan_model_save(model, path, NULL), MDGAN_OK);
    mdgan_model_destroy(model);
}

static void foreign_and_missing_files(void **const state)
{
    scratch *const s = *state;
    assert_load_fails(scratch_path(s, "none.h5"), MDGAN_FILE, "No such file");
    assert_load_fails(s->directory, MDGAN_FILE, "not a regular file");
    const char *const path = scratch_path(s, "text.h5");
    scratch_text(path, "Step Temp\n0 300\n");
    assert_load_fails(path, MDGAN_FORMAT, "not an HDF5 file");
    scratch_text(path, "");
    assert_load_fails(path, MDGAN_FORMAT, "not an HDF5 file");
    H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    assert_load_fails(path, MDGAN_FORMAT, "schema is missing");
    remove(path);
}

static void truncated_files(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "cut.h5");
    save_sample(path);
    struct stat whole;
    assert_int_equal(stat(path, &whole), 0);
    const long length[] = {1, 8, 100, whole.st_size / 3, whole.st_size / 2, whole.st_size - 1};
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        save_sample(path);
        assert_int_equal(scratch_truncate(path, length[i]), whole.st_size);
        assert_load_fails(path, MDGAN_FORMAT, length[i] <= 8 ? "not an HDF5 file" : "truncated");
    }
    remove(path);
}

/* Damages one byte after the other; 0 if every outcome is sound. */
static int damage_all(const mdgan_model *const model)
{
    void *bytes;
    size_t n_byte, refused = 0, tried = 0;
    if (mdgan_model_pack(model, &bytes, &n_byte, NULL) != MDGAN_OK) {
        return 1;
    }
    for (size_t at = 0; at < n_byte; at += at < 4096 ? 13 : 997, tried++) {
        mdgan_model *unpacked = NULL;
        mdgan_error error = {""};
        ((unsigned char *)bytes)[at] ^= 0x55;
        const mdgan_status status = mdgan_model_unpack(&unpacked, bytes, n_byte, &error);
        ((unsigned char *)bytes)[at] ^= 0x55;
        if ((status == MDGAN_OK) != (unpacked != NULL) || (status != MDGAN_OK && !error.text[0])) {
            return 2;
        }
        if (status == MDGAN_OK && model_check(unpacked, NULL) != MDGAN_OK) {
            return 3;
        }
        refused += status != MDGAN_OK;
        mdgan_model_destroy(unpacked);
    }
    free(bytes);
    /* Checksums find most of it; the rest are bytes nobody uses. */
    return refused > tried / 2 ? 0 : 4;
}

/* Any damaged byte gives either an error or a model that passes all checks, never a crash. In a process of its own:
 * HDF5 1.10 loses memory when a header's checksum is wrong, and complains about it at exit. */
static void damaged_bytes(void **const state)
{
    (void)state;
    mdgan_model *const model = sample_model();
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        _exit(damage_all(model));
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    mdgan_model_destroy(model);
}

static void attribute_set(const char *const path, const char *const object, const char *const name, const hid_t type,
                          const void *const value)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t at = H5Oopen(file, object, H5P_DEFAULT), attribute = H5Aopen(at, name, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Oclose(at);
    H5Fclose(file);
}

static void word_set(const char *const path, const char *const object, const char *const name, const char *const word)
{
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, strlen(word) + 1);
    H5Tset_cset(text, H5T_CSET_UTF8);
    attribute_set(path, object, name, text, word);
    H5Tclose(text);
}

static void wrong_attributes(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "wrong.h5");
    const int64_t newer = 4;
    const uint64_t window = 11, many = UINT64_MAX, four = 4;
    const double not_a_number = NAN, negative = -1;
    const struct {
        const char *object, *name;
        hid_t type;
        const void *value;
        mdgan_status status;
        const char *word;
    } wrong[] = {
        {"/", "schema_version", H5T_NATIVE_INT64, &newer, MDGAN_VERSION, "install a newer mdgan"},
        {"architecture", "window", H5T_NATIVE_UINT64, &window, MDGAN_FORMAT, "window of 11"},
        {"architecture", "hidden", H5T_NATIVE_UINT64, &many, MDGAN_FORMAT, "architecture/hidden"},
        {"feature", "components", H5T_NATIVE_UINT64, &many, MDGAN_FORMAT, "scaling/mean"},
        {"feature", "dt", H5T_NATIVE_DOUBLE, &negative, MDGAN_FORMAT, "time -1"},
        {"feature", "isotropic", H5T_NATIVE_UINT64, &window, MDGAN_FORMAT, "feature/isotropic"},
        {"feature", "kind", H5I_INVALID_HID, "VELOCITY", MDGAN_FORMAT, "feature/kind"},
        {"metrics", "score", H5T_NATIVE_DOUBLE, &not_a_number, MDGAN_FORMAT, "metrics/score is nan"},
        {"scaling", "mode_values", H5T_NATIVE_UINT64, &four, MDGAN_FORMAT, "scaling/modes"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_sample(path);
        if (wrong[i].type < 0) {
            word_set(path, wrong[i].object, wrong[i].name, wrong[i].value);
        } else {
            attribute_set(path, wrong[i].object, wrong[i].name, wrong[i].type, wrong[i].value);
        }
        assert_load_fails(path, wrong[i].status, wrong[i].word);
    }
    save_sample(path);
    const double scale[3] = {1, not_a_number, 1};
    attribute_set(path, "scaling", "scale", H5T_NATIVE_DOUBLE, scale);
    assert_load_fails(path, MDGAN_FORMAT, "scaling/scale[1] is nan");
    remove(path);
}

/* Version 1 knew no molecules' frames. */
static void files_without_a_frame(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "old.h5");
    const int64_t one = 1;
    save_sample(path);
    attribute_set(path, "/", "schema_version", H5T_NATIVE_INT64, &one);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Adelete_by_name(file, "architecture", "frame", H5P_DEFAULT) >= 0);
    H5Fclose(file);
    mdgan_model *model = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_model_load(&model, path, &error), &error);
    assert_int_equal(model->arch.frame, 0);
    mdgan_model_destroy(model);
    remove(path);
}

/* The number of frames came later. */
static void checkpoints_without_frames(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "old.h5");
    mdgan_model *model = sample_model();
    mdgan_error error = {""};
    sample_checkpoint(model);
    assert_ok(mdgan_model_save(model, path, &error), &error);
    mdgan_model_destroy(model);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Adelete_by_name(file, "checkpoint", "frames", H5P_DEFAULT) >= 0);
    H5Fclose(file);
    assert_ok(mdgan_model_load(&model, path, &error), &error);
    assert_int_equal(model->resume->n_entity, 30);
    assert_int_equal(model->resume->n_frame, 0);
    mdgan_model_destroy(model);
    remove(path);
}

static void orientations_keep_a_share(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "frame.h5");
    mdgan_model *const model = sample_model();
    model->arch.shared = 0;
    model->arch.frame = 1;
    model->arch.latent = 3 * 4 + 4;
    generator g;
    mdgan_error error = {""};
    assert_int_equal(generator_layout(&g, &model->arch, NULL), MDGAN_OK);
    free(model->weight);
    model->n_weight = g.n_parameter;
    model->weight = calloc(model->n_weight, sizeof *model->weight);
    model->weight[g.keep] = 0.99F;
    assert_ok(mdgan_model_save(model, path, &error), &error);
    mdgan_model *loaded = NULL;
    assert_ok(mdgan_model_load(&loaded, path, &error), &error);
    assert_int_equal(loaded->arch.frame, 1);
    mdgan_model_destroy(loaded);
    model->weight[g.keep] = 1.01F;
    assert_ok(mdgan_model_save(model, path, &error), &error);
    assert_load_fails(path, MDGAN_FORMAT, "what is kept of an orientation");
    mdgan_model_destroy(model);
    remove(path);
}

/* A resumed training takes its sizes from these. */
static void wrong_checkpoint_counts(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "wrong.h5");
    const struct {
        const char *name;
        uint64_t value;
        const char *word;
    } wrong[] = {
        {"batch", 0, "batch is 0"},
        {"batch", 26, "batch of 26 window pairs: must be a multiple of 4"},
        {"batch", 65540, "batch is 65540: must be between 4 and 65536"},
        {"batch", 28, "length of checkpoint/pool is 288"},
        {"window", 11, "window of 11"},
        {"window", 18, "checkpoint/window is 18"},
        {"window", UINT64_MAX, "window is 18446744073709551615"},
        {"latent", UINT64_MAX, "latent is"},
        {"channels", 0, "channel is 0"},
        {"channels", 5, "checkpoint/channels is 5"},
        {"channels", (uint64_t)1 << 62, "channel is 4611686018427387904"},
        {"hidden", 0, "hidden is 0"},
        {"hidden", 9, "checkpoint/hidden is 9"},
        {"hidden", UINT64_MAX, "hidden is"},
        {"critic_steps", 0, "critic_steps is 0"},
        {"evaluate", 0, "evaluate is 0"},
        {"threads", 0, "threads is 0"},
        {"threads", 1000000, "threads is 1000000"},
        {"iteration", UINT64_MAX, "checkpoint/iteration"},
        {"iteration", 16, "checkpoint/best_iteration is 17: must be between 0 and 16"},
        {"entities", 0, "checkpoint/entities is 0"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_sample(path);
        attribute_set(path, "checkpoint", wrong[i].name, H5T_NATIVE_UINT64, &wrong[i].value);
        assert_load_fails(path, MDGAN_FORMAT, wrong[i].word);
    }
    save_sample(path);
    word_set(path, "checkpoint", "init", "random");
    assert_load_fails(path, MDGAN_FORMAT, "checkpoint/init");
    remove(path);
}

static void wrong_checkpoint_reals(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "wrong.h5");
    const struct {
        const char *name;
        double value;
        const char *word;
    } wrong[] = {
        {"penalty", -1, "penalty is -1"},
        {"clip", NAN, "clip is nan"},
        {"seconds_limit", INFINITY, "seconds is inf"},
        {"target", -0.5, "target is -0.5"},
        {"rate_generator", NAN, "rate_generator is nan"},
        {"rate_critic", -INFINITY, "rate_critic is -inf"},
        {"rate_linear", 1e31, "rate_linear is 1e+31"},
        {"anchor", NAN, "anchor is nan"},
        {"carry", 1.5, "carry is 1.5"},
        {"holdout", 1, "holdout is 1: must be between 0 and 0.9"},
        {"seconds", -1, "checkpoint/seconds is -1"},
        {"start_score", NAN, "checkpoint/start_score is nan"},
        {"best_score", INFINITY, "checkpoint/best_score is inf"},
        {"best_iteration", 1e300, "checkpoint/best_iteration is 1e+300"},
        {"best_iteration", NAN, "checkpoint/best_iteration is nan"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_sample(path);
        attribute_set(path, "checkpoint", wrong[i].name, H5T_NATIVE_DOUBLE, &wrong[i].value);
        assert_load_fails(path, MDGAN_FORMAT, wrong[i].word);
    }
    remove(path);
}

static void missing_parts(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "part.h5");
    static const char *const part[] = {"feature", "weight", "checkpoint/pool", "metrics"};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        save_sample(path);
        const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        assert_true(H5Ldelete(file, part[i], H5P_DEFAULT) >= 0);
        H5Fclose(file);
        assert_load_fails(path, MDGAN_FORMAT, part[i]);
    }
    save_sample(path);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Adelete_by_name(file, "feature", "stride", H5P_DEFAULT) >= 0);
    H5Fclose(file);
    assert_load_fails(path, MDGAN_FORMAT, "feature/stride is missing");
    remove(path);
}

/* Replaces a vector by @p n values, of which the last is @p last; @p written: whether they are stored at all. */
static void replace_vector(const char *const path, const char *const name, const hsize_t n, const float last,
                           const bool written)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(1, &n, NULL);
    H5Ldelete(file, name, H5P_DEFAULT);
    const hid_t set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (written) {
        float *const value = calloc(n, sizeof *value);
        value[n - 1] = last;
        assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
        free(value);
    }
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

static void wrong_lengths_and_values(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "length.h5");
    mdgan_model *const model = sample_model();
    sample_checkpoint(model);
    const uint64_t n = model->n_weight, n_critic = model->resume->n_critic, n_pool = model->resume->n_pool;
    mdgan_model_destroy(model);
    save_sample(path);
    replace_vector(path, "weight", n - 1, 0, true);
    assert_load_fails(path, MDGAN_FORMAT, "number of weights");
    save_sample(path);
    replace_vector(path, "weight", n, NAN, true);
    assert_load_fails(path, MDGAN_FORMAT, "nan");
    save_sample(path);
    replace_vector(path, "checkpoint/generator_m", n + 1, 0, true);
    assert_load_fails(path, MDGAN_FORMAT, "checkpoint/generator_m has");
    save_sample(path);
    replace_vector(path, "checkpoint/critic_v", n_critic, INFINITY, true);
    assert_load_fails(path, MDGAN_FORMAT, "is inf, not a finite number");
    save_sample(path);
    replace_vector(path, "checkpoint/critic", n_critic + 1, 0, true);
    replace_vector(path, "checkpoint/critic_m", n_critic + 1, 0, true);
    replace_vector(path, "checkpoint/critic_v", n_critic + 1, 0, true);
    assert_load_fails(path, MDGAN_FORMAT, "length of checkpoint/critic is");
    save_sample(path);
    replace_vector(path, "checkpoint/pool", n_pool - 12, 0, true);
    assert_load_fails(path, MDGAN_FORMAT, "length of checkpoint/pool is 276: must be between 288 and 288");
    save_sample(path);
    replace_vector(path, "checkpoint/anchor", 3000, 0, true);
    assert_load_fails(path, MDGAN_FORMAT, "length of checkpoint/anchor is 3000: must be between 0 and 2592");
    /* A length that nothing in the file stands behind must not become an allocation. */
    save_sample(path);
    replace_vector(path, "weight", (hsize_t)1 << 40, 0, false);
    assert_load_fails(path, MDGAN_FORMAT, "weight is not a whole vector");
    remove(path);
}

static void unwritable_targets(void **const state)
{
    scratch *const s = *state;
    mdgan_model *const model = sample_model();
    mdgan_error error = {""};
    char missing[SCRATCH_LENGTH + 16];
    snprintf(missing, sizeof missing, "%s/none/model.h5", s->directory);
    assert_fails(mdgan_model_save(model, missing, &error), MDGAN_FILE, &error, "/none' does not exist; create it");
    assert_fails(mdgan_model_save(model, s->directory, &error), MDGAN_FILE, &error, "a directory");
    assert_fails(mdgan_model_save(model, "/dev/full", &error), MDGAN_FILE, &error, "not a regular file");
    assert_fails(mdgan_model_save(model, "", &error), MDGAN_FILE, &error, "without a name");
    assert_int_equal(scratch_count(s), 0);
    mdgan_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(save_and_load_give_the_same_model),
        cmocka_unit_test(equal_models_are_equal_bytes),
        cmocka_unit_test(copy_and_info),
        cmocka_unit_test_setup_teardown(foreign_and_missing_files, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(truncated_files, scratch_setup, scratch_teardown),
        cmocka_unit_test(damaged_bytes),
        cmocka_unit_test_setup_teardown(wrong_attributes, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(files_without_a_frame, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(checkpoints_without_frames, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(orientations_keep_a_share, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(wrong_checkpoint_counts, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(wrong_checkpoint_reals, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(missing_parts, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(wrong_lengths_and_values, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(unwritable_targets, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
