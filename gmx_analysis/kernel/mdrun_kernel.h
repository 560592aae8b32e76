/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * mdgan inside mdrun: collects while the simulation runs, ends it, trains and generates.
 */
#ifndef MDGAN_GMX_MDRUN_KERNEL_H
#define MDGAN_GMX_MDRUN_KERNEL_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sched.h>

#include <mdgan/owned.h>

#include "../atom_list.h"
#include "kernel_input.h"
#include "listed_feature.h"
#include "step_positions.h"

namespace mdgan
{
/** What mdrun says once, before the first step. */
struct MdrunSetup {
    std::string inputPath; ///< -plumed
    std::string engine;    ///< "gromacs"
    int systemSize;        ///< atoms
    double timeStep;       ///< ps
    bool isRestart;        ///< from a checkpoint
};

class MdrunKernel
{
  public:
    /** Reads the input and the atoms, and begins a session. Throws. */
    explicit MdrunKernel(const MdrunSetup &setup);

    /** One step of the simulation, in which the atoms have not been moved yet. Throws. */
    void step(int64_t step, const StepArrays &arrays, const Cell &cell);

    /** The simulation is over: trains unless it was done beside it, and generates. Throws. */
    void finish();

  private:
    void createSession();
    bool mayStartTraining() const;
    void offer(int64_t step, const Cell &cell);
    void stopSimulation();
    bool train();
    void generateAll();
    void collect(int64_t step, const StepArrays &arrays, const Cell &cell);
    void reportCost() const;

    MdrunSetup setup_;
    KernelInput input_;
    AtomList list_;
    std::unique_ptr<ListedFeature> listed_;
    StepPositions positions_;
    mdgan_feature feature_;
    Owned<mdgan_comm> comm_;
    Owned<mdgan_session> session_;
    std::vector<Vector> now_, before_;
    int64_t beforeStep_, lastStep_, lastSampled_;
    Cell lastCell_;
    std::vector<float> row_;
    bool asked_;                      ///< mdrun has been asked to end
    cpu_set_t processors_;            ///< of the process, before mdrun pinned its threads
    double firstSecond_, lastSecond_; ///< clock at the first and behind the last step
    double insideSeconds_;            ///< spent in steps
};
} // namespace mdgan

#endif
