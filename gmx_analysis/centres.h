/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Centres of mass of groups of atoms, and paths without the jumps of periodic boundaries. No GROMACS type in sight.
 */
#ifndef MDGAN_GMX_CENTRES_H
#define MDGAN_GMX_CENTRES_H

#include <array>
#include <cstddef>
#include <vector>

namespace mdgan
{
using Vector = std::array<double, 3>;

/** Consecutive atoms first, ..., first + count - 1 of a molecule of @p atomCount atoms, which is cut into
 * @p partCount parts of sizes as equal as they can be; larger parts come first. */
struct Part {
    int first, count;
};
std::vector<Part> partsOf(int atomCount, int partCount);

/** Weighted centres of groups of points. */
class Centres
{
  public:
    /** One more group; @p index: of its points; @p weight: of each, e.g. mass; their sum must be positive. */
    void addGroup(const std::vector<int> &index, const std::vector<double> &weight);

    size_t count() const;

    /** Sum of the weights of group @p g. */
    double weight(size_t g) const;

    /** Centres of all groups into @p centre; @p point(i) gives the coordinates of point i. */
    template <class Point> void compute(Point point, std::vector<Vector> &centre) const
    {
        centre.assign(count(), Vector{});
        for (size_t g = 0; g < count(); g++) {
            for (size_t k = begin_[g]; k < begin_[g + 1]; k++) {
                const auto &x = point(index_[k]);
                for (size_t d = 0; d < 3; d++) {
                    centre[g][d] += share_[k] * x[d];
                }
            }
        }
    }

  private:
    std::vector<size_t> begin_ = {0}; ///< [count + 1], groups in index_ and share_
    std::vector<int> index_;
    std::vector<double> share_;  ///< weight / weight of the group
    std::vector<double> weight_; ///< [count]
};

/** Follows points across periodic boundaries: from frame to frame each takes the shortest way. */
class Unwrapper
{
  public:
    /** Replaces the wrapped @p point by unwrapped ones. @p displacement(from, to): the shortest vector between two
     * points. The first frame stays as it is. */
    template <class Displacement> void follow(std::vector<Vector> &point, Displacement displacement)
    {
        if (path_.empty()) {
            path_ = point;
        }
        for (size_t i = 0; i < point.size() && !wrapped_.empty(); i++) {
            const Vector way = displacement(wrapped_[i], point[i]);
            for (size_t d = 0; d < 3; d++) {
                path_[i][d] += way[d];
            }
        }
        wrapped_ = point;
        point = path_;
    }

  private:
    std::vector<Vector> wrapped_, path_; ///< of the last frame
};
} // namespace mdgan

#endif
