/* SPDX-License-Identifier: BSD-3-Clause */
#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <mdgan/series.h>

#include "features.h"
#include "scratch.h"
#include "synthetic.h"

enum { N_ENTITY = 5, N_FRAME = 11 };

static const double sample_box[9] = {14.9, 0, 0, 0.5, 15.1, 0, 0.25, -0.5, 15.3};

static mdgan_dataset sample_data(const mdgan_feature *const feature, const size_t n_entity, const size_t n_frame)
{
    mdgan_dataset data;
    assert_int_equal(mdgan_dataset_create(&data, feature, n_entity, n_frame, NULL), MDGAN_OK);
    data.first_step = (int64_t)1 << 40;
    data.first_time = 1e6 / 3;
    memcpy(data.box, sample_box, sizeof data.box);
    for (size_t i = 0; i < n_entity * n_frame * feature->n_component; i++) {
        data.value[i] = sinf(0.7f * (float)i);
    }
    return data;
}

static void assert_data_equal(const mdgan_dataset *const a, const mdgan_dataset *const b)
{
    assert_int_equal(mdgan_feature_match(&a->feature, &b->feature, NULL), MDGAN_OK);
    assert_int_equal(a->feature.isotropic, b->feature.isotropic);
    assert_int_equal(a->feature.reversible, b->feature.reversible);
    assert_true(a->feature.dt == b->feature.dt);
    assert_int_equal(a->n_entity, b->n_entity);
    assert_int_equal(a->n_frame, b->n_frame);
    assert_int_equal(a->first_step, b->first_step);
    assert_true(a->first_time == b->first_time);
    assert_memory_equal(a->box, b->box, sizeof a->box);
    assert_memory_equal(a->value, b->value, a->n_entity * a->n_frame * a->feature.n_component * sizeof(float));
}

static void round_trip(scratch *const s, const mdgan_dataset *const data)
{
    mdgan_dataset read = {0};
    mdgan_error error = {""};
    const char *const path = scratch_path(s, "series.h5md");
    assert_ok(mdgan_series_write(data, path, "cmocka", &error), &error);
    assert_ok(mdgan_series_read(&read, path, NULL, &error), &error);
    assert_data_equal(data, &read);
    assert_int_equal(scratch_count(s), 1);
    mdgan_dataset_clear(&read);
    assert_int_equal(mdgan_series_read(&read, path, "trajectory", &error), MDGAN_OK);
    mdgan_dataset_clear(&read);
}

static void write_and_read_give_the_same_data(void **const state)
{
    mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_dataset data = sample_data(&f, N_ENTITY, N_FRAME);
    round_trip(*state, &data);
    memset(data.box, 0, sizeof data.box);
    round_trip(*state, &data);
    mdgan_dataset_clear(&data);

    /* No units, one frame. */
    f.kind = MDGAN_POSITION;
    f.reversible = false;
    f.value_unit[0] = f.length_unit[0] = f.time_unit[0] = '\0';
    data = sample_data(&f, N_ENTITY, 1);
    round_trip(*state, &data);
    mdgan_dataset_clear(&data);
}

static void observables_keep_any_number_of_components(void **const state)
{
    mdgan_feature f = bond_velocity(0.1 + 0.2);
    f.isotropic = false;
    for (size_t n = 1; n <= MDGAN_COMPONENT_MAX; n += 21) {
        f.n_component = n;
        f.kind = n == 1 ? MDGAN_SCALAR : MDGAN_POSITION;
        mdgan_dataset data = sample_data(&f, N_ENTITY, N_FRAME);
        round_trip(*state, &data);
        mdgan_dataset_clear(&data);
    }
}

/* More frames than fit into one buffer of the writer or one slab of the reader. */
static void long_series_cross_buffers(void **const state)
{
    mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_dataset data = sample_data(&f, 1, 10001);
    round_trip(*state, &data);
    mdgan_dataset_clear(&data);
    data = sample_data(&f, 400, 1000);
    round_trip(*state, &data);
    mdgan_dataset_clear(&data);
}

static mdgan_series_writer *open_bond(const char *const path)
{
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_series_writer *writer = NULL;
    assert_int_equal(mdgan_series_open(&writer, path, "cmocka", &f, 1, 0, 0, NULL, NULL), MDGAN_OK);
    return writer;
}

