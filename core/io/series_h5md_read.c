/* SPDX-License-Identifier: BSD-3-Clause */
/* H5MD reader (docs/file-formats.md): files of mdgan and plain ones of other programs. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/field.h"
#include "io/series_h5md.h"
#include "io/series_particles.h"

enum { GROUP_NAME_LENGTH = 256, PATH_IN_FILE_LENGTH = 512 };

/* Values read at once. */
static const size_t slab_bytes = 1 << 22;

/* The most that deflate can squeeze: a data set that claims more than this many times its stored size is damaged. */
static const size_t squeeze_limit = 1100;

/* One element of one group, on its way to a dataset. */
typedef struct source {
    const char *path; /* in messages */
    hid_t file;
    hid_t element; /* group with step, time, value */
    hid_t value;
    char parent[16]; /* particles or observables */
    char group[GROUP_NAME_LENGTH];
    char name[16];  /* of the element */
    bool described; /* the file has a feature description */
    particles particles;
    mdgan_dataset to; /* all but the values */
} source;

#define SOURCE_FAIL(s, error, format, ...)                                                                             \
    mdgan_fail(error, MDGAN_FORMAT, "series file '%s': %s/%s/%s: " format, (s)->path, (s)->parent, (s)->group,         \
               (s)->name, __VA_ARGS__)

/* ---- header and choice of the group ---- */

static mdgan_status header_check(const source *const s, mdgan_error *const error)
{
    int32_t version[2] = {0};
    const hid_t h5md = h5_exists(s->file, "h5md") ? H5Gopen2(s->file, "h5md", H5P_DEFAULT) : H5I_INVALID_HID;
    const bool good = h5md >= 0 && h5_get(h5md, "version", H5T_NATIVE_INT32, version, 2);
    h5_close(h5md);
    if (!good) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "series file '%s' is HDF5 but not H5MD: it has no h5md/version; give an H5MD file", s->path);
    }
    if (version[0] != H5MD_MAJOR) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "series file '%s' has H5MD version %d.%d, but only version %d is read; convert it or install "
                          "a newer mdgan",
                          s->path, (int)version[0], (int)version[1], H5MD_MAJOR);
    }
    return MDGAN_OK;
}

static mdgan_status description_read(source *const s, mdgan_error *const error)
{
    s->described = h5_exists(s->file, SERIES_DESCRIPTION);
    if (!s->described) {
        return MDGAN_OK;
    }
    mdgan_error reason = {""};
    const hid_t group = H5Gopen2(s->file, SERIES_DESCRIPTION, H5P_DEFAULT);
    mdgan_status status = schema_check(group, SERIES_SCHEMA, SERIES_SCHEMA_VERSION, &reason);
    if (status == MDGAN_OK) {
        status = field_get_all(group, SERIES_DESCRIPTION, feature_field, N_FEATURE_FIELD, &s->to.feature, &reason);
    }
    if (status == MDGAN_OK && mdgan_feature_check(&s->to.feature, &reason)) {
        status = MDGAN_FORMAT;
    }
    h5_close(group);
    return status != MDGAN_OK ? mdgan_fail(error, status, "series file '%s': %s", s->path, reason.text) : MDGAN_OK;
}

/* Groups seen so far that have what is looked for. */
typedef struct candidates {
    source *s;
    const char *wanted; /* group, or group/element; NULL: any */
    size_t n;           /* that fit */
    char names[300];    /* of all, for messages */
} candidates;

/* Whether @p wanted, of candidates, names this group, and no other element than this. */
static bool is_wanted(const char *const wanted, const char *const group, const char *const element)
{
    const size_t n = strlen(group);
    return !wanted || (strncmp(wanted, group, n) == 0 &&
                       (wanted[n] == '\0' || (wanted[n] == '/' && strcmp(wanted + n + 1, element) == 0)));
}

/* Name of a group's element that can be read, the wanted one if it has it; NULL if it has none. Velocities go first:
 * they are stationary. */
