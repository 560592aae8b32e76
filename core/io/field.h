/* SPDX-License-Identifier: BSD-3-Clause */
/* A struct's members as attributes of an HDF5 group: one table per struct serves writing and reading, so that the two
 * cannot drift apart. */
#ifndef MDGAN_IO_FIELD_H
#define MDGAN_IO_FIELD_H

#include <mdgan/dataset.h>

#include "io/h5.h"

typedef enum field_type {
    FIELD_TEXT, /* char[extent] */
    FIELD_UINT, /* uint64_t */
    FIELD_SIZE, /* size_t */
    FIELD_INT,  /* int64_t */
    FIELD_REAL, /* double */
    FIELD_FLAG, /* bool, stored as 0 or 1 */
    FIELD_WORD, /* enum counting from 0, stored as one of the space-separated words */
    FIELD_REALS /* double[capacity], of which as many are used as the size_t at offset extent says */
} field_type;

typedef struct field {
    const char *name;
    field_type type;
    size_t offset;
    size_t extent;
    const char *words;
    size_t capacity;
    bool late; /* files of older versions do without: the member is left as it is */
} field;

#define FIELD(name, type, object, member)                                                                              \
    {                                                                                                                  \
        name, type, offsetof(object, member), sizeof(((object *)0)->member), NULL, 0, false                            \
    }
#define FIELD_LATE(name, type, object, member)                                                                         \
    {                                                                                                                  \
        name, type, offsetof(object, member), sizeof(((object *)0)->member), NULL, 0, true                             \
    }
#define FIELD_ENUM(name, object, member, words)                                                                        \
    {                                                                                                                  \
        name, FIELD_WORD, offsetof(object, member), sizeof(((object *)0)->member), words, 0, false                     \
    }

/* Members of ::mdgan_feature. */
enum { N_FEATURE_FIELD = 10 };
extern const field feature_field[N_FEATURE_FIELD];

bool field_put_all(hid_t group, const field *table, size_t n, const void *object);
/* Fills in @p object. Errors: MDGAN_FORMAT, naming the attribute as @p section/name. */
mdgan_status field_get_all(hid_t group, const char *section, const field *table, size_t n, void *object,
                           mdgan_error *error);

/* Head of a group or file written by mdgan: attributes schema, schema_version, program_version. */
bool schema_put(hid_t at, const char *schema, int64_t version);
/* Errors: MDGAN_FORMAT (another schema or none), MDGAN_VERSION (newer than @p version). */
mdgan_status schema_check(hid_t at, const char *schema, int64_t version, mdgan_error *error);

#endif
