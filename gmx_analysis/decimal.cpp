/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decimal.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace mdgan
{
double simplestDecimal(double value, double tolerance)
{
    char text[32];
    for (int digits = 1; digits < 17; digits++) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        const double candidate = std::strtod(text, nullptr);
        if (std::fabs(candidate - value) <= tolerance) {
            return candidate;
        }
    }
    return value;
}

double resolution(double time)
{
    return 2.0 * std::numeric_limits<float>::epsilon() * std::fabs(time);
}
} // namespace mdgan