static const char *element_of(const source *const s, const hid_t parent, const char *const group,
                              const char *const wanted)
{
    static const char *const plain[] = {SERIES_VELOCITY, SERIES_POSITION};
    const char *const own = series_element(&s->to.feature);
    const char *const *const name = s->described ? &own : plain;
    const char *found = NULL;
    for (size_t i = s->described ? 1 : 2; i-- > 0;) {
        char path[PATH_IN_FILE_LENGTH];
        snprintf(path, sizeof path, "%s/%s/value", group, name[i]);
        if (h5_exists(parent, path) && (!found || is_wanted(wanted, group, name[i]))) {
            found = name[i];
        }
    }
    return found;
}

static herr_t candidate_add(const hid_t parent, const char *const name, const H5L_info_t *const info,
                            void *const context)
{
    candidates *const found = context;
    source *const s = found->s;
    const char *const element = strlen(name) < sizeof s->group ? element_of(s, parent, name, found->wanted) : NULL;
    (void)info;
    if (!element) {
        return 0;
    }
    const size_t used = strlen(found->names);
    snprintf(found->names + used, sizeof found->names - used, "%s'%s'", used ? ", " : "", name);
    if (is_wanted(found->wanted, name, element)) {
        found->n++;
        snprintf(s->group, sizeof s->group, "%s", name);
        snprintf(s->name, sizeof s->name, "%s", element);
    }
    return 0;
}

static mdgan_status group_choose(source *const s, const char *const group, mdgan_error *const error)
{
    const bool observable = s->described && strcmp(series_element(&s->to.feature), SERIES_OBSERVABLE) == 0;
    snprintf(s->parent, sizeof s->parent, "%s", observable ? SERIES_OBSERVABLES : SERIES_PARTICLES);
    candidates found = {.s = s, .wanted = group};
    if (h5_exists(s->file, s->parent)) {
        const hid_t parent = H5Gopen2(s->file, s->parent, H5P_DEFAULT);
        H5Literate(parent, H5_INDEX_NAME, H5_ITER_INC, NULL, candidate_add, &found);
        h5_close(parent);
    }
    if (!found.names[0]) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "series file '%s' has no group in /%s with a %s; give a file with a feature series", s->path,
                          s->parent, s->described ? series_element(&s->to.feature) : "velocity or position");
    }
    if (group && !found.n) {
        return mdgan_fail(error, MDGAN_FORMAT, "series file '%s' has no group '%s'; choose among %s", s->path, group,
                          found.names);
    }
    if (found.n > 1) {
        return mdgan_fail(error, MDGAN_FORMAT, "series file '%s' has several groups; choose among %s", s->path,
                          found.names);
    }
    char path[PATH_IN_FILE_LENGTH];
    snprintf(path, sizeof path, "%s/%s/%s", s->parent, s->group, s->name);
    s->element = H5Gopen2(s->file, path, H5P_DEFAULT);
    s->value = H5Dopen2(s->element, "value", H5P_DEFAULT);
    return s->value >= 0 ? MDGAN_OK : SOURCE_FAIL(s, error, "%s", "value is not a data set");
}

/* ---- shapes, units, steps and times ---- */

static mdgan_status unit_read(const source *const s, const hid_t set, char *const unit, mdgan_error *const error)
{
    if (H5Aexists(set, "unit") > 0 && !h5_get_text(set, "unit", unit, MDGAN_UNIT_LENGTH)) {
        return SOURCE_FAIL(s, error, "a unit is not a text of at most %d characters", MDGAN_UNIT_LENGTH - 1);
    }
    return MDGAN_OK;
}

