/* SPDX-License-Identifier: BSD-3-Clause */
/* Models and checkpoints as HDF5 (docs/file-formats.md). A file is made and read in memory: the same bytes serve disks,
 * restart files and other ranks, and a full disk is met by one write() instead of inside HDF5. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/model.h"
#include "io/atomic_file.h"
#include "io/field.h"

static const char schema[] = "mdgan-model";
static const char checkpoint_group[] = "checkpoint";

enum { SCHEMA_VERSION = 3 };

static const field architecture_field[] = {
    FIELD("window", FIELD_UINT, architecture, window), FIELD("components", FIELD_UINT, architecture, component),
    FIELD("latent", FIELD_UINT, architecture, latent), FIELD("states", FIELD_UINT, architecture, state),
    FIELD("shared", FIELD_UINT, architecture, shared), FIELD("channels", FIELD_UINT, architecture, channel),
    FIELD("hidden", FIELD_UINT, architecture, hidden), FIELD_LATE("frame", FIELD_UINT, architecture, frame),
};

#define SCALING(name, member, count, capacity)                                                                         \
    {                                                                                                                  \
        name, FIELD_REALS, offsetof(mdgan_model, member), offsetof(mdgan_model, count), NULL, capacity, false          \
    }
static const field scaling_field[] = {
    SCALING("mean", mean, feature.n_component, MDGAN_COMPONENT_MAX),
    SCALING("scale", scale, feature.n_component, MDGAN_COMPONENT_MAX),
    FIELD("mode_values", FIELD_SIZE, mdgan_model, modes.n_value),
    SCALING("modes", modes.matrix, modes.n_value, MODES_MAX),
};

static const field metrics_field[] = {
    FIELD("iterations", FIELD_UINT, mdgan_model, iterations),
    FIELD("score", FIELD_REAL, mdgan_model, score),
    FIELD("start_score", FIELD_REAL, mdgan_model, start_score),
    FIELD("train_seconds", FIELD_REAL, mdgan_model, train_seconds),
    FIELD("start", FIELD_TEXT, mdgan_model, start),
};

static const field checkpoint_field[] = {
    FIELD("seed", FIELD_UINT, checkpoint, config.seed),
    FIELD("window", FIELD_SIZE, checkpoint, config.window),
    FIELD_ENUM("init", checkpoint, config.init, "linear random"),
    FIELD("latent", FIELD_SIZE, checkpoint, config.latent),
    FIELD("channels", FIELD_SIZE, checkpoint, config.channel),
    FIELD("hidden", FIELD_SIZE, checkpoint, config.hidden),
    FIELD_ENUM("critic", checkpoint, config.critic, "conv mlp"),
    FIELD_ENUM("lipschitz", checkpoint, config.lipschitz, "penalty clip"),
    FIELD("penalty", FIELD_REAL, checkpoint, config.penalty),
    FIELD("clip", FIELD_REAL, checkpoint, config.clip),
    FIELD("batch", FIELD_SIZE, checkpoint, config.batch),
    FIELD("critic_steps", FIELD_SIZE, checkpoint, config.critic_steps),
    FIELD("iterations", FIELD_SIZE, checkpoint, config.iterations),
    FIELD("seconds_limit", FIELD_REAL, checkpoint, config.seconds),
    FIELD("target", FIELD_REAL, checkpoint, config.target),
    FIELD("rate_generator", FIELD_REAL, checkpoint, config.rate_generator),
    FIELD("rate_critic", FIELD_REAL, checkpoint, config.rate_critic),
    FIELD("rate_linear", FIELD_REAL, checkpoint, config.rate_linear),
    FIELD("anchor", FIELD_REAL, checkpoint, config.anchor),
    FIELD("carry", FIELD_REAL, checkpoint, config.carry),
    FIELD("holdout", FIELD_REAL, checkpoint, config.holdout),
    FIELD("evaluate", FIELD_SIZE, checkpoint, config.evaluate),
    FIELD("threads", FIELD_SIZE, checkpoint, config.threads),
    FIELD("iteration", FIELD_UINT, checkpoint, iteration),
    FIELD("entities", FIELD_UINT, checkpoint, n_entity),
    FIELD_LATE("frames", FIELD_UINT, checkpoint, n_frame),
    FIELD("seconds", FIELD_REAL, checkpoint, seconds),
    FIELD("start_score", FIELD_REAL, checkpoint, start_score),
    FIELD("best_score", FIELD_REAL, checkpoint, best_score),
    FIELD("best_iteration", FIELD_REAL, checkpoint, best_iteration),
};

/* Group of attributes; the feature comes first, because the scaling's lengths follow from it. */
static const struct section {
    const char *name;
    const field *table;
    size_t n;
    size_t offset; /* of the table's struct in mdgan_model */
} section[] = {
    {"feature", feature_field, N_FEATURE_FIELD, offsetof(mdgan_model, feature)},
    {"architecture", architecture_field, sizeof architecture_field / sizeof *architecture_field,
     offsetof(mdgan_model, arch)},
    {"scaling", scaling_field, sizeof scaling_field / sizeof *scaling_field, 0},
    {"metrics", metrics_field, sizeof metrics_field / sizeof *metrics_field, 0},
};
enum { N_SECTION = sizeof section / sizeof *section };

