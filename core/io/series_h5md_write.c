/* SPDX-License-Identifier: BSD-3-Clause */
/* H5MD writer (docs/file-formats.md). */
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/atomic_file.h"
#include "io/field.h"
#include "io/series_h5md.h"

/* MDAnalysis builds a topology by itself if the group has this name. */
static const char group_name[] = "trajectory";

/* Rows wait in memory until there are so many bytes of them; also the size of a chunk in the file. */
static const size_t chunk_bytes = 1 << 18;

/* More than groups and attributes take before the first row. */
static const size_t header_bytes = 1 << 16;

enum { BOX_SIZE = 9 };

struct mdgan_series_writer {
    atomic_file target;
    hid_t file;
    hid_t value, step, time;
    hid_t edges; /* invalid if the box is unknown */
    mdgan_feature feature;
    size_t n_entity;
    int64_t first_step;
    double first_time;
    double box[BOX_SIZE];
    size_t n_written, n_buffered; /* frames */
    size_t capacity;              /* frames in the buffers and in a chunk */
    float *row;                   /* [capacity][n_entity][n_component] */
    int64_t *row_step;            /* [capacity] */
    double *row_time;             /* [capacity] */
    double *row_box;              /* [capacity][9] */
    bool broken;
};

static bool box_known(const double *const box)
{
    for (size_t i = 0; i < BOX_SIZE; i++) {
        if (box[i] != 0) {
            return true;
        }
    }
    return false;
}

static bool unit_put(const hid_t at, const char *const unit)
{
    return !unit[0] || h5_put_variable_text(at, "unit", unit);
}

/* Extendable data set [0..][rest], chunks of @p chunk_frame frames. Step, time and box repeat themselves and are
 * compressed; noise is not worth it. */
static hid_t element_create(const hid_t at, const char *const name, const hid_t type, const int rank,
                            const hsize_t *const rest, const hsize_t chunk_frame, const bool compress)
{
    hsize_t now[3] = {0}, limit[3] = {H5S_UNLIMITED}, chunk[3] = {chunk_frame};
    for (int i = 1; i < rank; i++) {
        now[i] = limit[i] = chunk[i] = rest[i - 1];
    }
    /* HDF5 limits a chunk to 4 GiB; a single row may be longer. */
    if (rank == 3 && chunk[1] > chunk_bytes) {
        chunk[1] = chunk_bytes;
    }
    const hid_t space = H5Screate_simple(rank, now, limit);
    const hid_t creation = h5_dataset_creation();
    H5Pset_chunk(creation, rank, chunk);
    if (compress) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 1);
    }
    H5Pset_fletcher32(creation);
    const hid_t set = H5Dcreate2(at, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    h5_close(creation);
    h5_close(space);
    return set;
}

/* Header that H5MD asks for. */
static bool header_put(const hid_t file, const char *const creator)
{
    static const int32_t h5md_version[2] = {H5MD_MAJOR, H5MD_MINOR}, units_version[2] = {1, 0};
    const hid_t h5md = h5_group_create(file, "h5md"), author = h5_group_create(h5md, "author");
    const hid_t program = h5_group_create(h5md, "creator");
    const hid_t modules = h5_group_create(h5md, "modules"), units = h5_group_create(modules, "units");
    const bool good = h5_put(h5md, "version", H5T_STD_I32LE, H5T_NATIVE_INT32, h5md_version, 2) &&
                      h5_put(units, "version", H5T_STD_I32LE, H5T_NATIVE_INT32, units_version, 2) &&
                      h5_put_variable_text(author, "name", "N/A") && h5_put_variable_text(program, "name", creator) &&
                      h5_put_variable_text(program, "version", "mdgan " MDGAN_VERSION_TEXT);
    h5_close(units);
    h5_close(modules);
    h5_close(program);
    h5_close(author);
    h5_close(h5md);
    return good;
}

static bool description_put(const hid_t file, const mdgan_feature *const feature)
{
    const hid_t group = h5_group_create(file, SERIES_DESCRIPTION);
    const bool good = group >= 0 && schema_put(group, SERIES_SCHEMA, SERIES_SCHEMA_VERSION) &&
                      field_put_all(group, feature_field, N_FEATURE_FIELD, feature);
    h5_close(group);
    return good;
}

