/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>

#include <mdgan/statistics.h>

/* Inverse of a box of edge vectors in rows; false if there is none. */
static bool invert(const double box[9], double inverse[9])
{
    const double *const a = box, *const b = box + 3, *const c = box + 6;
    const double volume =
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
    if (!(fabs(volume) > 0)) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            const size_t k = (j + 1) % 3, l = (j + 2) % 3, m = (i + 1) % 3, n = (i + 2) % 3;
            inverse[3 * i + j] = (box[3 * k + m] * box[3 * l + n] - box[3 * k + n] * box[3 * l + m]) / volume;
        }
    }
    return true;
}

/* Whether a way of @p n_axis components is longer than half the box along one of its edges. */
static bool is_jump(const float *const from, const float *const to, const size_t n_axis, const double inverse[9])
{
    double part[3] = {0};
    for (size_t c = 0; c < n_axis; c++) {
        for (size_t k = 0; k < n_axis; k++) {
            part[k] += ((double)to[c] - from[c]) * inverse[3 * c + k];
        }
    }
    return fabs(part[0]) > 0.5 || fabs(part[1]) > 0.5 || fabs(part[2]) > 0.5;
}

void mdgan_wrapping_remark(const mdgan_dataset *const data, char text[MDGAN_WRAPPING_REMARK_LENGTH])
{
    const size_t d = data->feature.n_component, n_axis = d % 3 == 0 ? 3 : d == 2 ? 2 : 0;
    double inverse[9];
    text[0] = '\0';
    if (data->feature.kind != MDGAN_POSITION || n_axis == 0 || data->n_frame < 2 || !invert(data->box, inverse)) {
        return;
    }
    size_t n_jump = 0;
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const x = mdgan_dataset_entity(data, e);
        for (size_t i = 0; i + d < data->n_frame * d; i += n_axis) {
            n_jump += is_jump(x + i, x + i + d, n_axis, inverse);
        }
    }
    if (n_jump > 0) {
        snprintf(text, MDGAN_WRAPPING_REMARK_LENGTH,
                 "%zu of %zu steps of positions from frame to frame are longer than half the box: positions that are "
                 "wrapped into it jump at its faces; give unwrapped ones",
                 n_jump, data->n_entity * (data->n_frame - 1) * (d / n_axis));
    }
}
