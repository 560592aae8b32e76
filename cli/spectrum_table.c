/* SPDX-License-Identifier: BSD-3-Clause */
#include "spectrum_table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

mdgan_status spectrum_table_create(spectrum_table *table, size_t n_bin, mdgan_error *error)
{
    *table = (spectrum_table){.n_bin = n_bin,
                              .frequency = calloc(n_bin, sizeof(double)),
                              .power = calloc(n_bin, sizeof(double)),
                              .error = calloc(n_bin, sizeof(double))};
    if (table->frequency && table->power && table->error) {
        return MDGAN_OK;
    }
    spectrum_table_clear(table);
    mdgan_fail(error, MDGAN_MEMORY, "no memory for a spectrum of %zu bins", n_bin);
    return MDGAN_MEMORY;
}

void spectrum_table_clear(spectrum_table *table)
{
    free(table->frequency);
    free(table->power);
    free(table->error);
    *table = (spectrum_table){0};
}

double wavenumber_of(const char *time_unit)
{
    static const struct {
        const char *unit;
        double second;
    } known[] = {{"fs", 1e-15}, {"ps", 1e-12}, {"ns", 1e-9}, {"us", 1e-6}, {"s", 1}};
    const double speed_of_light = 2.99792458e10; /* cm/s */
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!strcmp(time_unit, known[i].unit)) {
            return 1 / (known[i].second * speed_of_light);
        }
    }
    return 0;
}

/* Parses up to three numbers; returns how many there were, -1 if something else follows. */
static int parse_row(const char *line, double row[3])
{
    int n = 0;
    for (const char *c = line; n < 3; c++, n++) {
        char *end;
        row[n] = strtod(c, &end);
        if (end == c) {
            return -1;
        }
        c = end + strspn(end, " \t");
        if (*c == '\0') {
            return n + 1;
        }
        if (*c != ',') {
            return -1;
        }
    }
    return -1;
}

static mdgan_status append_row(spectrum_table *table, size_t *capacity, const double row[3], mdgan_error *error)
{
    if (table->n_bin == *capacity) {
        spectrum_table larger;
        const mdgan_status status = spectrum_table_create(&larger, *capacity ? 2 * *capacity : 1024, error);
        if (status != MDGAN_OK) {
            return status;
        }
        *capacity = larger.n_bin;
        larger.n_bin = table->n_bin;
        if (table->n_bin) {
            memcpy(larger.frequency, table->frequency, table->n_bin * sizeof(double));
            memcpy(larger.power, table->power, table->n_bin * sizeof(double));
            memcpy(larger.error, table->error, table->n_bin * sizeof(double));
        }
        spectrum_table_clear(table);
        *table = larger;
    }
    table->frequency[table->n_bin] = row[0];
    table->power[table->n_bin] = row[1];
    table->error[table->n_bin] = row[2];
    table->n_bin++;
    return MDGAN_OK;
}

/* One line, whose number in the file is for messages. */
static mdgan_status read_row(spectrum_table *table, size_t *capacity, const char *line, size_t number, const char *path,
                             mdgan_error *error)
{
    double row[3] = {0, 0, NAN};
    if (line[0] == '#' || line[0] == '\0') {
        return MDGAN_OK;
    }
    if (parse_row(line, row) < 2 || !isfinite(row[0]) || !isfinite(row[1]) || row[1] < 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "'%s' line %zu: 'frequency,power[,standard error]' is expected", path,
                          number);
    }
    if (table->n_bin > 0 && row[0] <= table->frequency[table->n_bin - 1]) {
        return mdgan_fail(error, MDGAN_FORMAT, "'%s' line %zu: frequencies have to grow", path, number);
    }
    return append_row(table, capacity, row, error);
}

double spectrum_table_width(const spectrum_table *table)
{
    return (table->frequency[table->n_bin - 1] - table->frequency[0]) / (double)(table->n_bin - 1);
}

/* Peaks are found by the number of their bin. */
static mdgan_status check_spacing(const spectrum_table *table, const char *path, mdgan_error *error)
{
    const double *const f = table->frequency;
    const double width = spectrum_table_width(table);
    for (size_t i = 0; i < table->n_bin; i++) {
        if (fabs(f[i] - (f[0] + (double)i * width)) > 0.6 * width) { /* rounded ones are off by half */
            return mdgan_fail(error, MDGAN_FORMAT,
                              "'%s': frequencies are not evenly spaced: row %zu has %.9g where %.9g is expected", path,
                              i + 1, f[i], f[0] + (double)i * width);
        }
    }
    return MDGAN_OK;
}

static mdgan_status read_rows(spectrum_table *table, FILE *file, const char *path, mdgan_error *error)
{
    char *line = NULL;
    size_t line_size = 0, capacity = 0;
    mdgan_status status = MDGAN_OK;
    for (size_t number = 1; status == MDGAN_OK && getline(&line, &line_size, file) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        status = read_row(table, &capacity, line, number, path, error);
    }
    if (status == MDGAN_OK && !feof(file)) {
        status = mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    free(line);
    if (status == MDGAN_OK && table->n_bin < 3) {
        status = mdgan_fail(error, MDGAN_FORMAT, "'%s' holds %zu rows: a spectrum has at least 3", path, table->n_bin);
    }
    return status == MDGAN_OK ? check_spacing(table, path, error) : status;
}

mdgan_status spectrum_table_read(spectrum_table *table, const char *path, mdgan_error *error)
{
    FILE *const file = fopen(path, "r");
    if (!file) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    spectrum_table read = {0};
    const mdgan_status status = read_rows(&read, file, path, error);
    fclose(file);
    if (status != MDGAN_OK) {
        spectrum_table_clear(&read);
    } else {
        *table = read;
    }
    return status;
}

void spectrum_table_write(const spectrum_table *table, const char *unit, FILE *file)
{
    fprintf(file, "# frequency_%s,power,standard_error\n", unit);
    for (size_t i = 0; i < table->n_bin; i++) {
        fprintf(file, "%.8g,%.8g,%.6g\n", table->frequency[i], table->power[i], table->error[i]);
    }
}
