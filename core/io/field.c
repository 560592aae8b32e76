/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/field.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const field feature_field[] = {
    FIELD("name", FIELD_TEXT, mdgan_feature, name),
    FIELD_ENUM("kind", mdgan_feature, kind, "velocity position scalar"),
    FIELD("components", FIELD_SIZE, mdgan_feature, n_component),
    FIELD("isotropic", FIELD_FLAG, mdgan_feature, isotropic),
    FIELD("reversible", FIELD_FLAG, mdgan_feature, reversible),
    FIELD("value_unit", FIELD_TEXT, mdgan_feature, value_unit),
    FIELD("length_unit", FIELD_TEXT, mdgan_feature, length_unit),
    FIELD("time_unit", FIELD_TEXT, mdgan_feature, time_unit),
    FIELD("dt", FIELD_REAL, mdgan_feature, dt),
    FIELD("stride", FIELD_INT, mdgan_feature, stride),
};

/* Copies word number @p index of a list; false if there are fewer. */
static bool word_at(const char *words, unsigned index, char *const word, const size_t capacity)
{
    for (; index > 0; index--) {
        words = strchr(words, ' ');
        if (!words) {
            return false;
        }
        words++;
    }
    return snprintf(word, capacity, "%.*s", (int)strcspn(words, " "), words) < (int)capacity;
}

static bool word_put(const hid_t group, const field *const f, const unsigned value)
{
    char word[32];
    return word_at(f->words, value, word, sizeof word) && h5_put_text(group, f->name, word);
}

static bool word_get(const hid_t group, const field *const f, unsigned *const value)
{
    char found[32], word[32];
    if (!h5_get_text(group, f->name, found, sizeof found)) {
        return false;
    }
    for (*value = 0; word_at(f->words, *value, word, sizeof word); (*value)++) {
        if (strcmp(found, word) == 0) {
            return true;
        }
    }
    return false;
}

static bool field_put(const hid_t group, const field *const f, const char *const object)
{
    const char *const member = object + f->offset;
    switch (f->type) {
    case FIELD_TEXT:
        return h5_put_text(group, f->name, member);
    case FIELD_UINT:
        return h5_put(group, f->name, H5T_STD_U64LE, H5T_NATIVE_UINT64, member, 0);
    case FIELD_SIZE: {
        const uint64_t value = *(const size_t *)member;
        return h5_put(group, f->name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value, 0);
    }
    case FIELD_INT:
        return h5_put(group, f->name, H5T_STD_I64LE, H5T_NATIVE_INT64, member, 0);
    case FIELD_REAL:
        return h5_put(group, f->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, member, 0);
    case FIELD_FLAG: {
        const uint8_t value = *(const bool *)member;
        return h5_put(group, f->name, H5T_STD_U8LE, H5T_NATIVE_UINT8, &value, 0);
    }
    case FIELD_WORD:
        return word_put(group, f, *(const unsigned *)member);
    case FIELD_REALS:
        return h5_put(group, f->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, member, *(const size_t *)(object + f->extent));
    }
    return false;
}

static bool size_get(const hid_t group, const field *const f, size_t *const member)
{
    uint64_t value;
    if (!h5_get(group, f->name, H5T_NATIVE_UINT64, &value, 0) || value > SIZE_MAX) {
        return false;
    }
    *member = (size_t)value;
    return true;
}

static bool flag_get(const hid_t group, const field *const f, bool *const member)
{
    uint8_t value;
    if (!h5_get(group, f->name, H5T_NATIVE_UINT8, &value, 0) || value > 1) {
        return false;
    }
    *member = value;
    return true;
}

static bool field_get(const hid_t group, const field *const f, char *const object)
{
    char *const member = object + f->offset;
    switch (f->type) {
    case FIELD_TEXT:
        return h5_get_text(group, f->name, member, f->extent);
    case FIELD_UINT:
        return h5_get(group, f->name, H5T_NATIVE_UINT64, member, 0);
    case FIELD_SIZE:
        return size_get(group, f, (size_t *)member);
    case FIELD_INT:
        return h5_get(group, f->name, H5T_NATIVE_INT64, member, 0);
    case FIELD_REAL:
        return h5_get(group, f->name, H5T_NATIVE_DOUBLE, member, 0);
    case FIELD_FLAG:
        return flag_get(group, f, (bool *)member);
    case FIELD_WORD:
        return word_get(group, f, (unsigned *)member);
    case FIELD_REALS: {
        const size_t n = *(const size_t *)(object + f->extent);
        return n > 0 && n <= f->capacity && h5_get(group, f->name, H5T_NATIVE_DOUBLE, member, n);
    }
    }
    return false;
}

bool field_put_all(const hid_t group, const field *const table, const size_t n, const void *const object)
{
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        good = field_put(group, &table[i], object);
    }
    return good;
}

mdgan_status field_get_all(const hid_t group, const char *const section, const field *const table, const size_t n,
                           void *const object, mdgan_error *const error)
{
    for (size_t i = 0; i < n; i++) {
        if (H5Aexists(group, table[i].name) <= 0) {
            if (table[i].late) {
                continue;
            }
            return mdgan_fail(error, MDGAN_FORMAT, "attribute %s/%s is missing", section, table[i].name);
        }
        if (!field_get(group, &table[i], object)) {
            return mdgan_fail(error, MDGAN_FORMAT, "attribute %s/%s has a wrong type, shape or value", section,
                              table[i].name);
        }
    }
    return MDGAN_OK;
}

bool schema_put(const hid_t at, const char *const schema, const int64_t version)
{
    return h5_put_text(at, "schema", schema) &&
           h5_put(at, "schema_version", H5T_STD_I64LE, H5T_NATIVE_INT64, &version, 0) &&
           h5_put_text(at, "program_version", "mdgan " MDGAN_VERSION_TEXT);
}

mdgan_status schema_check(const hid_t at, const char *const schema, const int64_t version, mdgan_error *const error)
{
    char name[64] = "", program[64] = "an unknown program";
    int64_t found = 0;
    if (!h5_get_text(at, "schema", name, sizeof name) || strcmp(name, schema) != 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "attribute schema is %s%s%s instead of '%s'", name[0] ? "'" : "",
                          name[0] ? name : "missing", name[0] ? "'" : "", schema);
    }
    if (!h5_get(at, "schema_version", H5T_NATIVE_INT64, &found, 0) || found < 1) {
        return mdgan_fail(error, MDGAN_FORMAT, "attribute schema_version is missing or not a positive integer");
    }
    if (found <= version) {
        return MDGAN_OK;
    }
    h5_get_text(at, "program_version", program, sizeof program);
    return mdgan_fail(error, MDGAN_VERSION,
                      "it was written by %s in version %lld of schema '%s', of which this program (mdgan %s) knows "
                      "versions up to %lld; install a newer mdgan",
                      program, (long long)found, schema, MDGAN_VERSION_TEXT, (long long)version);
}
