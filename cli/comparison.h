/* SPDX-License-Identifier: BSD-3-Clause */
/* Spectra beside a reference: peak positions, relative L2 error and power at high frequencies. */
#ifndef MDGAN_CLI_COMPARISON_H
#define MDGAN_CLI_COMPARISON_H

#include <mdgan/status.h>
#include <stdio.h>

#include "spectrum_table.h"

enum { COMPARISON_PEAK_MAX = 8, COMPARISON_LABEL_LENGTH = 64 };

typedef struct comparison_row {
    char label[COMPARISON_LABEL_LENGTH];
    double peak[COMPARISON_PEAK_MAX]; /* frequency, NaN if there is none in the band */
    double largest_shift;             /* of a peak against the reference's */
    double relative_l2;               /* against the reference */
    double power_above;               /* fraction of the sum */
} comparison_row;

typedef struct comparison {
    spectrum_table reference;
    double above;      /* frequency from which power_above counts */
    size_t half_width; /* bins, of the smoothing before a peak is read off */
    size_t n_band;
    size_t band[COMPARISON_PEAK_MAX][2]; /* first and last bin in which a peak is looked for */
    size_t n_row;
    comparison_row *row; /* [n_row], the reference first */
} comparison;

typedef enum comparison_style { COMPARISON_TEXT, COMPARISON_MARKDOWN, COMPARISON_JSON } comparison_style;

/* bands: "LO:HI,LO:HI,..." in the reference's unit; NULL: around every prominent peak of the reference. */
mdgan_status comparison_create(comparison *c, const char *reference_path, const char *bands, double above,
                               size_t half_width, mdgan_error *error);
void comparison_clear(comparison *c);
/* Errors: MDGAN_MISMATCH if the bins are not the reference's. */
mdgan_status comparison_add(comparison *c, const char *label, const spectrum_table *table, mdgan_error *error);
void comparison_print(const comparison *c, comparison_style style, FILE *file);

#endif
