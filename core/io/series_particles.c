/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/series_particles.h"

#include <stdlib.h>
#include <string.h>

enum { AXES = 3, BOX_SIZE = AXES * AXES };

/* ---- box ---- */

/* box/edges/value, or the data set box/edges where one box holds for all frames. */
static hid_t edges_open(const hid_t group, bool *const move)
{
    *move = h5_exists(group, "box/edges/value");
    return *move                           ? H5Dopen2(group, "box/edges/value", H5P_DEFAULT)
           : h5_exists(group, "box/edges") ? H5Dopen2(group, "box/edges", H5P_DEFAULT)
                                           : H5I_INVALID_HID;
}

static bool edges_are_good(const particles *const p)
{
    hsize_t dimension[3];
    const int rank = h5_shape(p->edges, dimension), vectors = rank - p->edges_move;
    return (vectors == 1 || vectors == 2) && h5_has_class(p->edges, H5T_FLOAT) && dimension[rank - 1] == AXES &&
           dimension[0] > 0 && (vectors == 1 || dimension[rank - 2] == AXES);
}

mdgan_status particles_open_box(particles *const p, const hid_t group, mdgan_error *const error)
{
    *p = particles_none();
    p->edges = edges_open(group, &p->edges_move);
    if (p->edges >= 0 && !edges_are_good(p)) {
        return mdgan_fail(error, MDGAN_FORMAT, "box/edges is not an array of 3 lengths or 3 x 3 vectors");
    }
    return MDGAN_OK;
}

/* Edge vectors of @p n frames from @p first on; those of a box that does not move are the same for all. */
static mdgan_status read_boxes(const particles *const p, const size_t first, const size_t n, double *const box,
                               mdgan_error *const error)
{
    hsize_t dimension[3];
    const bool vectors = h5_shape(p->edges, dimension) - p->edges_move == 2;
    const size_t size = vectors ? BOX_SIZE : AXES;
    const bool good = p->edges_move ? h5_read_frames(p->edges, H5T_NATIVE_DOUBLE, first, n, box)
                                    : H5Dread(p->edges, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, box) >= 0;
    if (!good) {
        return mdgan_fail(error, MDGAN_FORMAT, "box/edges of frame %zu cannot be read; the file is damaged", first);
    }
    /* From the last frame on: what is read fills the front. */
    for (size_t f = n; f-- > 0;) {
        double edge[BOX_SIZE];
        memcpy(edge, box + (p->edges_move ? f * size : 0), size * sizeof *edge);
        for (size_t i = 0; i < BOX_SIZE; i++) {
            box[f * BOX_SIZE + i] = vectors ? edge[i] : i % (AXES + 1) == 0 ? edge[i / (AXES + 1)] : 0;
        }
    }
    return MDGAN_OK;
}

mdgan_status particles_box(const particles *const p, const size_t frame, double box[9], mdgan_error *const error)
{
    hsize_t dimension[3];
    h5_shape(p->edges, dimension);
    const size_t last = p->edges_move ? (size_t)dimension[0] - 1 : 0;
    return read_boxes(p, frame < last ? frame : last, 1, box, error);
}

/* ---- images and IDs ---- */

/* One number, or @p n of them, for each particle and frame. */
static mdgan_status per_particle(const particles *const p, const hid_t set, const char *const name, const size_t n,
                                 mdgan_error *const error)
{
    hsize_t dimension[3];
    const int rank = h5_shape(set, dimension);
    if (rank != (n > 1 ? 3 : 2) || !h5_has_class(set, H5T_INTEGER) || dimension[0] != p->n_frame ||
        dimension[1] != p->n_entity || dimension[2] != n) {
        return mdgan_fail(
            error, MDGAN_FORMAT,
            "%s is not an array of integers for the same %zu frames and %zu particles: write it with every frame, "
            "or not at all",
            name, p->n_frame, p->n_entity);
    }
    return MDGAN_OK;
}

static mdgan_status open_image(particles *const p, const hid_t group, mdgan_error *const error)
{
    hsize_t dimension[3];
    if (!h5_exists(group, "image/value")) {
        return MDGAN_OK; /* or images that hold for all frames, which move particles with the box at the most */
    }
    p->image = H5Dopen2(group, "image/value", H5P_DEFAULT);
    if (p->edges < 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "image counts boxes, but there is no box/edges");
    }
    h5_shape(p->edges, dimension);
    if (p->edges_move && dimension[0] != p->n_frame) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "box/edges is there for %llu frames, but image for %zu: write it with every frame",
                          (unsigned long long)dimension[0], p->n_frame);
    }
    return per_particle(p, p->image, "image", AXES, error);
}

static int by_id(const void *const a, const void *const b)
{
    const int64_t x = ((const particle_place *)a)->id, y = ((const particle_place *)b)->id;
    return (x > y) - (x < y);
}

static mdgan_status read_id(const particles *const p, const size_t first, const size_t n, int64_t *const id,
                            mdgan_error *const error)
{
    return h5_read_frames(p->id, H5T_NATIVE_INT64, first, n, id)
               ? MDGAN_OK
               : mdgan_fail(error, MDGAN_FORMAT, "id of frame %zu cannot be read; the file is damaged", first);
}