static void nothing_appears_before_close(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "series.h5md");
    const float row[3] = {1, 2, 3};
    mdgan_series_writer *writer;
    mdgan_dataset read;
    scratch_text(path, "precious");
    writer = open_bond(path);
    assert_int_equal(mdgan_series_append(writer, row, NULL), MDGAN_OK);
    assert_int_equal(scratch_count(s), 2);
    mdgan_series_abandon(writer);
    mdgan_series_abandon(NULL);
    assert_int_equal(scratch_count(s), 1);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, strlen("precious"));

    writer = open_bond(path);
    assert_int_equal(mdgan_series_close(writer, NULL), MDGAN_STATE);
    writer = open_bond(path);
    assert_int_equal(mdgan_series_append(writer, row, NULL), MDGAN_OK);
    assert_int_equal(mdgan_series_close(writer, NULL), MDGAN_OK);
    assert_int_equal(scratch_count(s), 1);
    assert_int_equal(mdgan_series_read(&read, path, NULL, NULL), MDGAN_OK);
    assert_true(read.value[2] == 3);
    mdgan_dataset_clear(&read);
}

static void finished_series_wait_for_their_name(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "series.h5md");
    const float row[3] = {1, 2, 3};
    mdgan_series_writer *writer;
    mdgan_dataset read;
    for (int closes = 0; closes < 2; closes++) {
        writer = open_bond(path);
        assert_int_equal(mdgan_series_finish(writer, NULL), MDGAN_STATE); /* no frames yet */
        assert_int_equal(mdgan_series_append(writer, row, NULL), MDGAN_OK);
        assert_int_equal(mdgan_series_finish(writer, NULL), MDGAN_OK);
        assert_int_equal(mdgan_series_finish(writer, NULL), MDGAN_STATE);
        assert_int_equal(mdgan_series_append(writer, row, NULL), MDGAN_STATE);
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(scratch_count(s), 1);
        if (closes) {
            assert_int_equal(mdgan_series_close(writer, NULL), MDGAN_OK);
        } else {
            mdgan_series_abandon(writer);
        }
        assert_int_equal(scratch_count(s), closes);
    }
    assert_int_equal(mdgan_series_read(&read, path, NULL, NULL), MDGAN_OK);
    assert_true(read.n_frame == 1 && read.value[2] == 3);
    mdgan_dataset_clear(&read);
}

static void not_finite_rows_are_refused(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "series.h5md");
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    const float row[6] = {1, 2, 3, 4, NAN, 6};
    mdgan_series_writer *writer;
    mdgan_error error = {""};
    assert_int_equal(mdgan_series_open(&writer, path, "cmocka", &f, 2, 0, 0, NULL, NULL), MDGAN_OK);
    assert_int_equal(mdgan_series_append(writer, row, &error), MDGAN_DATA);
    assert_non_null(strstr(error.text, "frame 0 of 'bond/velocity 1' is nan at entity 1, component 1"));
    assert_int_equal(mdgan_series_append(writer, row, &error), MDGAN_STATE);
    assert_int_equal(mdgan_series_close(writer, &error), MDGAN_STATE);
    assert_int_equal(scratch_count(s), 0);
}

/* ---- plain H5MD files of other programs ---- */

typedef struct plain_group {
    const char *name, *element;
    bool fixed; /* scalars instead of one step and time per frame */
    bool units;
} plain_group;

static hid_t links(void)
{
    const hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    return list;
}

