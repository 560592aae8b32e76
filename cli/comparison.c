/* SPDX-License-Identifier: BSD-3-Clause */
#include "comparison.h"

#include <math.h>
#include <mdgan/statistics.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A peak counts as one if it stands out from its surroundings by this fraction of the highest. */
static const double least_prominence = 0.1;
/* Bins to each side that are averaged before bands are found: split lines are one band. */
enum { BAND_HALF_WIDTH = 6 };

static size_t bin_at(const spectrum_table *t, double frequency)
{
    size_t i = 0;
    while (i + 1 < t->n_bin && t->frequency[i] < frequency) {
        i++;
    }
    return i;
}

/* Reads "LOW:HIGH" at *text and moves behind it. */
static bool parse_band(const char **text, double *low, double *high)
{
    char *end;
    *low = strtod(*text, &end);
    if (end == *text || *end != ':') {
        return false;
    }
    *text = end + 1;
    *high = strtod(*text, &end);
    const bool read = end != *text;
    *text = end;
    return read && *low >= 0 && *high > *low;
}

static mdgan_status add_band(comparison *c, double low, double high, mdgan_error *error)
{
    const spectrum_table *const r = &c->reference;
    const double first = r->frequency[0], last = r->frequency[r->n_bin - 1];
    if (low >= last || high <= first) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "--bands: %.6g:%.6g lies outside the reference: give bands within %.6g:%.6g", low, high,
                          first, last);
    }
    c->band[c->n_band][0] = bin_at(r, low);
    c->band[c->n_band++][1] = bin_at(r, high);
    return MDGAN_OK;
}

static mdgan_status parse_bands(comparison *c, const char *text, mdgan_error *error)
{
    const char *rest = text;
    double low, high;
    for (c->n_band = 0; c->n_band < COMPARISON_PEAK_MAX && parse_band(&rest, &low, &high);) {
        const mdgan_status status = add_band(c, low, high, error);
        if (status != MDGAN_OK) {
            return status;
        }
        if (*rest == '\0') {
            return MDGAN_OK;
        }
        if (*rest++ != ',') {
            break;
        }
    }
    return mdgan_fail(error, MDGAN_INVALID, "--bands '%s': give LOW:HIGH,LOW:HIGH,... (at most %d)", text,
                      COMPARISON_PEAK_MAX);
}

/* Height of a local maximum above the higher of the two saddles that separate it from higher ground. */
static double prominence(const double *power, size_t n, size_t peak)
{
    double saddle[2] = {power[peak], power[peak]};
    size_t i = peak;
    while (i > 0 && power[i - 1] <= power[peak]) {
        saddle[0] = fmin(saddle[0], power[--i]);
    }
    for (i = peak; i + 1 < n && power[i + 1] <= power[peak];) {
        saddle[1] = fmin(saddle[1], power[++i]);
    }
    return power[peak] - fmax(saddle[0], saddle[1]);
}

static size_t lowest_between(const double *power, size_t first, size_t last)
{
    size_t lowest = first;
    for (size_t i = first; i <= last; i++) {
        if (power[i] < power[lowest]) {
            lowest = i;
        }
    }
    return lowest;
}

/* Bands meet in the valleys between the prominent peaks of the smoothed reference. */
static void find_bands(comparison *c, const double *smooth)
{
    const size_t n = c->reference.n_bin;
    size_t peak[COMPARISON_PEAK_MAX];
    double highest = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        highest = fmax(highest, smooth[i]);
    }
    c->n_band = 0;
    for (size_t i = 1; i + 1 < n && c->n_band < COMPARISON_PEAK_MAX; i++) {
        if (smooth[i] > smooth[i - 1] && smooth[i] >= smooth[i + 1] &&
            prominence(smooth, n, i) >= least_prominence * highest) {
            peak[c->n_band++] = i;
        }
    }
    for (size_t p = 0; p < c->n_band; p++) {
        c->band[p][0] = p == 0 ? 0 : c->band[p - 1][1];
        c->band[p][1] = p + 1 < c->n_band ? lowest_between(smooth, peak[p], peak[p + 1]) : n - 1;
    }
}