/* Remembers who is where in the first frame. */
static mdgan_status find_places(particles *const p, mdgan_error *const error)
{
    int64_t *const id = malloc(p->n_entity * sizeof *id);
    p->place = malloc(p->n_entity * sizeof *p->place);
    mdgan_status status = id && p->place ? read_id(p, 0, 1, id, error)
                                         : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu IDs", p->n_entity);
    for (size_t i = 0; status == MDGAN_OK && i < p->n_entity; i++) {
        p->place[i] = (particle_place){id[i], i};
    }
    free(id);
    if (status == MDGAN_OK) {
        qsort(p->place, p->n_entity, sizeof *p->place, by_id);
    }
    for (size_t i = 1; status == MDGAN_OK && i < p->n_entity; i++) {
        if (p->place[i].id == p->place[i - 1].id) {
            status = mdgan_fail(error, MDGAN_FORMAT, "id has two particles %lld in the first frame",
                                (long long)p->place[i].id);
        }
    }
    return status;
}

mdgan_status particles_open_identity(particles *const p, const hid_t group, const bool positions, const size_t n_frame,
                                     const size_t n_entity, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    p->n_frame = n_frame;
    p->n_entity = n_entity;
    if (positions) {
        status = open_image(p, group, error);
    }
    if (status == MDGAN_OK && h5_exists(group, "id/value")) {
        p->id = H5Dopen2(group, "id/value", H5P_DEFAULT);
        status = per_particle(p, p->id, "id", 1, error);
        if (status == MDGAN_OK) {
            status = find_places(p, error);
        }
    }
    return status;
}

void particles_close(particles *const p)
{
    h5_close(p->edges);
    h5_close(p->id);
    h5_close(p->image);
    free(p->place);
}

/* positions: [n_row / 3][3] of one frame, images alike */
static void add_images(const size_t n_row, const int32_t *const images, const double box[9], float *const positions)
{
    for (size_t i = 0; i < n_row; i++) {
        const int32_t *const image = images + i - i % AXES;
        const double *const edge = box + i % AXES;
        positions[i] = (float)(positions[i] + image[0] * edge[0] + image[1] * edge[AXES] + image[2] * edge[2 * AXES]);
    }
}

/* Images and boxes of all frames are read at once: to get at one frame, HDF5 may have to unpack a chunk of many. */
mdgan_status particles_unwrap(const particles *const p, const size_t first, const size_t n, float *const positions,
                              mdgan_error *const error)
{
    const size_t n_row = AXES * p->n_entity;
    int32_t *const images = malloc(n * n_row * sizeof *images);
    double *const boxes = malloc(n * BOX_SIZE * sizeof *boxes);
    mdgan_status status =
        images && boxes ? read_boxes(p, first, n, boxes, error)
                        : mdgan_fail(error, MDGAN_MEMORY, "no memory for the images of %zu particles", p->n_entity);
    if (status == MDGAN_OK && !h5_read_frames(p->image, H5T_NATIVE_INT32, first, n, images)) {
        status = mdgan_fail(error, MDGAN_FORMAT, "image of frame %zu cannot be read; the file is damaged", first);
    }
    for (size_t f = 0; status == MDGAN_OK && f < n; f++) {
        add_images(n_row, images + f * n_row, boxes + f * BOX_SIZE, positions + f * n_row);
    }
    free(boxes);
    free(images);
    return status;
}

/* Of one frame. @p seen: [n_entity] */
static mdgan_status find_entities(const particles *const p, const size_t frame, const int64_t *const id,
                                  bool *const seen, size_t *const entity, mdgan_error *const error)
{
    memset(seen, 0, p->n_entity * sizeof *seen);
    for (size_t i = 0; i < p->n_entity; i++) {
        const particle_place wanted = {.id = id[i]};
        const particle_place *const place = bsearch(&wanted, p->place, p->n_entity, sizeof wanted, by_id);
        if (!place || seen[place->entity]) {
            return mdgan_fail(error, MDGAN_FORMAT,
                              "id has particle %lld in frame %zu %s; the same particles are needed in all frames",
                              (long long)id[i], frame, place ? "twice" : "but not in the first");
        }
        seen[place->entity] = true;
        entity[i] = place->entity;
    }
    return MDGAN_OK;
}

mdgan_status particles_identify(const particles *const p, const size_t first, const size_t n, size_t *const entity,
                                mdgan_error *const error)
{
    int64_t *const id = malloc(n * p->n_entity * sizeof *id);
    bool *const seen = malloc(p->n_entity * sizeof *seen);
    mdgan_status status = id && seen ? read_id(p, first, n, id, error)
                                     : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu IDs", n * p->n_entity);
    for (size_t f = 0; status == MDGAN_OK && f < n; f++) {
        status = find_entities(p, first + f, id + f * p->n_entity, seen, entity + f * p->n_entity, error);
    }
    free(seen);
    free(id);
    return status;
}