/* Data set of rank 0 to 3 at a path whose groups are made. */
static hid_t put_set(const hid_t file, const char *const path, const hid_t type, const int rank,
                     const hsize_t *const dimension, const void *const value)
{
    const hid_t create = links(), space = rank ? H5Screate_simple(rank, dimension, NULL) : H5Screate(H5S_SCALAR);
    const hid_t set = H5Dcreate2(file, path, type, space, create, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    H5Sclose(space);
    H5Pclose(create);
    return set;
}

static void put_attribute(const hid_t at, const char *const name, const hid_t type, const hsize_t n,
                          const void *const value)
{
    const hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* Space-padded, as Fortran programs write. */
static void put_unit(const hid_t at, const char *const unit)
{
    char padded[24];
    const hid_t type = H5Tcopy(H5T_FORTRAN_S1);
    H5Tset_size(type, sizeof padded);
    memset(padded, ' ', sizeof padded);
    memcpy(padded, unit, strlen(unit));
    put_attribute(at, "unit", type, 0, padded);
    H5Tclose(type);
}

static void put_group(const hid_t file, const plain_group *const g)
{
    char path[200];
    const hsize_t shape[3] = {N_FRAME, N_ENTITY, 3};
    double value[N_FRAME * N_ENTITY * 3], time[N_FRAME];
    int32_t step[N_FRAME];
    for (int i = 0; i < N_FRAME * N_ENTITY * 3; i++) {
        value[i] = i;
    }
    for (int i = 0; i < N_FRAME; i++) {
        step[i] = 100 + 10 * i;
        time[i] = 5 + 0.5 * i;
    }
    const int32_t interval = 10, offset = 100;
    const double dt = 0.5, first = 5;
    snprintf(path, sizeof path, "particles/%s/%s/value", g->name, g->element);
    const hid_t values = put_set(file, path, H5T_NATIVE_DOUBLE, 3, shape, value);
    snprintf(path, sizeof path, "particles/%s/%s/step", g->name, g->element);
    const hid_t steps = put_set(file, path, H5T_NATIVE_INT32, !g->fixed, shape, g->fixed ? &interval : step);
    snprintf(path, sizeof path, "particles/%s/%s/time", g->name, g->element);
    const hid_t times = put_set(file, path, H5T_NATIVE_DOUBLE, !g->fixed, shape, g->fixed ? &dt : time);
    if (g->fixed) {
        put_attribute(steps, "offset", H5T_NATIVE_INT32, 0, &offset);
        put_attribute(times, "offset", H5T_NATIVE_DOUBLE, 0, &first);
    }
    if (g->units) {
        put_unit(values, "nm ps-1");
        put_unit(times, "ps");
    }
    H5Dclose(values);
    H5Dclose(steps);
    H5Dclose(times);
}

static void put_plain(const char *const path, const plain_group *const group, const size_t n)
{
    static const int32_t version[2] = {1, 0};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t h5md = H5Gcreate2(file, "h5md", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put_attribute(h5md, "version", H5T_NATIVE_INT32, 2, version);
    for (size_t i = 0; i < n; i++) {
        put_group(file, &group[i]);
    }
    H5Gclose(h5md);
    H5Fclose(file);
}

static void plain_files_are_read(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "plain.h5");
    for (int fixed = 0; fixed < 2; fixed++) {
        const plain_group group = {"oh", "velocity", fixed, !fixed};
        mdgan_dataset data;
        mdgan_error error = {""};
        put_plain(path, &group, 1);
        assert_ok(mdgan_series_read(&data, path, NULL, &error), &error);
        assert_string_equal(data.feature.name, "oh/velocity");
        assert_int_equal(data.feature.kind, MDGAN_VELOCITY);
        assert_true(data.feature.isotropic && data.feature.reversible);
        assert_string_equal(data.feature.value_unit, fixed ? "" : "nm ps-1");
        assert_string_equal(data.feature.time_unit, fixed ? "" : "ps");
        assert_int_equal(data.feature.stride, 10);
        assert_float_equal(data.feature.dt, 0.5, 1e-12);
        assert_int_equal(data.first_step, 100);
        assert_float_equal(data.first_time, 5, 1e-12);
        assert_int_equal(data.n_entity, N_ENTITY);
        assert_int_equal(data.n_frame, N_FRAME);
        for (size_t e = 0; e < N_ENTITY; e++) {
            for (size_t i = 0; i < N_FRAME; i++) {
                assert_true(mdgan_dataset_entity(&data, e)[3 * i + 2] == (float)((i * N_ENTITY + e) * 3 + 2));
            }
        }
        mdgan_dataset_clear(&data);
    }
}

/* As h5py writes it from a whole number. */
static void whole_numbers_are_times_too(void **const state)
{
    static const plain_group group = {"oh", "velocity", true, false};
    scratch *const s = *state;
    const char *const path = scratch_path(s, "plain.h5");
    const int32_t offset = 7;
    mdgan_dataset data;
    mdgan_error error = {""};
    put_plain(path, &group, 1);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t times = H5Dopen2(file, "particles/oh/velocity/time", H5P_DEFAULT);
    H5Adelete(times, "offset");
    put_attribute(times, "offset", H5T_NATIVE_INT32, 0, &offset);
    H5Dclose(times);
    H5Fclose(file);
    assert_ok(mdgan_series_read(&data, path, NULL, &error), &error);
    assert_float_equal(data.first_time, offset, 1e-12);
    mdgan_dataset_clear(&data);
}

/* ---- files of programs that fold positions into the box, and sort them anew in every frame ---- */

/* Where particle e is in frame i, as if there was no box. */
static double free_position(const size_t i, const size_t e, const size_t c)
{
    return 0.4 * (double)i * (double)(e + 1) - 3.1 * (double)c + (double)e;
}

/* Edge vectors of a box that grows, in rows. */
static void growing_box(const size_t i, double box[9])
{
    for (size_t k = 0; k < 9; k++) {
        box[k] = (1 + 0.01 * (double)i) * (k % 4 == 0 ? 4 : k > 4 ? 0.5 : 0);
    }
}

/* Particles [frame][place], positions less the edges of their images. */
typedef struct folded {
    double position[N_FRAME][N_ENTITY][3], edges[N_FRAME][9];
    int32_t image[N_FRAME][N_ENTITY][3], id[N_FRAME][N_ENTITY];
} folded;

static void fold(folded *const f)
{
    for (size_t i = 0; i < N_FRAME; i++) {
        growing_box(i, f->edges[i]);
        for (size_t place = 0; place < N_ENTITY; place++) {
            const size_t e = (place + i) % N_ENTITY;
            f->id[i][place] = 900 - 7 * (int32_t)e;
            for (size_t k = 0; k < 3; k++) {
                f->image[i][place][k] = (int32_t)(i * e) % 4 - (int32_t)k;
            }
            for (size_t c = 0; c < 3; c++) {
                double moved = 0;
                for (size_t k = 0; k < 3; k++) {
                    moved += f->image[i][place][k] * f->edges[i][3 * k + c];
                }
                f->position[i][place][c] = free_position(i, e, c) - moved;
            }
        }
    }
}

/* @p frames: of the images; 0: none are written. */
static void put_folded(const char *const path, const folded *const f, const size_t frames, const bool box)
{
    static const plain_group group = {"atoms", "position", true, true};
    const hsize_t position[3] = {N_FRAME, N_ENTITY, 3}, image[3] = {frames, N_ENTITY, 3}, edges[3] = {N_FRAME, 3, 3};
    put_plain(path, &group, 1);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Ldelete(file, "particles/atoms/position/value", H5P_DEFAULT);
    H5Dclose(put_set(file, "particles/atoms/position/value", H5T_NATIVE_DOUBLE, 3, position, f->position));
    H5Dclose(put_set(file, "particles/atoms/id/value", H5T_NATIVE_INT32, 2, position, f->id));
    if (frames) {
        H5Dclose(put_set(file, "particles/atoms/image/value", H5T_NATIVE_INT32, 3, image, f->image));
    }
    if (box) {
        H5Dclose(put_set(file, "particles/atoms/box/edges/value", H5T_NATIVE_DOUBLE, 3, edges, f->edges));
    }
    H5Fclose(file);
}

static void images_are_unfolded_and_particles_followed(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "folded.h5");
    folded f;
    mdgan_dataset data;
    mdgan_error error = {""};
    double box[9];
    fold(&f);
    put_folded(path, &f, N_FRAME, true);
    assert_ok(mdgan_series_read(&data, path, NULL, &error), &error);
    for (size_t e = 0; e < N_ENTITY; e++) {
        for (size_t i = 0; i < N_FRAME; i++) {
            for (size_t c = 0; c < 3; c++) {
                assert_float_equal(mdgan_dataset_entity(&data, e)[3 * i + c], free_position(i, e, c), 1e-5);
            }
        }
    }
    growing_box(N_FRAME - 1, box);
    for (size_t k = 0; k < 9; k++) {
        assert_float_equal(data.box[k], box[k], 1e-12);
    }
    mdgan_dataset_clear(&data);
}

static void positions_without_images_stay(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "folded.h5");
    folded f;
    mdgan_dataset data;
    mdgan_error error = {""};
    fold(&f);
    put_folded(path, &f, 0, true);
    assert_ok(mdgan_series_read(&data, path, NULL, &error), &error);
    assert_true(mdgan_dataset_entity(&data, 0)[3 * 2 + 1] == (float)f.position[2][N_ENTITY - 2][1]);
    mdgan_dataset_clear(&data);
}

