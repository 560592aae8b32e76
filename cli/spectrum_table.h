/* SPDX-License-Identifier: BSD-3-Clause */
/* Spectra as tables of frequency, power (unit sum) and standard error; comma-separated, '#' starts a comment. */
#ifndef MDGAN_CLI_SPECTRUM_TABLE_H
#define MDGAN_CLI_SPECTRUM_TABLE_H

#include <mdgan/status.h>
#include <stddef.h>
#include <stdio.h>

typedef struct spectrum_table {
    size_t n_bin;
    double *frequency; /* [n_bin] evenly spaced from 0 */
    double *power;     /* [n_bin] */
    double *error;     /* [n_bin] NaN where unknown */
} spectrum_table;

mdgan_status spectrum_table_create(spectrum_table *table, size_t n_bin, mdgan_error *error);
void spectrum_table_clear(spectrum_table *table);

/* Frequency of one cycle per time unit, in cm^-1; 0 if the time unit is not one of fs, ps, ns, us, s. */
double wavenumber_of(const char *time_unit);

/* From one frequency to the next. */
double spectrum_table_width(const spectrum_table *table);

/* Two or three columns; a third is the standard error. Frequencies have to be even, but may be rounded. Table is
 * overwritten on success only. */
mdgan_status spectrum_table_read(spectrum_table *table, const char *path, mdgan_error *error);

/* unit: of the frequency, as in the column's name, e.g. "cm-1". */
void spectrum_table_write(const spectrum_table *table, const char *unit, FILE *file);

#endif
