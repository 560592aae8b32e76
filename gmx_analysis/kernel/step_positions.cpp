/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step_positions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "../gmx_error.h"

namespace mdgan
{
namespace
{
template <class Real> void copyPoints(const Real *position, const std::vector<int> &local, std::vector<Vector> &point)
{
    for (size_t i = 0; i < local.size(); i++) {
        const Real *const x = position + 3 * static_cast<size_t>(local[i]);
        point[i] = {x[0], x[1], x[2]};
    }
}
} // namespace

StepPositions::StepPositions(std::vector<int> wanted, int systemSize)
    : wanted_(std::move(wanted)), systemSize_(systemSize), local_(wanted_)
{
}

void StepPositions::gather(const StepArrays &arrays, std::vector<Vector> &point)
{
    if (arrays.position == nullptr || arrays.atomCount != systemSize_) {
        refuseInput("mdrun handed over " + std::to_string(arrays.position == nullptr ? 0 : arrays.atomCount) + " of " +
                    std::to_string(systemSize_) + " atoms: run it with one rank (-ntmpi 1)");
    }
    follow(arrays);
    point.resize(wanted_.size());
    if (arrays.realSize == sizeof(double)) {
        copyPoints(static_cast<const double *>(arrays.position), local_, point);
    } else {
        copyPoints(static_cast<const float *>(arrays.position), local_, point);
    }
}

/* mdrun sorts its atoms anew every time it makes a pair list, even on one rank. */
void StepPositions::follow(const StepArrays &arrays)
{
    if (arrays.global == nullptr) {
        if (!order_.empty()) {
            order_.clear();
            local_ = wanted_;
        }
        return;
    }
    const int *const end = arrays.global + systemSize_;
    if (order_.size() == static_cast<size_t>(systemSize_) && std::equal(arrays.global, end, order_.begin())) {
        return;
    }
    order_.assign(arrays.global, end);
    std::vector<int> where(static_cast<size_t>(systemSize_), -1);
    for (int i = 0; i < systemSize_; i++) {
        if (order_[i] >= 0 && order_[i] < systemSize_) {
            where[order_[i]] = i;
        }
    }
    for (size_t i = 0; i < wanted_.size(); i++) {
        local_[i] = where[wanted_[i]];
        if (local_[i] < 0) {
            refuseInput("mdrun did not hand over atom " + std::to_string(wanted_[i] + 1) +
                        ": run it with one rank (-ntmpi 1)");
        }
    }
}
} // namespace mdgan