static void assert_read_fails(const char *const path, const char *const group, const mdgan_status expected,
                              const char *const word)
{
    /* Unchanged after a failure. */
    mdgan_dataset data = {.n_entity = 4711};
    mdgan_error error = {""};
    const mdgan_status status = mdgan_series_read(&data, path, group, &error);
    assert_fails(status, expected, &error, word);
    assert_fails(status, expected, &error, path);
    assert_int_equal(data.n_entity, 4711);
    assert_null(data.value);
}

static void groups_are_chosen_by_name(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "groups.h5");
    const plain_group group[] = {{"centre", "position", false, false}, {"thirds", "position", true, true}};
    mdgan_dataset data;
    put_plain(path, group, 2);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "choose among 'centre', 'thirds'");
    assert_read_fails(path, "halves", MDGAN_FORMAT, "no group 'halves'; choose among 'centre', 'thirds'");
    assert_int_equal(mdgan_series_read(&data, path, "thirds", NULL), MDGAN_OK);
    assert_string_equal(data.feature.name, "thirds/position");
    assert_int_equal(data.feature.kind, MDGAN_POSITION);
    mdgan_dataset_clear(&data);
    put_plain(path, NULL, 0);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "no group in /particles");
}

static void elements_are_chosen_by_name(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "both.h5");
    const plain_group group[] = {{"oh", "velocity", false, true}, {"oh", "position", false, false}};
    const struct {
        const char *name;
        mdgan_kind kind;
    } wanted[] = {{NULL, MDGAN_VELOCITY},
                  {"oh", MDGAN_VELOCITY},
                  {"oh/velocity", MDGAN_VELOCITY},
                  {"oh/position", MDGAN_POSITION}};
    put_plain(path, group, 2);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        mdgan_dataset data;
        mdgan_error error = {""};
        assert_ok(mdgan_series_read(&data, path, wanted[i].name, &error), &error);
        assert_int_equal(data.feature.kind, wanted[i].kind);
        mdgan_dataset_clear(&data);
    }
    assert_read_fails(path, "oh/force", MDGAN_FORMAT, "no group 'oh/force'; choose among 'oh'");
    put_plain(path, group, 1);
    assert_read_fails(path, "oh/position", MDGAN_FORMAT, "no group 'oh/position'; choose among 'oh'");
}

