/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Features that fix mdgan can collect from a running simulation, and their registry.
 *
 * A new feature is one file with a class derived from Collect and one line in collect.cpp.
 */
#ifndef MDGAN_COLLECT_H
#define MDGAN_COLLECT_H

#include <memory>
#include <string>

#include <mdgan/dataset.h>

#include "host_error.h"
#include "pointers.h"

namespace LAMMPS_NS
{
/** One feature of the running simulation: knows its entities and reads their values. */
class Collect : protected Pointers
{
  public:
    Collect(LAMMPS *lammps, int groupbit, const HostError &complain)
        : Pointers(lammps), groupbit_(groupbit), complain_(complain)
    {
    }
    ~Collect() override = default;

    /** Name, kind, components, symmetry and value unit; the fix adds what it knows itself: lengths, times, stride. */
    virtual mdgan_feature describe() const = 0;

    /** Finds the entities anew. Collective; called when the fix is defined and before every run. */
    virtual void init() = 0;

    /** Number of entities found by init(), the same on every rank. */
    virtual size_t n_entity() const = 0;

    /** Values of the current step into @p row, [n_entity][n_component], the same on every rank. Collective. */
    virtual void sample(double *row) = 0;

  protected:
    const int groupbit_;
    const HostError &complain_;
};

/** Arguments of a feature as they stand in the fix command, and what it may have to know of the fix. */
struct CollectArgs {
    int narg;       ///< words from the feature's name to the end of the command
    char **arg;     ///< arg[0] is the feature's name
    int nevery;     ///< steps between two samples
    const char *id; ///< of the fix
};

/** Creates the feature that @p args begins with; @p used receives the number of words that belong to it.
 * Unknown features and bad arguments end in LAMMPS's error. @p complain is retained. Collective. */
std::unique_ptr<Collect> collect_create(LAMMPS *lmp, int groupbit, const CollectArgs &args, const HostError &complain,
                                        int &used);
} // namespace LAMMPS_NS

#endif