static mdgan_status shape_read(source *const s, mdgan_error *const error)
{
    hsize_t dimension[3];
    if (h5_shape(s->value, dimension) != 3 || !h5_has_class(s->value, H5T_FLOAT)) {
        return SOURCE_FAIL(s, error, "%s", "value is not an array of reals [frame][entity][component]");
    }
    mdgan_feature *const feature = &s->to.feature;
    if (!dimension[0] || !dimension[1] || !dimension[2] || dimension[2] > MDGAN_COMPONENT_MAX) {
        return SOURCE_FAIL(s, error,
                           "value has %llu frames, %llu entities and %llu components; 1 to %d components and "
                           "at least one of the others are needed",
                           (unsigned long long)dimension[0], (unsigned long long)dimension[1],
                           (unsigned long long)dimension[2], MDGAN_COMPONENT_MAX);
    }
    if (s->described && dimension[2] != feature->n_component) {
        return SOURCE_FAIL(s, error, "value has %llu components, but the description says %zu",
                           (unsigned long long)dimension[2], feature->n_component);
    }
    const hsize_t stored = H5Dget_storage_size(s->value);
    if ((double)dimension[0] * (double)dimension[1] * (double)dimension[2] * sizeof(float) >
        (double)stored * (double)squeeze_limit) {
        return SOURCE_FAIL(s, error, "value claims to be larger than its %llu stored bytes can be; the file is damaged",
                           (unsigned long long)stored);
    }
    s->to.n_frame = (size_t)dimension[0];
    s->to.n_entity = (size_t)dimension[1];
    feature->n_component = (size_t)dimension[2];
    return MDGAN_OK;
}

/* Reads a fixed interval (a scalar and its offset attribute) or one number per frame into @p values [n_frame]; real
 * numbers or, if @p integral, integers. */
static bool axis_read(const source *const s, const hid_t set, const bool integral, void *const values)
{
    hsize_t dimension[3];
    const int rank = h5_shape(set, dimension);
    const hid_t type = integral ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    if (integral ? !h5_has_class(set, H5T_INTEGER) : !h5_has_class(set, H5T_FLOAT) && !h5_has_class(set, H5T_INTEGER)) {
        return false;
    }
    if (rank == 1 && dimension[0] == s->to.n_frame) {
        return H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    }
    int64_t step = 0, first_step = 0;
    double time = 0, first_time = 0;
    if (rank != 0 || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, integral ? (void *)&step : (void *)&time) < 0) {
        return false;
    }
    const bool has_offset = H5Aexists(set, "offset") > 0,
               whole = h5_get(set, "offset", H5T_NATIVE_INT64, &first_step, 0);
    if (has_offset && !whole && (integral || !h5_get(set, "offset", H5T_NATIVE_DOUBLE, &first_time, 0))) {
        return false;
    }
    first_time = whole ? (double)first_step : first_time;
    for (size_t i = 0; i < s->to.n_frame; i++) {
        if (integral) {
            ((int64_t *)values)[i] = (int64_t)((uint64_t)first_step + (uint64_t)step * i);
        } else {
            ((double *)values)[i] = first_time + time * (double)i;
        }
    }
    return true;
}

/* Steps of a damaged file may be so far apart that their difference wraps around. */
static int64_t step_difference(const int64_t to, const int64_t from)
{
    return (int64_t)((uint64_t)to - (uint64_t)from);
}

static mdgan_status step_check(source *const s, const int64_t *const step, mdgan_error *const error)
{
    const size_t n = s->to.n_frame;
    mdgan_feature *const feature = &s->to.feature;
    if (!s->described) {
        feature->stride = n > 1 ? step_difference(step[1], step[0]) : 0;
    }
    if (feature->stride < 1) {
        return SOURCE_FAIL(s, error, "the steps of %zu frames do not rise; at least two frames in order are needed", n);
    }
    for (size_t i = 1; i < n; i++) {
        const int64_t difference = step_difference(step[i], step[i - 1]);
        if (difference != feature->stride) {
            return SOURCE_FAIL(s, error,
                               "steps are not evenly spaced: frame %zu is at step %lld, %lld steps after the "
                               "one before instead of %lld; write frames at a fixed interval",
                               i, (long long)step[i], (long long)difference, (long long)feature->stride);
        }
        if (step[i] < step[i - 1]) {
            return SOURCE_FAIL(s, error, "frame %zu would be at a step beyond 2^63; the file is damaged", i);
        }
    }
    s->to.first_step = step[0];
    return MDGAN_OK;
}