/* That box/edges is no group, as it is in a moving box, is nothing that HDF5 should be quoted on. */
static void fixed_boxes_are_no_error(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "folded.h5");
    const hsize_t edges[1] = {3};
    folded f;
    mdgan_error error = {""};
    fold(&f);
    f.position[3][1][2] = NAN;
    put_folded(path, &f, 0, false);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Dclose(put_set(file, "particles/atoms/box/edges", H5T_NATIVE_DOUBLE, 1, edges, f.edges));
    H5Fclose(file);
    assert_int_equal(mdgan_series_read(&(mdgan_dataset){0}, path, NULL, &error), MDGAN_FORMAT);
    assert_non_null(strstr(error.text, "only finite values can be used"));
    assert_null(strstr(error.text, "HDF5 reports"));
}

/* Others in the place of the positions, of @p n_component. */
static void put_positions(const char *const path, const size_t n_component)
{
    static const float zero[N_FRAME * N_ENTITY * 6];
    const hsize_t size[3] = {N_FRAME, N_ENTITY, n_component};
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Ldelete(file, "particles/atoms/position/value", H5P_DEFAULT);
    H5Dclose(put_set(file, "particles/atoms/position/value", H5T_NATIVE_FLOAT, 3, size, zero));
    H5Fclose(file);
}

static void images_and_ids_that_do_not_fit(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "folded.h5");
    folded f;
    fold(&f);
    put_folded(path, &f, N_FRAME - 1, true);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "image is not an array of integers for the same 11 frames");
    put_folded(path, &f, N_FRAME, false);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "image counts boxes, but there is no box/edges");
    for (size_t d = 1; d <= 6; d++) { /* of which 3 would do */
        if (d != 3) {
            put_folded(path, &f, N_FRAME, true);
            put_positions(path, d);
            assert_read_fails(path, NULL, MDGAN_FORMAT, "components, but the image beside it counts boxes in 3");
        }
    }
    f.id[4][1] = f.id[4][2];
    put_folded(path, &f, N_FRAME, true);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "in frame 4 twice; the same particles are needed in all frames");
    f.id[4][2] = 1;
    put_folded(path, &f, N_FRAME, true);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "particle 1 in frame 4 but not in the first");
    f.id[0][3] = f.id[0][0];
    put_folded(path, &f, N_FRAME, true);
    assert_read_fails(path, NULL, MDGAN_FORMAT, "two particles 900 in the first frame");
}

/* ---- broken files ---- */