/* Vectors of floats; those that share a count must be of equal length. */
typedef struct vector {
    const char *name;
    size_t data;  /* offset of a float * */
    size_t count; /* offset of its uint64_t */
} vector;

static const vector model_vector[] = {{"weight", offsetof(mdgan_model, weight), offsetof(mdgan_model, n_weight)}};

#define GENERATOR_VECTOR(member)                                                                                       \
    {                                                                                                                  \
#member, offsetof(checkpoint, member), offsetof(checkpoint, n_generator)                                       \
    }
#define CRITIC_VECTOR(member)                                                                                          \
    {                                                                                                                  \
#member, offsetof(checkpoint, member), offsetof(checkpoint, n_critic)                                          \
    }
static const vector checkpoint_vector[] = {
    GENERATOR_VECTOR(generator),
    GENERATOR_VECTOR(generator_mean),
    GENERATOR_VECTOR(generator_m),
    GENERATOR_VECTOR(generator_v),
    CRITIC_VECTOR(critic),
    CRITIC_VECTOR(critic_m),
    CRITIC_VECTOR(critic_v),
    {"pool", offsetof(checkpoint, pool), offsetof(checkpoint, n_pool)},
    {"anchor", offsetof(checkpoint, anchor), offsetof(checkpoint, n_anchor)},
};
enum { N_CHECKPOINT_VECTOR = sizeof checkpoint_vector / sizeof *checkpoint_vector };

/* ---- writing ---- */