static mdgan_status time_check(source *const s, const double *const time, mdgan_error *const error)
{
    const size_t n = s->to.n_frame;
    mdgan_feature *const feature = &s->to.feature;
    if (!s->described) {
        feature->dt = (time[n - 1] - time[0]) / (double)(n - 1);
    }
    if (!(feature->dt > 0) || !isfinite(feature->dt) || !isfinite(time[0])) {
        return SOURCE_FAIL(s, error, "the times do not rise: %g to %g in %zu frames", time[0], time[n - 1], n);
    }
    for (size_t i = 0; i < n; i++) {
        /* Single-precision times of long runs are off by more than a thousandth of dt. */
        const double expected = time[0] + (double)i * feature->dt, slack = 1e-3 * feature->dt + 1e-6 * fabs(expected);
        const bool rises = i == 0 || time[i] >= time[i - 1]; /* by less than the slack, perhaps */
        if (!rises || !(fabs(time[i] - expected) <= slack)) {
            return SOURCE_FAIL(s, error,
                               "times are not evenly spaced: frame %zu is at time %g instead of %g; write "
                               "frames at a fixed interval and time step",
                               i, time[i], expected);
        }
    }
    s->to.first_time = time[0];
    return MDGAN_OK;
}

static mdgan_status axis_open(const source *const s, const char *const name, hid_t *const set, mdgan_error *const error)
{
    *set = h5_exists(s->element, name) ? H5Dopen2(s->element, name, H5P_DEFAULT) : H5I_INVALID_HID;
    return *set >= 0 ? MDGAN_OK : SOURCE_FAIL(s, error, "data set %s is missing; it says when the frames are", name);
}

/* steps, times: [n_frame] */
static mdgan_status axes_check(source *const s, int64_t *const steps, double *const times, mdgan_error *const error)
{
    hid_t step = H5I_INVALID_HID, time = H5I_INVALID_HID;
    mdgan_status status = axis_open(s, "step", &step, error);
    if (status == MDGAN_OK) {
        status = axis_open(s, "time", &time, error);
    }
    if (status == MDGAN_OK && !(axis_read(s, step, true, steps) && axis_read(s, time, false, times))) {
        status =
            SOURCE_FAIL(s, error,
                        "step or time has neither one number for all, with a number as offset, nor one for each of "
                        "%zu frames",
                        s->to.n_frame);
    }
    if (status == MDGAN_OK) {
        status = step_check(s, steps, error);
    }
    if (status == MDGAN_OK) {
        status = time_check(s, times, error);
    }
    if (status == MDGAN_OK && !s->described) {
        status = unit_read(s, time, s->to.feature.time_unit, error);
    }
    h5_close(time);
    h5_close(step);
    return status;
}

static mdgan_status axes_read(source *const s, mdgan_error *const error)
{
    const size_t n = s->to.n_frame;
    int64_t *const steps = calloc(n, sizeof *steps);
    double *const times = calloc(n, sizeof *times);
    const mdgan_status status = steps && times
                                    ? axes_check(s, steps, times, error)
                                    : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu frames of '%s'", n, s->path);
    free(times);
    free(steps);
    return status;
}

/* ---- particles ---- */

/* Opens what stands beside the element, and reads the box of the last frame. */
static mdgan_status particles_read(source *const s, mdgan_error *const error)
{
    char path[PATH_IN_FILE_LENGTH];
    mdgan_error reason;
    snprintf(path, sizeof path, SERIES_PARTICLES "/%s", s->group);
    const hid_t group = h5_exists(s->file, path) ? H5Gopen2(s->file, path, H5P_DEFAULT) : H5I_INVALID_HID;
    mdgan_status status = particles_open_box(&s->particles, group, &reason);
    if (status == MDGAN_OK && s->particles.edges >= 0) {
        status = particles_box(&s->particles, SIZE_MAX, s->to.box, &reason);
    }
    if (status == MDGAN_OK && !s->described) {
        status = particles_open_identity(&s->particles, group, strcmp(s->name, SERIES_POSITION) == 0, s->to.n_frame,
                                         s->to.n_entity, &reason);
    }
    h5_close(group);
    if (status != MDGAN_OK) {
        return mdgan_fail(error, status, "series file '%s': %s/%s: %s", s->path, SERIES_PARTICLES, s->group,
                          reason.text);
    }
    if (s->particles.image >= 0 && s->to.feature.n_component != H5MD_DIMENSION) {
        return SOURCE_FAIL(s, error, "value has %zu components, but the image beside it counts boxes in %d directions",
                           s->to.feature.n_component, H5MD_DIMENSION);
    }
    return s->particles.edges >= 0 && !s->described ? unit_read(s, s->particles.edges, s->to.feature.length_unit, error)
                                                    : MDGAN_OK;
}

