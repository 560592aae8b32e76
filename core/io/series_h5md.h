/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that the writer and the reader of feature series share. */
#ifndef MDGAN_IO_SERIES_H5MD_H
#define MDGAN_IO_SERIES_H5MD_H

#include <mdgan/series.h>

#define SERIES_SCHEMA      "mdgan-series"
#define SERIES_DESCRIPTION "mdgan"
#define SERIES_PARTICLES   "particles"
#define SERIES_OBSERVABLES "observables"
#define SERIES_OBSERVABLE  "feature"
#define SERIES_VELOCITY    "velocity"
#define SERIES_POSITION    "position"

enum { SERIES_SCHEMA_VERSION = 1, H5MD_MAJOR = 1, H5MD_MINOR = 1, H5MD_DIMENSION = 3 };

/* Element that a feature's values go to; particle data are one xyz triplet per entity, the rest are observables. */
static inline const char *series_element(const mdgan_feature *const feature)
{
    if (feature->n_component != H5MD_DIMENSION || feature->kind == MDGAN_SCALAR) {
        return SERIES_OBSERVABLE;
    }
    return feature->kind == MDGAN_VELOCITY ? SERIES_VELOCITY : SERIES_POSITION;
}

#endif
