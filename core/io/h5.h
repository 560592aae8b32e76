/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5 in few words. All functions take and return plain handles; a failed handle may be passed on, the next call then
 * fails as well, so that a caller writes straight on, checks once and closes all.
 *
 * Include hierarchy: h5.h <- {field.h, series_particles.h} <- {model_file.c, series_h5md*.c}. */
#ifndef MDGAN_IO_H5_H
#define MDGAN_IO_H5_H

#include <hdf5.h>
#include <mdgan/version.h>
#include <stdbool.h>
#include <stddef.h>

/* HDF5 prints its errors unless told otherwise. Between begin and end it keeps the innermost reason here instead; the
 * caller's own setting is put back. */
typedef struct h5_session {
    H5E_auto2_t function;
    void *data;
    char reason[128]; /* of the first failure, e.g. "No space left on device"; "" if none */
} h5_session;

void h5_begin(h5_session *session);
void h5_end(const h5_session *session);
/* The reason, or @p otherwise if HDF5 gave none. */
const char *h5_reason(const h5_session *session, const char *otherwise);

/* Closes any kind of handle; a failed one is fine. */
void h5_close(hid_t id);

/* Property lists: no time stamps (equal contents give equal bytes), format of HDF5 1.8, which has checksums in its
 * headers and which every reader in use knows. */
hid_t h5_file_creation(void);
hid_t h5_file_access(void);
hid_t h5_dataset_creation(void);

hid_t h5_group_create(hid_t at, const char *name);
/* Whether every link of a relative path leads to an object. */
bool h5_exists(hid_t at, const char *path);

/* Rank and dimensions of a data set (at most 3, padded with 1); -1 if there are more or it is not open. */
int h5_shape(hid_t set, hsize_t dimension[3]);
bool h5_has_class(hid_t set, H5T_class_t wanted);
/* All numbers of @p n frames from @p first on, where frames are the first dimension. */
bool h5_read_frames(hid_t set, hid_t memory_type, size_t first, size_t n, void *values);

/* Text type of @p size bytes or H5T_VARIABLE. */
hid_t h5_text_type(size_t size);

/* Attributes. @p n: elements, 0 for a scalar. */
bool h5_put(hid_t at, const char *name, hid_t file_type, hid_t memory_type, const void *values, size_t n);
bool h5_put_text(hid_t at, const char *name, const char *text);
/* A variable-length text, which h5py (and so MDAnalysis) hands out as str. */
bool h5_put_variable_text(hid_t at, const char *name, const char *text);

/* Reading checks type class and number of elements first. @p memory_type: a native integer or real type; integers are
 * not read into reals nor the other way round. */
bool h5_get(hid_t at, const char *name, hid_t memory_type, void *values, size_t n);
/* Fixed or variable length; false also if @p capacity (with the NUL) is too small. */
bool h5_get_text(hid_t at, const char *name, char *text, size_t capacity);

#endif