static bool vector_put(const hid_t at, const vector *const v, const char *const object)
{
    static const hsize_t chunk_limit = 1 << 18;
    const float *const data = *(float *const *)(object + v->data);
    const hsize_t n = *(const uint64_t *)(object + v->count);
    const hsize_t chunk = n < chunk_limit ? n : chunk_limit;
    const hid_t space = H5Screate_simple(1, &n, NULL);
    const hid_t creation = h5_dataset_creation();
    /* The checksum tells a damaged weight from a real one. */
    if (n) {
        H5Pset_chunk(creation, 1, &chunk);
        H5Pset_fletcher32(creation);
    }
    const hid_t set = H5Dcreate2(at, v->name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool good = set >= 0 && (!n || H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    h5_close(set);
    h5_close(creation);
    h5_close(space);
    return good;
}

static bool section_put(const hid_t file, const char *const name, const field *const table, const size_t n,
                        const void *const object)
{
    const hid_t group = h5_group_create(file, name);
    const bool good = group >= 0 && field_put_all(group, table, n, object);
    h5_close(group);
    return good;
}

static bool checkpoint_put(const hid_t file, const checkpoint *const c)
{
    bool good =
        section_put(file, checkpoint_group, checkpoint_field, sizeof checkpoint_field / sizeof *checkpoint_field, c);
    const hid_t group = good ? H5Gopen2(file, checkpoint_group, H5P_DEFAULT) : H5I_INVALID_HID;
    for (size_t i = 0; i < N_CHECKPOINT_VECTOR && good; i++) {
        good = vector_put(group, &checkpoint_vector[i], (const char *)c);
    }
    h5_close(group);
    return good;
}

static bool model_put(const hid_t file, const mdgan_model *const model)
{
    bool good = schema_put(file, schema, SCHEMA_VERSION);
    for (size_t i = 0; i < N_SECTION && good; i++) {
        good =
            section_put(file, section[i].name, section[i].table, section[i].n, (const char *)model + section[i].offset);
    }
    good = good && vector_put(file, model_vector, (const char *)model);
    return good && (!model->resume || checkpoint_put(file, model->resume));
}

/* Access to a file in memory. */
static hid_t memory_access(void)
{
    static const size_t increment = 1 << 16;
    const hid_t access = h5_file_access();
    H5Pset_fapl_core(access, increment, false);
    return access;
}

/* HDF5 takes two open files of one name for one and the same, so the name is made of an address. */
static void memory_name(char *const name, const size_t capacity, const void *const address)
{
    snprintf(name, capacity, "mdgan-%" PRIxPTR, (uintptr_t)address);
}

/* The core driver asks for memory here; when its file is closed, the bytes are kept instead of freed.
 * (H5Fget_file_image of an open file would be simpler, but HDF5 1.10 leaves a wrong checksum in it.) */
static void *image_malloc(const size_t n_byte, const H5FD_file_image_op_t operation, void *const context)
{
    (void)operation;
    (void)context;
    return malloc(n_byte);
}

static void *image_copy(void *const to, const void *const from, const size_t n_byte,
                        const H5FD_file_image_op_t operation, void *const context)
{
    (void)operation;
    (void)context;
    return memcpy(to, from, n_byte);
}

static void *image_realloc(void *const bytes, const size_t n_byte, const H5FD_file_image_op_t operation,
                           void *const context)
{
    (void)operation;
    (void)context;
    return realloc(bytes, n_byte);
}

static herr_t image_free(void *const bytes, const H5FD_file_image_op_t operation, void *const context)
{
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
        *(void **)context = bytes;
    } else {
        free(bytes);
    }
    return 0;
}

static void *context_copy(void *const context)
{
    return context;
}

static herr_t context_free(void *const context)
{
    (void)context;
    return 0;
}

/* Length of a closed file in memory, which lies in a larger block: the end-of-file address in the superblock (version
 * 2, as h5_file_access() asks for), little-endian. 0 if it makes no sense. */
static size_t image_length(const unsigned char *const bytes, const size_t n_block)
{
    enum { ADDRESS = 28, ADDRESS_END = 36 };
    size_t n = 0;
    if (n_block < ADDRESS_END) {
        return 0;
    }
    for (size_t i = ADDRESS_END; i > ADDRESS; i--) {
        n = n << 8 | bytes[i - 1];
    }
    return n <= n_block ? n : 0;
}

/* Writes a model into memory; false on failure. @p bytes is the caller's in any case. */
static bool image_put(const mdgan_model *const model, void **const bytes, size_t *const n_byte)
{
    H5FD_file_image_callbacks_t callbacks = {image_malloc, image_copy,   image_realloc, image_free,
                                             context_copy, context_free, bytes};
    char name[64];
    hsize_t size = 0;
    memory_name(name, sizeof name, model);
    const hid_t creation = h5_file_creation(), access = memory_access();
    H5Pset_file_image_callbacks(access, &callbacks);
    const hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
    bool good = file >= 0 && model_put(file, model) && H5Fflush(file, H5F_SCOPE_LOCAL) >= 0 &&
                H5Fget_filesize(file, &size) >= 0;
    good = file >= 0 && H5Fclose(file) >= 0 && good;
    h5_close(access);
    h5_close(creation);
    *n_byte = *bytes ? image_length(*bytes, (size_t)size) : 0;
    return good && *n_byte > 0;
}

mdgan_status mdgan_model_pack(const mdgan_model *const model, void **const bytes, size_t *const n_byte,
                              mdgan_error *const error)
{
    *bytes = NULL;
    h5_session session;
    h5_begin(&session);
    const bool good = image_put(model, bytes, n_byte);
    h5_end(&session);
    if (good) {
        return MDGAN_OK;
    }
    free(*bytes);
    *bytes = NULL;
    *n_byte = 0;
    return mdgan_fail(error, MDGAN_MEMORY, "the model of '%s' cannot be packed: %s", model->feature.name,
                      h5_reason(&session, "out of memory"));
}

mdgan_status mdgan_model_save(const mdgan_model *const model, const char *const path, mdgan_error *const error)
{
    void *bytes;
    size_t n_byte;
    mdgan_status status = mdgan_model_pack(model, &bytes, &n_byte, error);
    if (status == MDGAN_OK) {
        status = atomic_file_write(path, bytes, n_byte, error);
    }
    free(bytes);
    return status;
}

/* ---- reading ---- */

/* Length of a one-dimensional data set whose values are all there; false if it is something else. */
static bool vector_length(const hid_t set, hsize_t *const n)
{
    const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    bool good = space >= 0 && type >= 0 && H5Tget_class(type) == H5T_FLOAT && H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, n, NULL) == 1;
    /* A damaged length must not make us ask for more memory than the file has bytes. */
    good = good && *n <= H5Dget_storage_size(set) / sizeof(float);
    h5_close(type);
    h5_close(space);
    return good;
}