static void write_sample(const char *const path)
{
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_dataset data = sample_data(&f, N_ENTITY, N_FRAME);
    assert_int_equal(mdgan_series_write(&data, path, "cmocka", NULL), MDGAN_OK);
    mdgan_dataset_clear(&data);
}

static void foreign_and_missing_files(void **const state)
{
    scratch *const s = *state;
    assert_read_fails(scratch_path(s, "none.h5"), NULL, MDGAN_FILE, "No such file");
    assert_read_fails(s->directory, NULL, MDGAN_FILE, "not a regular file");
    const char *const path = scratch_path(s, "foreign.h5");
    scratch_text(path, "ITEM: TIMESTEP\n0\n");
    assert_read_fails(path, NULL, MDGAN_FORMAT, "not an HDF5 file");
    H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    assert_read_fails(path, NULL, MDGAN_FORMAT, "HDF5 but not H5MD");
}

static void truncated_files(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "cut.h5");
    struct stat whole;
    write_sample(path);
    assert_int_equal(stat(path, &whole), 0);
    const long length[] = {0, 8, 100, whole.st_size / 3, whole.st_size / 2, whole.st_size - 1};
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        write_sample(path);
        assert_int_equal(scratch_truncate(path, length[i]), whole.st_size);
        assert_read_fails(path, NULL, MDGAN_FORMAT, length[i] < 8 ? "not an HDF5 file" : "truncated");
    }
}

typedef void (*edit_fn)(hid_t file);

