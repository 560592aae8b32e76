/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Positions and velocities that belong together, from rows of either: v(k) = (x(k) - x(k-1)) / dt, the leap-frog
 * convention of .trr files.
 */
#ifndef MDGAN_GMX_MOTION_H
#define MDGAN_GMX_MOTION_H

#include <cstddef>
#include <vector>

#include <mdgan/dataset.h>

namespace mdgan
{
class Motion
{
  public:
    /** @p origin: [valueCount], where positions go on from, or empty for 0. Several particles per entity are not all at
     * 0 then, so that their first frame has no velocities: these are 0. */
    Motion(const mdgan_feature &feature, size_t valueCount, const std::vector<float> &origin)
        : isPosition_(feature.kind == MDGAN_POSITION), jumps_(isPosition_ && feature.n_component > 3 && origin.empty()),
          dt_(feature.dt), position_(valueCount), velocity_(valueCount)
    {
        if (isPosition_ && !origin.empty()) {
            position_.assign(origin.begin(), origin.end());
        }
    }

    void advance(const float *row)
    {
        for (size_t i = 0; i < position_.size(); i++) {
            const double value = row[i];
            velocity_[i] = jumps_ ? 0 : isPosition_ ? (value - position_[i]) / dt_ : value;
            position_[i] = isPosition_ ? value : position_[i] + value * dt_;
        }
        jumps_ = false;
    }

    const std::vector<double> &position() const
    {
        return position_;
    }

    const std::vector<double> &velocity() const
    {
        return velocity_;
    }

  private:
    bool isPosition_;
    bool jumps_; ///< the next frame does not follow the one before
    double dt_;  ///< ps
    std::vector<double> position_, velocity_;
};
} // namespace mdgan

#endif
