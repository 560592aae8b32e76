/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static herr_t keep_first(const unsigned number, const H5E_error2_t *const frame, void *const context)
{
    char *const reason = context;
    static const char system_text[] = "error message = '";
    const char *text = frame->desc ? frame->desc : "";
    const char *const found = strstr(text, system_text);
    (void)number;
    /* Out of a long line of numbers only the operating system's words are of use. */
    if (found) {
        text = found + strlen(system_text);
    }
    snprintf(reason, sizeof((h5_session *)0)->reason, "%.*s", (int)(found ? strcspn(text, "'") : strlen(text)), text);
    return 1;
}

/* HDF5 calls this once for each failing call, while its error stack still stands. */
static herr_t keep_reason(const hid_t stack, void *const context)
{
    h5_session *const session = context;
    if (!session->reason[0]) {
        H5Ewalk2(stack, H5E_WALK_UPWARD, keep_first, session->reason);
    }
    return 0;
}

void h5_begin(h5_session *const session)
{
    session->reason[0] = '\0';
    H5Eget_auto2(H5E_DEFAULT, &session->function, &session->data);
    H5Eset_auto2(H5E_DEFAULT, keep_reason, session);
}

void h5_end(const h5_session *const session)
{
    H5Eset_auto2(H5E_DEFAULT, session->function, session->data);
}

const char *h5_reason(const h5_session *const session, const char *const otherwise)
{
    return session->reason[0] ? session->reason : otherwise;
}

void h5_close(const hid_t id)
{
    if (id >= 0) {
        H5Idec_ref(id);
    }
}

hid_t h5_file_creation(void)
{
    const hid_t list = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(list, false);
    return list;
}

hid_t h5_file_access(void)
{
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    /* Written as simply as can be, and read whatever is newer. */
    H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    /* Files are renamed when whole and never changed: locks are not needed, and many cluster file systems lack them. */
    H5Pset_file_locking(list, false, true);
    return list;
}

hid_t h5_dataset_creation(void)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(list, false);
    return list;
}

hid_t h5_group_create(const hid_t at, const char *const name)
{
    const hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(list, false);
    const hid_t group = H5Gcreate2(at, name, H5P_DEFAULT, list, H5P_DEFAULT);
    h5_close(list);
    return group;
}

static bool is_group(const hid_t at, const char *const path)
{
    const hid_t object = H5Oopen(at, path, H5P_DEFAULT);
    const bool good = object >= 0 && H5Iget_type(object) == H5I_GROUP;
    h5_close(object);
    return good;
}

bool h5_exists(const hid_t at, const char *const path)
{
    char part[1024];
    const size_t length = strlen(path);
    if (length >= sizeof part) {
        return false;
    }
    /* HDF5 reports an error for a path whose middle is missing or no group, so it is looked up link by link. */
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '/' && path[end] != '\0') {
            continue;
        }
        memcpy(part, path, end);
        part[end] = '\0';
        if (H5Lexists(at, part, H5P_DEFAULT) <= 0 || H5Oexists_by_name(at, part, H5P_DEFAULT) <= 0 ||
            (path[end] == '/' && !is_group(at, part))) {
            return false;
        }
    }
    return length > 0;
}

int h5_shape(const hid_t set, hsize_t dimension[3])
{
    dimension[0] = dimension[1] = dimension[2] = 1;
    const hid_t space = H5Dget_space(set);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    if (rank > 3) {
        rank = -1;
    }
    if (rank > 0) {
        H5Sget_simple_extent_dims(space, dimension, NULL);
    }
    h5_close(space);
    return rank;
}

bool h5_has_class(const hid_t set, const H5T_class_t wanted)
{
    const hid_t type = H5Dget_type(set);
    const bool good = type >= 0 && H5Tget_class(type) == wanted;
    h5_close(type);
    return good;
}

