/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "periodic_path.h"

#include <gromacs/math/vectypes.h>
#include <gromacs/pbcutil/pbc.h>

namespace mdgan
{
void followPeriodic(Unwrapper &unwrapper, std::vector<Vector> &point, const t_pbc *pbc, std::vector<float> &row)
{
    unwrapper.follow(point, [pbc](const Vector &from, const Vector &to) {
        const dvec a = {from[0], from[1], from[2]};
        const dvec b = {to[0], to[1], to[2]};
        dvec way = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
        if (pbc != nullptr) {
            pbc_dx_d(pbc, b, a, way);
        }
        return Vector{way[0], way[1], way[2]};
    });
    row.resize(3 * point.size());
    for (size_t i = 0; i < point.size(); i++) {
        for (size_t d = 0; d < 3; d++) {
            row[3 * i + d] = static_cast<float>(point[i][d]);
        }
    }
}
} // namespace mdgan
