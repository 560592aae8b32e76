/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <math.h>
#include <stdio.h>

void progress_line(const mdgan_progress *p, char text[PROGRESS_LENGTH])
{
    char left[32] = "";
    /* Before the first timed iteration there is no estimate. */
    if (isfinite(p->seconds_left) && p->seconds_left >= 0) {
        snprintf(left, sizeof left, ", %.0f s left", p->seconds_left);
    }
    snprintf(
        text, PROGRESS_LENGTH,
        "mdgan: iteration %zu/%zu  critic %.3f  W(Y) %.3f  W(z) %.3f  score %.3g (best %.3g, start %.3g)  %.0f s%s",
        p->iteration, p->iterations, p->critic_loss, p->wasserstein_y, p->wasserstein_z, p->score, p->best_score,
        p->start_score, p->seconds, left);
}