/* ---- values ---- */

/* What a plain file does not say. */
static mdgan_status feature_guess(source *const s, mdgan_error *const error)
{
    mdgan_feature *const feature = &s->to.feature;
    const bool velocity = strcmp(s->name, SERIES_VELOCITY) == 0;
    if (snprintf(feature->name, sizeof feature->name, "%s/%s", s->group, s->name) >= (int)sizeof feature->name) {
        return SOURCE_FAIL(s, error, "the group's name is longer than %d characters", MDGAN_NAME_LENGTH - 10);
    }
    feature->kind = velocity ? MDGAN_VELOCITY : MDGAN_POSITION;
    feature->isotropic = feature->n_component % 3 == 0;
    feature->reversible = true;
    const mdgan_status status = unit_read(s, s->value, feature->value_unit, error);
    if (status == MDGAN_OK && !velocity && !feature->length_unit[0]) {
        memcpy(feature->length_unit, feature->value_unit, sizeof feature->length_unit);
    }
    return status;
}

/* Frames read at once: some MiB, or a whole chunk, which would else be unpacked again and again. */
static size_t slab_frames(const source *const s)
{
    hsize_t chunk[3] = {0};
    const hid_t creation = H5Dget_create_plist(s->value);
    if (H5Pget_layout(creation) == H5D_CHUNKED) {
        H5Pget_chunk(creation, 3, chunk);
    }
    h5_close(creation);
    size_t n = slab_bytes / sizeof(float) / s->to.n_entity / s->to.feature.n_component;
    if (chunk[0]) {
        n = n < chunk[0] ? (size_t)chunk[0] : n - n % chunk[0];
    }
    if (n > s->to.n_frame) {
        n = s->to.n_frame;
    }
    return n ? n : 1;
}

/* Frames [n][entity][component] on their way from the file to a dataset. */
typedef struct slab {
    float *value;
    size_t *entity; /* [n][entity] which each is, if their order changes */
} slab;

/* Puts @p n frames from @p first on where a dataset has them. */
static mdgan_status slab_place(const source *const s, const slab *const from, const size_t first, const size_t n,
                               float *const value, mdgan_error *const error)
{
    const size_t n_entity = s->to.n_entity, n_component = s->to.feature.n_component;
    for (size_t i = 0; i < n * n_entity; i++) {
        const size_t frame = first + i / n_entity, entity = from->entity ? from->entity[i] : i % n_entity;
        float *const to = value + (entity * s->to.n_frame + frame) * n_component;
        for (size_t c = 0; c < n_component; c++) {
            to[c] = from->value[i * n_component + c];
            if (!isfinite(to[c])) {
                return SOURCE_FAIL(s, error,
                                   "value is %g at frame %zu, entity %zu, component %zu; only finite values "
                                   "can be used",
                                   (double)to[c], frame, entity, c);
            }
        }
    }
    return MDGAN_OK;
}

/* Reads @p n frames from @p first on; positions out of their boxes, and who is who. */
static mdgan_status slab_read(const source *const s, const slab *const to, const size_t first, const size_t n,
                              mdgan_error *const error)
{
    mdgan_error reason;
    mdgan_status status = MDGAN_OK;
    if (!h5_read_frames(s->value, H5T_NATIVE_FLOAT, first, n, to->value)) {
        return SOURCE_FAIL(s, error, "values from frame %zu on cannot be read; the file is damaged", first);
    }
    if (s->particles.image >= 0) {
        status = particles_unwrap(&s->particles, first, n, to->value, &reason);
    }
    if (status == MDGAN_OK && to->entity) {
        status = particles_identify(&s->particles, first, n, to->entity, &reason);
    }
    return status == MDGAN_OK
               ? MDGAN_OK
               : mdgan_fail(error, status, "series file '%s': %s/%s: %s", s->path, s->parent, s->group, reason.text);
}