/* The feature's step, time and value below @p group. */
static bool value_create(mdgan_series_writer *const w, const hid_t group, const char *const element)
{
    const hsize_t shape[2] = {w->n_entity, w->feature.n_component};
    const hid_t at = h5_group_create(group, element);
    w->step = element_create(at, "step", H5T_STD_I64LE, 1, NULL, w->capacity, true);
    w->time = element_create(at, "time", H5T_IEEE_F64LE, 1, NULL, w->capacity, true);
    w->value = element_create(at, "value", H5T_IEEE_F32LE, 3, shape, w->capacity, false);
    h5_close(at);
    return w->step >= 0 && w->time >= 0 && w->value >= 0 && unit_put(w->time, w->feature.time_unit) &&
           unit_put(w->value, w->feature.value_unit);
}

/* Edges for every frame: H5MD would allow a constant box, but MDAnalysis reads only this form. Step and time are hard
 * links to those of the values, as H5MD demands. */
static bool edges_create(mdgan_series_writer *const w, const hid_t box)
{
    static const hsize_t shape[2] = {3, 3};
    const hid_t at = h5_group_create(box, "edges");
    w->edges = element_create(at, "value", H5T_IEEE_F64LE, 3, shape, w->capacity, true);
    const bool good = w->edges >= 0 && unit_put(w->edges, w->feature.length_unit) &&
                      H5Olink(w->step, at, "step", H5P_DEFAULT, H5P_DEFAULT) >= 0 &&
                      H5Olink(w->time, at, "time", H5P_DEFAULT, H5P_DEFAULT) >= 0;
    h5_close(at);
    return good;
}

static bool box_create(mdgan_series_writer *const w, const hid_t particles)
{
    static const int32_t dimension = H5MD_DIMENSION;
    static const char periodic[H5MD_DIMENSION][9] = {"periodic", "periodic", "periodic"};
    static const char none[H5MD_DIMENSION][9] = {"none", "none", "none"};
    const bool known = box_known(w->box);
    const hid_t box = h5_group_create(particles, "box"), text = h5_text_type(sizeof *none);
    bool good = h5_put(box, "dimension", H5T_STD_I32LE, H5T_NATIVE_INT32, &dimension, 0) &&
                h5_put(box, "boundary", text, text, known ? periodic : none, H5MD_DIMENSION);
    if (good && known) {
        good = edges_create(w, box);
    }
    h5_close(text);
    h5_close(box);
    return good;
}

static bool layout_create(mdgan_series_writer *const w, const char *const creator)
{
    const char *const element = series_element(&w->feature);
    if (!header_put(w->file, creator) || !description_put(w->file, &w->feature)) {
        return false;
    }
    const hid_t all = h5_group_create(w->file, SERIES_PARTICLES), particles = h5_group_create(all, group_name);
    bool good;
    if (strcmp(element, SERIES_OBSERVABLE) == 0) {
        const hid_t observables = h5_group_create(w->file, SERIES_OBSERVABLES);
        const hid_t group = h5_group_create(observables, group_name);
        good = value_create(w, group, element);
        h5_close(group);
        h5_close(observables);
    } else {
        good = value_create(w, particles, element);
    }
    good = good && box_create(w, particles);
    h5_close(particles);
    h5_close(all);
    return good;
}

static bool buffers_allocate(mdgan_series_writer *const w)
{
    const size_t n_value = w->n_entity * w->feature.n_component;
    w->capacity = chunk_bytes / sizeof(float) / n_value;
    if (w->capacity < 1) {
        w->capacity = 1;
    }
    /* Small rows: step and time need no more than this many to a chunk. */
    if (w->capacity > 4096) {
        w->capacity = 4096;
    }
    w->row = malloc(w->capacity * n_value * sizeof(float));
    w->row_step = malloc(w->capacity * sizeof *w->row_step);
    w->row_time = malloc(w->capacity * sizeof *w->row_time);
    w->row_box = malloc(w->capacity * BOX_SIZE * sizeof *w->row_box);
    return w->row && w->row_step && w->row_time && w->row_box;
}

static void sets_close(mdgan_series_writer *const w)
{
    h5_close(w->value);
    h5_close(w->step);
    h5_close(w->time);
    h5_close(w->edges);
    w->value = w->step = w->time = w->edges = H5I_INVALID_HID;
}

/* HDF5 1.10 cannot close a data set whose last bytes find no room: it keeps a broken handle and crashes at exit. After
 * a failure the file is thrown away anyway, so what is left goes to the null device. */
static void output_divert(const mdgan_series_writer *const w)
{
    void *handle;
    const int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_device < 0) {
        return;
    }
    if (H5Fget_vfd_handle(w->file, H5P_DEFAULT, &handle) >= 0) {
        dup2(null_device, *(const int *)handle);
    }
    close(null_device);
}