/* The first vector of a count sets it, the others must agree. */
static mdgan_status vector_get(const hid_t at, const char *const section_name, const vector *const v,
                               char *const object, const bool counted, mdgan_error *const error)
{
    float **const data = (float **)(object + v->data);
    uint64_t *const count = (uint64_t *)(object + v->count);
    hsize_t n = 0;
    if (!h5_exists(at, v->name)) {
        return mdgan_fail(error, MDGAN_FORMAT, "data set %s/%s is missing", section_name, v->name);
    }
    const hid_t set = H5Dopen2(at, v->name, H5P_DEFAULT);
    mdgan_status status = MDGAN_OK;
    if (set < 0 || !vector_length(set, &n)) {
        status =
            mdgan_fail(error, MDGAN_FORMAT, "data set %s/%s is not a whole vector of reals", section_name, v->name);
    } else if (counted && n != *count) {
        status = mdgan_fail(error, MDGAN_FORMAT, "data set %s/%s has %llu values instead of %llu", section_name,
                            v->name, (unsigned long long)n, (unsigned long long)*count);
    } else if (!(*data = malloc((n ? n : 1) * sizeof(float)))) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory for %s/%s", section_name, v->name);
    } else if (n && H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, *data) < 0) {
        status = mdgan_fail(error, MDGAN_FORMAT, "the values of %s/%s cannot be read (wrong checksum?)", section_name,
                            v->name);
    }
    *count = n;
    h5_close(set);
    return status;
}

static mdgan_status section_get(const hid_t file, const char *const name, const field *const table, const size_t n,
                                void *const object, mdgan_error *const error)
{
    const hid_t group = h5_exists(file, name) ? H5Gopen2(file, name, H5P_DEFAULT) : H5I_INVALID_HID;
    if (group < 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "group %s is missing", name);
    }
    const mdgan_status status = field_get_all(group, name, table, n, object, error);
    h5_close(group);
    return status;
}

static mdgan_status checkpoint_get(const hid_t file, checkpoint *const c, mdgan_error *const error)
{
    mdgan_status status = section_get(file, checkpoint_group, checkpoint_field,
                                      sizeof checkpoint_field / sizeof *checkpoint_field, c, error);
    if (status != MDGAN_OK) {
        return status;
    }
    c->config.size = sizeof c->config;
    const hid_t group = H5Gopen2(file, checkpoint_group, H5P_DEFAULT);
    for (size_t i = 0; i < N_CHECKPOINT_VECTOR && status == MDGAN_OK; i++) {
        const vector *const v = &checkpoint_vector[i];
        const bool counted = i > 0 && v[-1].count == v->count;
        status = vector_get(group, checkpoint_group, v, (char *)c, counted, error);
    }
    h5_close(group);
    return status;
}

