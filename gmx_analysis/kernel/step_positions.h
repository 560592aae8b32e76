/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Positions of some atoms in a step of mdrun, whose arrays are in the order of the domain decomposition.
 */
#ifndef MDGAN_GMX_STEP_POSITIONS_H
#define MDGAN_GMX_STEP_POSITIONS_H

#include <cmath>
#include <vector>

#include "../centres.h"

namespace mdgan
{
/** Periodic box: edge vectors in rows, lower triangular as in all of GROMACS, nm. Edges of length 0 are not periodic.
 */
struct Cell {
    double edge[3][3];

    /** @p way between two points, by the shortest way across the boundaries. */
    Vector shortest(Vector way) const
    {
        for (int i = 2; i >= 0; i--) {
            // Without a jump, which is the rule, nothing is to be done.
            if (edge[i][i] > 0 && std::fabs(way[i]) > 0.5 * edge[i][i]) {
                const double n = std::round(way[i] / edge[i][i]);
                for (int d = 0; d <= i; d++) {
                    way[d] -= n * edge[i][d];
                }
            }
        }
        return way;
    }
};

/** What mdrun hands over in a step; pointers are good for that step. */
struct StepArrays {
    const void *position; ///< [atomCount][3], nm; float or double by realSize
    const int *global;    ///< [atomCount] global index of every local atom; NULL: in global order
    int atomCount;        ///< local atoms
    int realSize;         ///< bytes of a real
};

class StepPositions
{
  public:
    /** @p wanted: global indices; @p systemSize: atoms of the simulation. */
    StepPositions(std::vector<int> wanted, int systemSize);

    /** Positions of the wanted atoms into @p point, in their order. Throws if @p arrays do not hold all atoms. */
    void gather(const StepArrays &arrays, std::vector<Vector> &point);

  private:
    void follow(const StepArrays &arrays);

    std::vector<int> wanted_;
    int systemSize_;
    std::vector<int> order_; ///< global indices as last seen; empty: global order
    std::vector<int> local_; ///< [wanted] where the atoms are in that order
};
} // namespace mdgan

#endif