static void writer_free(mdgan_series_writer *const w)
{
    atomic_file_discard(&w->target);
    free(w->row);
    free(w->row_step);
    free(w->row_time);
    free(w->row_box);
    free(w);
}

static mdgan_series_writer *writer_new(const mdgan_feature *const feature, const size_t n_entity,
                                       const int64_t first_step, const double first_time, const double *const box)
{
    mdgan_series_writer *const w = calloc(1, sizeof *w);
    if (!w) {
        return NULL;
    }
    w->file = w->value = w->step = w->time = w->edges = H5I_INVALID_HID;
    w->feature = *feature;
    w->n_entity = n_entity;
    w->first_step = first_step;
    w->first_time = first_time;
    if (box) {
        memcpy(w->box, box, sizeof w->box);
    }
    if (buffers_allocate(w)) {
        return w;
    }
    writer_free(w);
    return NULL;
}

mdgan_status mdgan_series_open(mdgan_series_writer **const writer, const char *const path, const char *const creator,
                               const mdgan_feature *const feature, const size_t n_entity, const int64_t first_step,
                               const double first_time, const double *const box, mdgan_error *const error)
{
    *writer = NULL;
    mdgan_status status = mdgan_feature_check(feature, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (!n_entity || n_entity > UINT32_MAX) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "a series of '%s' in '%s' cannot have %zu entities; 1 to 2^32-1 are possible", feature->name,
                          path, n_entity);
    }
    mdgan_series_writer *const w = writer_new(feature, n_entity, first_step, first_time, box);
    if (!w) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to write '%s'", path);
    }
    status = atomic_file_begin(&w->target, path, error);
    /* HDF5 1.10 does not survive a disk that is full before the groups are there; it cannot even close the file. */
    if (status == MDGAN_OK) {
        status = atomic_file_probe(&w->target, header_bytes, error);
    }
    if (status != MDGAN_OK) {
        writer_free(w);
        return status;
    }
    h5_session session;
    h5_begin(&session);
    const hid_t creation = h5_file_creation(), access = h5_file_access();
    w->file = H5Fcreate(w->target.temporary, H5F_ACC_TRUNC, creation, access);
    h5_close(access);
    h5_close(creation);
    const bool good = w->file >= 0 && layout_create(w, creator) && H5Fflush(w->file, H5F_SCOPE_LOCAL) >= 0;
    if (!good && w->file >= 0) {
        output_divert(w);
    }
    h5_end(&session);
    if (!good) {
        status = mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s; check space and permissions", path,
                            h5_reason(&session, "HDF5 failed"));
        mdgan_series_abandon(w);
        return status;
    }
    *writer = w;
    return MDGAN_OK;
}

/* Adds @p n frames to a data set whose frames have shape @p rest. */
static bool frames_write(const hid_t set, const hid_t memory_type, const void *const data, const hsize_t first,
                         const hsize_t n)
{
    hsize_t count[3] = {0}, start[3] = {first};
    const hid_t old = H5Dget_space(set);
    const int rank = H5Sget_simple_extent_dims(old, count, NULL);
    h5_close(old);
    count[0] = first + n;
    if (rank < 1 || H5Dset_extent(set, count) < 0) {
        return false;
    }
    count[0] = n;
    const hid_t file_space = H5Dget_space(set), memory_space = H5Screate_simple(rank, count, NULL);
    const bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                      H5Dwrite(set, memory_type, memory_space, file_space, H5P_DEFAULT, data) >= 0;
    h5_close(memory_space);
    h5_close(file_space);
    return good;
}

static mdgan_status rows_flush(mdgan_series_writer *const w, mdgan_error *const error)
{
    const size_t first = w->n_written, n = w->n_buffered;
    if (!n) {
        return MDGAN_OK;
    }
    for (size_t i = 0; i < n; i++) {
        w->row_step[i] = w->first_step + (int64_t)(first + i) * w->feature.stride;
        w->row_time[i] = w->first_time + (double)(first + i) * w->feature.dt;
        memcpy(w->row_box + i * BOX_SIZE, w->box, sizeof w->box);
    }
    h5_session session;
    h5_begin(&session);
    const bool good = frames_write(w->value, H5T_NATIVE_FLOAT, w->row, first, n) &&
                      frames_write(w->step, H5T_NATIVE_INT64, w->row_step, first, n) &&
                      frames_write(w->time, H5T_NATIVE_DOUBLE, w->row_time, first, n) &&
                      (w->edges < 0 || frames_write(w->edges, H5T_NATIVE_DOUBLE, w->row_box, first, n)) &&
                      H5Fflush(w->file, H5F_SCOPE_LOCAL) >= 0;
    w->broken = !good;
    if (!good) {
        output_divert(w);
    }
    h5_end(&session);
    if (!good) {
        return mdgan_fail(error, MDGAN_FILE,
                          "cannot write '%s': %s after %zu frames; free some space or choose another place",
                          w->target.path, h5_reason(&session, "HDF5 failed"), first);
    }
    w->n_written += n;
    w->n_buffered = 0;
    return MDGAN_OK;
}