static void set_attribute(const hid_t file, const char *const object, const char *const name, const hid_t type,
                          const void *const value)
{
    const hid_t at = H5Oopen(file, object, H5P_DEFAULT), attribute = H5Aopen(at, name, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Oclose(at);
}

static void newer_h5md(const hid_t file)
{
    static const int32_t version[2] = {2, 0};
    set_attribute(file, "h5md", "version", H5T_NATIVE_INT32, version);
}

static void newer_schema(const hid_t file)
{
    static const int64_t version = 2;
    set_attribute(file, "mdgan", "schema_version", H5T_NATIVE_INT64, &version);
}

static void no_stride(const hid_t file)
{
    H5Adelete_by_name(file, "mdgan", "stride", H5P_DEFAULT);
}

static void other_components(const hid_t file)
{
    static const uint64_t n = 6;
    static const uint8_t no = 0;
    /* Six components would be an observable. */
    set_attribute(file, "mdgan", "components", H5T_NATIVE_UINT64, &n);
    set_attribute(file, "mdgan", "isotropic", H5T_NATIVE_UINT8, &no);
}

/* Changes one element of a data set. */
static void poke(const hid_t file, const char *const path, const hid_t type, const hsize_t index,
                 const void *const value)
{
    const hid_t set = H5Dopen2(file, path, H5P_DEFAULT), space = H5Dget_space(set), one = H5Screate(H5S_SCALAR);
    const hsize_t at[3] = {index, 0, 0};
    assert_true(H5Sselect_elements(space, H5S_SELECT_SET, 1, at) >= 0);
    assert_true(H5Dwrite(set, type, one, space, H5P_DEFAULT, value) >= 0);
    H5Sclose(one);
    H5Sclose(space);
    H5Dclose(set);
}

static void uneven_step(const hid_t file)
{
    static const int64_t step = 1;
    poke(file, "particles/trajectory/velocity/step", H5T_NATIVE_INT64, 7, &step);
}

static void farthest_step(const hid_t file)
{
    static const int64_t step = INT64_MIN;
    poke(file, "particles/trajectory/velocity/step", H5T_NATIVE_INT64, 7, &step);
}

/* Evenly, but beyond what 63 bits hold. */
static void wrapping_steps(const hid_t file)
{
    for (uint64_t i = 0; i < N_FRAME; i++) {
        const int64_t step = (int64_t)((uint64_t)INT64_MAX - 17 + 4 * i);
        poke(file, "particles/trajectory/velocity/step", H5T_NATIVE_INT64, i, &step);
    }
}

static void uneven_time(const hid_t file)
{
    static const double time = 1;
    poke(file, "particles/trajectory/velocity/time", H5T_NATIVE_DOUBLE, 7, &time);
}

static void not_a_number(const hid_t file)
{
    static const float value = NAN;
    poke(file, "particles/trajectory/velocity/value", H5T_NATIVE_FLOAT, 7, &value);
}

static void no_step(const hid_t file)
{
    H5Ldelete(file, "particles/trajectory/velocity/step", H5P_DEFAULT);
}

static void no_value(const hid_t file)
{
    H5Ldelete(file, "particles/trajectory/velocity/value", H5P_DEFAULT);
}

static void replace_value(const hid_t file, const int rank, const hsize_t *const dimension)
{
    no_value(file);
    const hid_t space = H5Screate_simple(rank, dimension, NULL);
    H5Dclose(H5Dcreate2(file, "particles/trajectory/velocity/value", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                        H5P_DEFAULT));
    H5Sclose(space);
}

static void flat_value(const hid_t file)
{
    static const hsize_t dimension[2] = {N_FRAME, N_ENTITY * 3};
    replace_value(file, 2, dimension);
}

static void two_components(const hid_t file)
{
    static const hsize_t dimension[3] = {N_FRAME, N_ENTITY, 2};
    replace_value(file, 3, dimension);
}

static void hollow_value(const hid_t file)
{
    static const hsize_t dimension[3] = {(hsize_t)1 << 40, N_ENTITY, 3};
    replace_value(file, 3, dimension);
}

static void short_steps(const hid_t file)
{
    static const hsize_t dimension = N_FRAME - 1;
    static const int64_t step[N_FRAME] = {0};
    no_step(file);
    H5Dclose(put_set(file, "particles/trajectory/velocity/step", H5T_NATIVE_INT64, 1, &dimension, step));
}

static void flat_box(const hid_t file)
{
    static const hsize_t dimension = 2;
    static const double edges[2] = {1, 1};
    H5Ldelete(file, "particles/trajectory/box/edges", H5P_DEFAULT);
    H5Dclose(put_set(file, "particles/trajectory/box/edges", H5T_NATIVE_DOUBLE, 1, &dimension, edges));
}

static void broken_contents(void **const state)
{
    scratch *const s = *state;
    const char *const path = scratch_path(s, "broken.h5");
    const struct {
        edit_fn edit;
        mdgan_status status;
        const char *word;
    } broken[] = {
        {newer_h5md, MDGAN_VERSION, "H5MD version 2.0"},
        {newer_schema, MDGAN_VERSION, "install a newer mdgan"},
        {no_stride, MDGAN_FORMAT, "mdgan/stride is missing"},
        {other_components, MDGAN_FORMAT, "no group in /observables with a feature"},
        {uneven_step, MDGAN_FORMAT, "steps are not evenly spaced: frame 7 is at step 1,"},
        {farthest_step, MDGAN_FORMAT, "steps are not evenly spaced: frame 7 is at step -9223372036854775808,"},
        {wrapping_steps, MDGAN_FORMAT, "frame 5 would be at a step beyond 2^63"},
        {uneven_time, MDGAN_FORMAT, "times are not evenly spaced: frame 7 is at time 1 "},
        {not_a_number, MDGAN_FORMAT, "value is nan at frame 7, entity 0, component 0"},
        {no_step, MDGAN_FORMAT, "data set step is missing"},
        {no_value, MDGAN_FORMAT, "no group in /particles with a velocity"},
        {flat_value, MDGAN_FORMAT, "not an array of reals [frame][entity][component]"},
        {two_components, MDGAN_FORMAT, "2 components, but the description says 3"},
        {hollow_value, MDGAN_FORMAT, "claims to be larger"},
        {short_steps, MDGAN_FORMAT, "for each of 11 frames"},
        {flat_box, MDGAN_FORMAT, "3 lengths"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        write_sample(path);
        const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        broken[i].edit(file);
        H5Fclose(file);
        assert_read_fails(path, NULL, broken[i].status, broken[i].word);
    }
}

/* ---- places that cannot be written ---- */

static void assert_open_fails(const char *const path, const char *const word)
{
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_series_writer *writer;
    mdgan_error error = {""};
    assert_fails(mdgan_series_open(&writer, path, "cmocka", &f, 1, 0, 0, NULL, &error), MDGAN_FILE, &error, word);
    assert_null(writer);
}

static void unwritable_targets(void **const state)
{
    scratch *const s = *state;
    char missing[SCRATCH_LENGTH + 16];
    snprintf(missing, sizeof missing, "%s/none/x.h5", s->directory);
    assert_open_fails(missing, "/none' does not exist; create it or choose another path");
    assert_open_fails(s->directory, "it is a directory");
    assert_open_fails("/dev/null", "not a regular file");
    assert_int_equal(scratch_count(s), 0);
}

/* Runs @p body in a process of its own and gives its exit status; 0 is success. */
static int in_child(int (*body)(scratch *), scratch *const s)
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        exit(body(s));
    }
    waitpid(child, &status, 0);
    return status;
}