static mdgan_status find_bands_smoothed(comparison *c, mdgan_error *error)
{
    const spectrum_table *const r = &c->reference;
    const size_t half_width = BAND_HALF_WIDTH;
    double *const smooth = calloc(r->n_bin, sizeof *smooth);
    if (!smooth) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < r->n_bin; i++) {
        double weights = 0;
        const size_t first = i > half_width ? i - half_width : 0;
        for (size_t j = first; j < r->n_bin && j <= i + half_width; j++) {
            const double weight = (double)(half_width + 1 - (j > i ? j - i : i - j));
            smooth[i] += weight * r->power[j];
            weights += weight;
        }
        smooth[i] /= weights;
    }
    find_bands(c, smooth);
    free(smooth);
    return MDGAN_OK;
}

mdgan_status comparison_create(comparison *c, const char *reference_path, const char *bands, double above,
                               size_t half_width, mdgan_error *error)
{
    *c = (comparison){.above = above, .half_width = half_width};
    mdgan_status status = spectrum_table_read(&c->reference, reference_path, error);
    if (status == MDGAN_OK) {
        status = bands ? parse_bands(c, bands, error) : find_bands_smoothed(c, error);
    }
    if (status == MDGAN_OK) {
        status = comparison_add(c, "reference", &c->reference, error);
    }
    if (status != MDGAN_OK) {
        comparison_clear(c);
    }
    return status;
}

void comparison_clear(comparison *c)
{
    spectrum_table_clear(&c->reference);
    free(c->row);
    *c = (comparison){0};
}

static mdgan_status check_bins(const comparison *c, const char *label, const spectrum_table *t, mdgan_error *error)
{
    const spectrum_table *const r = &c->reference;
    const double width = spectrum_table_width(r);
    bool same = r->n_bin == t->n_bin;
    for (size_t i = 0; same && i < r->n_bin; i++) {
        same = fabs(t->frequency[i] - r->frequency[i]) < 0.1 * width;
    }
    if (!same) {
        return mdgan_fail(
            error, MDGAN_MISMATCH,
            "'%s' has %zu bins up to %.6g, the reference %zu up to %.6g: choose the same dt and --segment", label,
            t->n_bin, t->frequency[t->n_bin - 1], r->n_bin, r->frequency[r->n_bin - 1]);
    }
    return MDGAN_OK;
}

mdgan_status comparison_add(comparison *c, const char *label, const spectrum_table *table, mdgan_error *error)
{
    const mdgan_status status = check_bins(c, label, table, error);
    if (status != MDGAN_OK) {
        return status;
    }
    comparison_row *const rows = realloc(c->row, (c->n_row + 1) * sizeof *rows);
    if (!rows) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory");
    }
    c->row = rows;
    comparison_row *const row = &rows[c->n_row++];
    *row = (comparison_row){.largest_shift = c->n_band > 0 ? 0 : NAN,
                            .relative_l2 = mdgan_relative_l2(table->power, c->reference.power, table->n_bin)};
    snprintf(row->label, sizeof row->label, "%s", label);
    const double width = spectrum_table_width(table);
    for (size_t b = 0; b < c->n_band; b++) {
        const double bin = mdgan_peak(table->power, table->n_bin, c->band[b][0], c->band[b][1], c->half_width);
        row->peak[b] = bin < 0 ? NAN : table->frequency[0] + bin * width;
        const double shift = row->peak[b] - rows[0].peak[b];
        if (isnan(shift) || fabs(shift) > fabs(row->largest_shift)) {
            row->largest_shift = shift;
        }
    }
    double all = 0;
    for (size_t i = 0; i < table->n_bin; i++) {
        all += table->power[i];
        row->power_above += table->frequency[i] > c->above ? table->power[i] : 0;
    }
    row->power_above /= all;
    return MDGAN_OK;
}

