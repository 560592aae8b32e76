/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>

#include <mdgan/statistics.h>

/* Share of the mean square way from frame to frame that may be rounding. */
static const double share_told = 0.01;

/* Between @p x and the next number in single precision. */
static double spacing(const float x)
{
    return (double)nextafterf(fabsf(x), INFINITY) - fabs((double)x);
}

void mdgan_rounding_remark(const mdgan_dataset *const data, char text[MDGAN_ROUNDING_REMARK_LENGTH])
{
    const size_t d = data->feature.n_component, n = data->n_frame * d;
    double step_square = 0, spacing_square = 0;
    text[0] = '\0';
    if (data->feature.kind != MDGAN_POSITION) {
        return;
    }
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const x = mdgan_dataset_entity(data, e);
        for (size_t i = 0; i + d < n; i++) {
            const double step = (double)x[i + d] - x[i], gap = spacing(x[i]);
            step_square += step * step;
            spacing_square += gap * gap;
        }
    }
    /* Both ends of a step are off by anything up to half a spacing, in the mean square by a twelfth of its square. */
    const double share = spacing_square / 6 / step_square;
    if (step_square > 0 && share > share_told) {
        const double n_step = (double)(data->n_entity * (n - d));
        snprintf(
            text, MDGAN_ROUNDING_REMARK_LENGTH,
            "positions lie so far from the origin that single precision rounds them to multiples of %.2g: that "
            "makes %.2g %% of their mean square step from frame to frame, %.2g; move them closer to the origin, or "
            "take frames further apart",
            sqrt(spacing_square / n_step), 100 * fmin(share, 1), step_square / n_step);
    }
}