static mdgan_status values_read(const source *const s, float *const value, mdgan_error *const error)
{
    const size_t n_slab = slab_frames(s), n_entity = s->to.n_entity;
    const bool ordered = s->particles.id < 0;
    slab part = {.value = malloc(n_slab * n_entity * s->to.feature.n_component * sizeof *part.value),
                 .entity = ordered ? NULL : malloc(n_slab * n_entity * sizeof *part.entity)};
    mdgan_status status = part.value && (ordered || part.entity)
                              ? MDGAN_OK
                              : mdgan_fail(error, MDGAN_MEMORY, "no memory to read '%s'", s->path);
    for (size_t first = 0; first < s->to.n_frame && status == MDGAN_OK; first += n_slab) {
        const size_t n = s->to.n_frame - first < n_slab ? s->to.n_frame - first : n_slab;
        status = slab_read(s, &part, first, n, error);
        if (status == MDGAN_OK) {
            status = slab_place(s, &part, first, n, value, error);
        }
    }
    free(part.entity);
    free(part.value);
    return status;
}

static mdgan_status source_read(source *const s, const char *const group, mdgan_dataset *const made,
                                mdgan_error *const error)
{
    mdgan_status status = header_check(s, error);
    if (status == MDGAN_OK) {
        status = description_read(s, error);
    }
    if (status == MDGAN_OK) {
        status = group_choose(s, group, error);
    }
    if (status == MDGAN_OK) {
        status = shape_read(s, error);
    }
    if (status == MDGAN_OK) {
        status = axes_read(s, error);
    }
    if (status == MDGAN_OK) {
        status = particles_read(s, error);
    }
    if (status == MDGAN_OK && !s->described) {
        status = feature_guess(s, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_dataset_create(made, &s->to.feature, s->to.n_entity, s->to.n_frame, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    made->first_step = s->to.first_step;
    made->first_time = s->to.first_time;
    memcpy(made->box, s->to.box, sizeof made->box);
    status = values_read(s, made->value, error);
    if (status != MDGAN_OK) {
        mdgan_dataset_clear(made);
    }
    return status;
}

static mdgan_status source_open(source *const s, const h5_session *const session, mdgan_error *const error)
{
    const hid_t access = h5_file_access();
    const bool hdf5 = H5Fis_hdf5(s->path) > 0;
    if (hdf5) {
        s->file = H5Fopen(s->path, H5F_ACC_RDONLY, access);
    }
    h5_close(access);
    if (!hdf5) {
        return mdgan_fail(error, MDGAN_FORMAT, "series file '%s' is not an HDF5 file; give an H5MD file", s->path);
    }
    if (s->file < 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "series file '%s' is damaged or truncated (%s); give a whole file",
                          s->path, h5_reason(session, "HDF5 cannot open it"));
    }
    return MDGAN_OK;
}

mdgan_status mdgan_series_read(mdgan_dataset *const data, const char *const path, const char *const group,
                               mdgan_error *const error)
{
    mdgan_status status = file_check(path, error);
    if (status != MDGAN_OK) {
        return status;
    }
    source s = {.path = path,
                .file = H5I_INVALID_HID,
                .element = H5I_INVALID_HID,
                .value = H5I_INVALID_HID,
                .particles = particles_none()};
    mdgan_dataset made = {0};
    h5_session session;
    h5_begin(&session);
    status = source_open(&s, &session, error);
    if (status == MDGAN_OK) {
        status = source_read(&s, group, &made, error);
    }
    particles_close(&s.particles);
    h5_close(s.value);
    h5_close(s.element);
    h5_close(s.file);
    h5_end(&session);
    if (status == MDGAN_OK) {
        *data = made;
    }
    /* What looks like a missing part may be a damaged one. */
    if (s.file >= 0 && status == MDGAN_FORMAT && session.reason[0] && error) {
        return mdgan_fail(error, status, "%s (HDF5 reports: %s)", error->text, session.reason);
    }
    return status;
}
