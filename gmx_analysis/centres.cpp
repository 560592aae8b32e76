/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "centres.h"

#include <numeric>

namespace mdgan
{
std::vector<Part> partsOf(int atomCount, int partCount)
{
    std::vector<Part> parts;
    int first = 0;
    for (int p = 0; p < partCount; p++) {
        const int count = atomCount / partCount + (p < atomCount % partCount ? 1 : 0);
        parts.push_back({first, count});
        first += count;
    }
    return parts;
}

void Centres::addGroup(const std::vector<int> &index, const std::vector<double> &weight)
{
    const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
    for (size_t i = 0; i < index.size(); i++) {
        index_.push_back(index[i]);
        share_.push_back(weight[i] / sum);
    }
    begin_.push_back(index_.size());
    weight_.push_back(sum);
}

size_t Centres::count() const
{
    return weight_.size();
}

double Centres::weight(size_t g) const
{
    return weight_[g];
}
} // namespace mdgan