static int open_without_rights(scratch *const s)
{
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    mdgan_series_writer *writer;
    mdgan_error error = {""};
    /* Root may write everywhere: become nobody. */
    if (getuid() == 0 && setuid(65534)) {
        return 1;
    }
    if (mdgan_series_open(&writer, scratch_path(s, "x.h5"), "cmocka", &f, 1, 0, 0, NULL, &error) != MDGAN_FILE) {
        return 2;
    }
    return strstr(error.text, "is not writable") ? 0 : 3;
}

static void unwritable_directory(void **const state)
{
    scratch *const s = *state;
    assert_int_equal(chmod(s->directory, 0555), 0);
    assert_int_equal(in_child(open_without_rights, s), 0);
    assert_int_equal(scratch_count(s), 0);
    assert_int_equal(chmod(s->directory, 0700), 0);
}

/* A disk that is full after so many bytes, with frames until that shows, or only a few. Leaves by exit(), where HDF5
 * takes offence at what was not closed. */
static int write_to_full_disk(scratch *const s, const rlim_t size, const size_t n_frame)
{
    const struct rlimit limit = {size, size};
    const mdgan_feature f = bond_velocity(0.1 + 0.2);
    static float row[3000];
    mdgan_series_writer *writer;
    mdgan_error error = {""};
    mdgan_status status = MDGAN_OK;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    if (mdgan_series_open(&writer, scratch_path(s, "x.h5"), "cmocka", &f, 1000, 0, 0, sample_box, &error) != MDGAN_OK) {
        return strstr(error.text, "File too large") ? 0 : 1;
    }
    for (size_t i = 0; status == MDGAN_OK && i < n_frame; i++) {
        status = mdgan_series_append(writer, row, &error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_series_finish(writer, &error);
    }
    if (status != MDGAN_FILE || !strstr(error.text, "File too large")) {
        return 2;
    }
    return mdgan_series_close(writer, &error) == MDGAN_STATE ? 0 : 3;
}

static int full_at_once(scratch *const s)
{
    return write_to_full_disk(s, 0, SIZE_MAX);
}

static int full_within_the_header(scratch *const s)
{
    return write_to_full_disk(s, 2000, SIZE_MAX);
}

static int full_within_the_first_rows(scratch *const s)
{
    return write_to_full_disk(s, 100000, SIZE_MAX);
}

static int full_later(scratch *const s)
{
    return write_to_full_disk(s, 1000000, SIZE_MAX);
}

static int full_at_the_end(scratch *const s)
{
    return write_to_full_disk(s, 100000, 1);
}

static void full_disk_leaves_nothing(void **const state)
{
    scratch *const s = *state;
    assert_int_equal(in_child(full_at_once, s), 0);
    assert_int_equal(in_child(full_within_the_header, s), 0);
    assert_int_equal(in_child(full_within_the_first_rows, s), 0);
    assert_int_equal(in_child(full_later, s), 0);
    assert_int_equal(in_child(full_at_the_end, s), 0);
    assert_int_equal(scratch_count(s), 0);
}

int main(void)
{
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(write_and_read_give_the_same_data),
        IN_SCRATCH(observables_keep_any_number_of_components),
        IN_SCRATCH(long_series_cross_buffers),
        IN_SCRATCH(nothing_appears_before_close),
        IN_SCRATCH(finished_series_wait_for_their_name),
        IN_SCRATCH(not_finite_rows_are_refused),
        IN_SCRATCH(plain_files_are_read),
        IN_SCRATCH(whole_numbers_are_times_too),
        IN_SCRATCH(images_are_unfolded_and_particles_followed),
        IN_SCRATCH(positions_without_images_stay),
        IN_SCRATCH(images_and_ids_that_do_not_fit),
        IN_SCRATCH(fixed_boxes_are_no_error),
        IN_SCRATCH(groups_are_chosen_by_name),
        IN_SCRATCH(elements_are_chosen_by_name),
        IN_SCRATCH(foreign_and_missing_files),
        IN_SCRATCH(truncated_files),
        IN_SCRATCH(broken_contents),
        IN_SCRATCH(unwritable_targets),
        IN_SCRATCH(unwritable_directory),
        IN_SCRATCH(full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