bool h5_read_frames(const hid_t set, const hid_t memory_type, const size_t first, const size_t n, void *const values)
{
    hsize_t dimension[3], start[3] = {first}, total = n;
    const int rank = h5_shape(set, dimension);
    dimension[0] = n;
    for (int i = 1; i < rank; i++) {
        total *= dimension[i];
    }
    const hid_t file_space = H5Dget_space(set), memory_space = H5Screate_simple(1, &total, NULL);
    const bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, dimension, NULL) >= 0 &&
                      H5Dread(set, memory_type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    h5_close(memory_space);
    h5_close(file_space);
    return good;
}

hid_t h5_text_type(const size_t size)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

bool h5_put(const hid_t at, const char *const name, const hid_t file_type, const hid_t memory_type,
            const void *const values, const size_t n)
{
    const hsize_t dimension = n;
    const hid_t space = n ? H5Screate_simple(1, &dimension, NULL) : H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(at, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool good = attribute >= 0 && H5Awrite(attribute, memory_type, values) >= 0;
    h5_close(attribute);
    h5_close(space);
    return good;
}

bool h5_put_text(const hid_t at, const char *const name, const char *const text)
{
    const hid_t type = h5_text_type(strlen(text) + 1);
    const bool good = h5_put(at, name, type, type, text, 0);
    h5_close(type);
    return good;
}

bool h5_put_variable_text(const hid_t at, const char *const name, const char *const text)
{
    const hid_t type = h5_text_type(H5T_VARIABLE);
    const bool good = h5_put(at, name, type, type, &text, 0);
    h5_close(type);
    return good;
}

static hid_t attribute_open(const hid_t at, const char *const name)
{
    return H5Aexists(at, name) > 0 ? H5Aopen(at, name, H5P_DEFAULT) : H5I_INVALID_HID;
}

/* Elements of an attribute; 0 if it has none or is not open. */
static size_t attribute_length(const hid_t attribute)
{
    const hid_t space = H5Aget_space(attribute);
    const hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : 0;
    h5_close(space);
    return n > 0 ? (size_t)n : 0;
}

bool h5_get(const hid_t at, const char *const name, const hid_t memory_type, void *const values, const size_t n)
{
    const hid_t attribute = attribute_open(at, name);
    if (attribute < 0) {
        return false;
    }
    const hid_t type = H5Aget_type(attribute);
    const bool good = type >= 0 && H5Tget_class(type) == H5Tget_class(memory_type) &&
                      attribute_length(attribute) == (n ? n : 1) && H5Aread(attribute, memory_type, values) >= 0;
    h5_close(type);
    h5_close(attribute);
    return good;
}

/* The attribute's text in memory of its own, NULL on failure. */
static char *read_text(const hid_t attribute, const hid_t type)
{
    static const size_t sensible = 1 << 20;
    if (H5Tis_variable_str(type) > 0) {
        char *from_hdf5 = NULL;
        if (H5Aread(attribute, type, &from_hdf5) < 0 || !from_hdf5) {
            return NULL;
        }
        char *const text = strdup(from_hdf5);
        H5free_memory(from_hdf5);
        return text;
    }
    const size_t size = H5Tget_size(type);
    char *const text = size > 0 && size <= sensible ? calloc(size + 1, 1) : NULL;
    if (!text) {
        return NULL;
    }
    if (H5Aread(attribute, type, text) < 0) {
        free(text);
        return NULL;
    }
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) {
        for (size_t end = size; end > 0 && text[end - 1] == ' '; end--) {
            text[end - 1] = '\0';
        }
    }
    return text;
}

bool h5_get_text(const hid_t at, const char *const name, char *const text, const size_t capacity)
{
    const hid_t attribute = attribute_open(at, name);
    if (attribute < 0) {
        return false;
    }
    const hid_t type = H5Aget_type(attribute);
    char *found = NULL;
    if (H5Tget_class(type) == H5T_STRING && attribute_length(attribute) == 1) {
        found = read_text(attribute, type);
    }
    const bool good = found && strlen(found) < capacity;
    if (good) {
        memcpy(text, found, strlen(found) + 1);
    }
    free(found);
    h5_close(type);
    h5_close(attribute);
    return good;
}
