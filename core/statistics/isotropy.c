/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>

#include <mdgan/statistics.h>

#include "statistics/fft.h"

/* Of the differences between x, y and z that are told: so many standard errors over the entities, so large a share. */
static const double errors_told = 5, share_told = 0.1;

enum { FEWEST = 10 }; /* entities: fewer have no standard error to rely on */

/* What is averaged over the entities; numbers only, so that it is an array of them too. */
typedef struct triplet {
    double square[3];      /* of the values, or of positions' increments; mean over the frames */
    double way[3];         /* positions: square of the way from the first frame to the last */
    double drift[3];       /* mean value, or way */
    double square_less[3]; /* x less y, y less z, z less x */
    double way_less[3];
} triplet;

enum { N_BIN = sizeof(triplet) / sizeof(double) };

static void measure(const mdgan_dataset *const data, const size_t entity, const size_t first, triplet *const t)
{
    const size_t d = data->feature.n_component;
    const bool moves = data->feature.kind == MDGAN_POSITION;
    const size_t n = data->n_frame - moves;
    const float *const x = mdgan_dataset_entity(data, entity) + first;
    *t = (triplet){.square = {0}};
    for (size_t c = 0; c < 3; c++) {
        for (size_t f = 0; f < n; f++) {
            const double v = moves ? (double)x[(f + 1) * d + c] - x[f * d + c] : x[f * d + c];
            t->square[c] += v * v / (double)n;
            t->drift[c] += moves ? v : v / (double)n;
        }
        t->way[c] = moves ? t->drift[c] * t->drift[c] : 0;
    }
    for (size_t c = 0; c < 3; c++) {
        t->square_less[c] = t->square[c] - t->square[(c + 1) % 3];
        t->way_less[c] = t->way[c] - t->way[(c + 1) % 3];
    }
}

static bool differ(const double square[3], const double less[3], const double error[3])
{
    bool any = false;
    for (size_t c = 0; c < 3; c++) {
        const double size = (square[c] + square[(c + 1) % 3]) / 2;
        any = any || (fabs(less[c]) > errors_told * error[c] && fabs(less[c]) > share_told * size);
    }
    return any;
}

/* The component that drifts, or 3. */
static size_t drifting(const mdgan_kind kind, const triplet *const mean, const triplet *const error)
{
    const double *const square = kind == MDGAN_POSITION ? mean->way : mean->square;
    for (size_t c = 0; c < 3; c++) {
        if (fabs(mean->drift[c]) > errors_told * error->drift[c] &&
            fabs(mean->drift[c]) > share_told * sqrt(square[c])) {
            return c;
        }
    }
    return 3;
}

static void tell(const mdgan_kind kind, const triplet *const mean, const triplet *const error,
                 char text[MDGAN_ISOTROPY_REMARK_LENGTH])
{
    static const char remedy[] = "but are learned as if no direction mattered; if it does, use isotropic no";
    const bool far = kind == MDGAN_POSITION && differ(mean->way, mean->way_less, error->way_less);
    const double *const square = far ? mean->way : mean->square;
    const size_t c = drifting(kind, mean, error);
    if (far || differ(mean->square, mean->square_less, error->square_less)) {
        snprintf(text, MDGAN_ISOTROPY_REMARK_LENGTH, "x, y and z differ (mean square%s %.3g, %.3g, %.3g), %s",
                 far                      ? " displacement over the frames"
                 : kind == MDGAN_POSITION ? " displacement from frame to frame"
                                          : "",
                 square[0], square[1], square[2], remedy);
    } else if (c < 3) {
        snprintf(text, MDGAN_ISOTROPY_REMARK_LENGTH, "the data have a mean%s (%c: %.3g, standard error %.1g), %s",
                 kind == MDGAN_POSITION ? " displacement over the frames" : "", "xyz"[c], mean -> drift[c],
                 error -> drift[c], remedy);
    }
}

mdgan_status mdgan_isotropy_remark(const mdgan_dataset *const data, char text[MDGAN_ISOTROPY_REMARK_LENGTH],
                                   mdgan_error *const error)
{
    text[0] = '\0';
    if (!data->feature.isotropic || data->n_entity < FEWEST || data->n_frame < 2) {
        return MDGAN_OK;
    }
    for (size_t first = 0; first + 2 < data->feature.n_component && text[0] == '\0'; first += 3) {
        entity_mean all;
        triplet one, mean, deviation;
        const mdgan_status status = entity_mean_create(&all, N_BIN, error);
        if (status != MDGAN_OK) {
            return status;
        }
        for (size_t e = 0; e < data->n_entity; e++) {
            measure(data, e, first, &one);
            entity_mean_add(&all, (const double *)&one);
        }
        entity_mean_result(&all, 1, (double *)&mean, (double *)&deviation);
        entity_mean_clear(&all);
        tell(data->feature.kind, &mean, &deviation, text);
    }
    return MDGAN_OK;
}