static mdgan_status model_get(const hid_t file, mdgan_model *const model, mdgan_error *const error)
{
    mdgan_status status = schema_check(file, schema, SCHEMA_VERSION, error);
    for (size_t i = 0; i < N_SECTION && status == MDGAN_OK; i++) {
        status = section_get(file, section[i].name, section[i].table, section[i].n, (char *)model + section[i].offset,
                             error);
    }
    if (status == MDGAN_OK) {
        status = vector_get(file, "", model_vector, (char *)model, false, error);
    }
    if (status == MDGAN_OK && h5_exists(file, checkpoint_group)) {
        model->resume = calloc(1, sizeof *model->resume);
        status = model->resume ? checkpoint_get(file, model->resume, error)
                               : mdgan_fail(error, MDGAN_MEMORY, "no memory for a checkpoint");
    }
    return status != MDGAN_OK ? status : model_check(model, error);
}

/* Opens bytes as a file; a failure is left to the caller. */
static hid_t memory_open(const void *const bytes, const size_t n_byte)
{
    char name[64];
    memory_name(name, sizeof name, bytes);
    const hid_t access = memory_access();
    hid_t file = H5I_INVALID_HID;
    /* HDF5 copies the image; its interface merely lacks a const. */
    if (H5Pset_file_image(access, (void *)(uintptr_t)bytes, n_byte) >= 0) {
        file = H5Fopen(name, H5F_ACC_RDONLY, access);
    }
    h5_close(access);
    return file;
}

static bool looks_like_hdf5(const void *const bytes, const size_t n_byte)
{
    static const char signature[] = "\211HDF\r\n\032\n";
    return n_byte > sizeof signature - 1 && memcmp(bytes, signature, sizeof signature - 1) == 0;
}

/* @p what: how messages call these bytes, e.g. "model file 'x.h5'". */
static mdgan_status unpack(mdgan_model **const model, const void *const bytes, const size_t n_byte,
                           const char *const what, mdgan_error *const error)
{
    *model = NULL;
    if (!looks_like_hdf5(bytes, n_byte)) {
        return mdgan_fail(error, MDGAN_FORMAT, "%s is not an HDF5 file; give a file written by `save`", what);
    }
    mdgan_model *made = model_new();
    if (!made) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for the model in %s", what);
    }
    mdgan_error reason = {""};
    h5_session session;
    h5_begin(&session);
    const hid_t file = memory_open(bytes, n_byte);
    const mdgan_status status = file >= 0 ? model_get(file, made, &reason)
                                          : mdgan_fail(&reason, MDGAN_FORMAT, "it is damaged or truncated (%s)",
                                                       h5_reason(&session, "HDF5 cannot open it"));
    h5_close(file);
    h5_end(&session);
    if (status == MDGAN_OK) {
        *model = made;
        return MDGAN_OK;
    }
    mdgan_model_destroy(made);
    if (status == MDGAN_FORMAT && file >= 0 && session.reason[0]) {
        return mdgan_fail(error, status, "%s is damaged: %s (%s); give a whole file written by `save`", what,
                          reason.text, session.reason);
    }
    if (status == MDGAN_FORMAT) {
        return mdgan_fail(error, status, "%s is not a usable model: %s; give a whole file written by `save`", what,
                          reason.text);
    }
    return mdgan_fail(error, status, "%s cannot be read: %s", what, reason.text);
}

mdgan_status mdgan_model_unpack(mdgan_model **const model, const void *const bytes, const size_t n_byte,
                                mdgan_error *const error)
{
    return unpack(model, bytes, n_byte, "the packed model", error);
}

mdgan_status mdgan_model_load(mdgan_model **const model, const char *const path, mdgan_error *const error)
{
    char what[512];
    snprintf(what, sizeof what, "model file '%.400s'", path);
    void *bytes;
    size_t n_byte;
    *model = NULL;
    mdgan_status status = file_read(path, &bytes, &n_byte, error);
    if (status == MDGAN_OK) {
        status = unpack(model, bytes, n_byte, what, error);
    }
    free(bytes);
    return status;
}