mdgan_status mdgan_series_append(mdgan_series_writer *const writer, const float *const row, mdgan_error *const error)
{
    const size_t n_component = writer->feature.n_component, n = writer->n_entity * n_component;
    if (writer->broken || writer->file < 0) {
        return mdgan_fail(error, MDGAN_STATE, "'%s' is finished, or failed to be written before; abandon it",
                          writer->target.path);
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(row[i])) {
            writer->broken = true;
            return mdgan_fail(error, MDGAN_DATA,
                              "frame %zu of '%s' is %g at entity %zu, component %zu: only finite values are written",
                              writer->n_written + writer->n_buffered, writer->feature.name, (double)row[i],
                              i / n_component, i % n_component);
        }
    }
    memcpy(writer->row + writer->n_buffered * n, row, n * sizeof *row);
    writer->n_buffered++;
    return writer->n_buffered == writer->capacity ? rows_flush(writer, error) : MDGAN_OK;
}

mdgan_status mdgan_series_finish(mdgan_series_writer *const writer, mdgan_error *const error)
{
    if (writer->broken || writer->file < 0) {
        return mdgan_fail(error, MDGAN_STATE, "'%s' is finished, or failed to be written before", writer->target.path);
    }
    if (!writer->n_written && !writer->n_buffered) {
        return mdgan_fail(error, MDGAN_STATE, "'%s' is not written: it has no frames", writer->target.path);
    }
    const mdgan_status status = rows_flush(writer, error);
    if (status != MDGAN_OK) {
        return status;
    }
    h5_session session;
    h5_begin(&session);
    sets_close(writer);
    writer->broken = H5Fclose(writer->file) < 0;
    writer->file = H5I_INVALID_HID;
    h5_end(&session);
    return writer->broken
               ? mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s; free some space or choose another place",
                            writer->target.path, h5_reason(&session, "HDF5 failed"))
               : MDGAN_OK;
}

mdgan_status mdgan_series_close(mdgan_series_writer *const writer, mdgan_error *const error)
{
    const bool finished = writer->file < 0 && !writer->broken;
    mdgan_status status = finished ? MDGAN_OK : mdgan_series_finish(writer, error);
    if (status == MDGAN_OK) {
        status = atomic_file_commit(&writer->target, error);
    }
    mdgan_series_abandon(writer);
    return status;
}

void mdgan_series_abandon(mdgan_series_writer *const writer)
{
    if (!writer) {
        return;
    }
    h5_session session;
    h5_begin(&session);
    sets_close(writer);
    h5_close(writer->file);
    h5_end(&session);
    writer_free(writer);
}

static void row_gather(const mdgan_dataset *const data, const size_t frame, float *const row)
{
    const size_t n_component = data->feature.n_component;
    for (size_t entity = 0; entity < data->n_entity; entity++) {
        memcpy(row + entity * n_component, mdgan_dataset_entity(data, entity) + frame * n_component,
               n_component * sizeof *row);
    }
}

mdgan_status mdgan_series_write(const mdgan_dataset *const data, const char *const path, const char *const creator,
                                mdgan_error *const error)
{
    mdgan_series_writer *writer;
    mdgan_status status = mdgan_series_open(&writer, path, creator, &data->feature, data->n_entity, data->first_step,
                                            data->first_time, data->box, error);
    if (status != MDGAN_OK) {
        return status;
    }
    float *const row = malloc(data->n_entity * data->feature.n_component * sizeof *row);
    if (!row) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory to write '%s'", path);
    }
    for (size_t frame = 0; frame < data->n_frame && status == MDGAN_OK; frame++) {
        row_gather(data, frame, row);
        status = mdgan_series_append(writer, row, error);
    }
    free(row);
    if (status == MDGAN_OK) {
        return mdgan_series_close(writer, error);
    }
    mdgan_series_abandon(writer);
    return status;
}