static void print_text(const comparison *c, FILE *file)
{
    size_t width = 9;
    for (size_t r = 0; r < c->n_row; r++) {
        width = strlen(c->row[r].label) > width ? strlen(c->row[r].label) : width;
    }
    fprintf(file, "%-*s", (int)width, "spectrum");
    for (size_t b = 0; b < c->n_band; b++) {
        fprintf(file, "  %6s %zu", "peak", b + 1);
    }
    fprintf(file, "%s  relative L2  above %g\n", c->n_band > 0 ? "     shift" : "", c->above);
    for (size_t r = 0; r < c->n_row; r++) {
        fprintf(file, "%-*s", (int)width, c->row[r].label);
        for (size_t b = 0; b < c->n_band; b++) {
            fprintf(file, "  %8.1f", c->row[r].peak[b]);
        }
        if (c->n_band > 0) {
            fprintf(file, "  %+8.1f", c->row[r].largest_shift);
        }
        fprintf(file, "  %11.4f  %10.2e\n", c->row[r].relative_l2, c->row[r].power_above);
    }
}

static void print_markdown(const comparison *c, FILE *file)
{
    fputs("| spectrum |", file);
    for (size_t b = 0; b < c->n_band; b++) {
        fprintf(file, " peak %zu |", b + 1);
    }
    const char *const shift = c->n_band > 0 ? " largest shift |" : "";
    fprintf(file, "%s relative L2 error | power above %g |\n|---|", shift, c->above);
    for (size_t b = 0; b < c->n_band + (c->n_band > 0) + 2; b++) {
        fputs("---:|", file);
    }
    fputc('\n', file);
    for (size_t r = 0; r < c->n_row; r++) {
        fprintf(file, "| %s |", c->row[r].label);
        for (size_t b = 0; b < c->n_band; b++) {
            fprintf(file, " %.0f |", c->row[r].peak[b]);
        }
        if (c->n_band > 0) {
            fprintf(file, " %+.1f |", c->row[r].largest_shift);
        }
        fprintf(file, " %.4f | %.1e |\n", c->row[r].relative_l2, c->row[r].power_above);
    }
}

static void print_json_number(FILE *file, const char *name, double value)
{
    if (name) {
        fprintf(file, ", \"%s\": ", name);
    }
    if (isfinite(value)) {
        fprintf(file, "%.8g", value);
    } else {
        fputs("null", file); /* JSON has no NaN */
    }
}

static void print_json_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            fprintf(file, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            fprintf(file, "\\u%04x", (unsigned)(unsigned char)*c);
        } else {
            fputc(*c, file);
        }
    }
    fputc('"', file);
}

static void print_json(const comparison *c, FILE *file)
{
    fprintf(file, "{\"above\": %.8g, \"spectra\": [\n", c->above);
    for (size_t r = 0; r < c->n_row; r++) {
        fputs("  {\"label\": ", file);
        print_json_text(file, c->row[r].label);
        fputs(", \"peaks\": [", file);
        for (size_t b = 0; b < c->n_band; b++) {
            fputs(b ? ", " : "", file);
            print_json_number(file, NULL, c->row[r].peak[b]);
        }
        fputc(']', file);
        print_json_number(file, "largest_shift", c->row[r].largest_shift);
        print_json_number(file, "relative_l2", c->row[r].relative_l2);
        print_json_number(file, "power_above", c->row[r].power_above);
        fprintf(file, "}%s\n", r + 1 < c->n_row ? "," : "");
    }
    fputs("]}\n", file);
}

void comparison_print(const comparison *c, comparison_style style, FILE *file)
{
    if (style == COMPARISON_JSON) {
        print_json(c, file);
    } else if (style == COMPARISON_MARKDOWN) {
        print_markdown(c, file);
    } else {
        print_text(c, file);
    }
}
