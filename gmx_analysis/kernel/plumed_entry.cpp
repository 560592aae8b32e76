/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * The interface that mdrun -plumed calls, as a table of commands. All of mdgan's exceptions end here: mdrun gets to see
 * none.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "mdrun_kernel.h"

#define MDGAN_EXPORT __attribute__((visibility("default")))

namespace mdgan
{
namespace
{
/** What one simulation has said so far. */
struct Simulation {
    MdrunSetup setup = {"plumed.dat", "", 0, 0.0, false};
    StepArrays arrays = {nullptr, nullptr, 0, sizeof(float)};
    Cell cell = {};
    int64_t step = 0;
    bool isOrdered = false; ///< domain decomposition tells the number of local atoms
    std::unique_ptr<MdrunKernel> kernel;

    double real(const void *value) const
    {
        return arrays.realSize == sizeof(double) ? *static_cast<const double *>(value)
                                                 : static_cast<double>(*static_cast<const float *>(value));
    }
};

int integer(const void *value)
{
    return *static_cast<const int *>(value);
}

void setPrecision(Simulation &s, const void *value)
{
    s.arrays.realSize = integer(value);
    if (s.arrays.realSize != sizeof(float) && s.arrays.realSize != sizeof(double)) {
        throw std::runtime_error("numbers of " + std::to_string(s.arrays.realSize) + " bytes are not supported");
    }
}

/* Only asked for its version so far: 4 has restarts and checkpoints, which later versions did not change. */
void tellVersion(Simulation & /*s*/, const void *value)
{
    *static_cast<int *>(const_cast<void *>(value)) = 4;
}

void requireNativeUnit(Simulation &s, const void *value)
{
    if (s.real(value) != 1.0) {
        throw std::runtime_error("the simulation does not count in nm and ps, as GROMACS does");
    }
}

void refuseRanks(Simulation & /*s*/, const void * /*value*/)
{
    throw std::runtime_error("mdrun runs on more than one rank, each of which sees only its own atoms: run it with one "
                             "rank and more threads (-ntmpi 1 -ntomp N), or learn from its trajectory with "
                             "gmx_mdgan -live");
}

void setBox(Simulation &s, const void *value)
{
    for (int i = 0; i < 9; i++) {
        const char *const at = static_cast<const char *>(value) + i * s.arrays.realSize;
        s.cell.edge[i / 3][i % 3] = s.real(at);
    }
}

void begin(Simulation &s, const void * /*value*/)
{
    s.kernel = std::make_unique<MdrunKernel>(s.setup);
}

void compute(Simulation &s, const void * /*value*/)
{
    if (!s.kernel) {
        throw std::runtime_error("mdrun asks for a step before it has set up the kernel");
    }
    if (!s.isOrdered) {
        s.arrays.atomCount = s.setup.systemSize;
        s.arrays.global = nullptr;
    }
    s.kernel->step(s.step, s.arrays, s.cell);
}

struct Command {
    const char *key;
    void (*act)(Simulation &s, const void *value);
};

/* In the order in which they come most often. Others are of no interest: masses, charges, forces, log file. */
const Command commands[] = {
    {"setStepLong", [](Simulation &s, const void *v) { s.step = *static_cast<const long *>(v); }},
    {"setAtomsNlocal",
     [](Simulation &s, const void *v) {
         s.arrays.atomCount = integer(v);
         s.isOrdered = true;
     }},
    {"setAtomsGatindex", [](Simulation &s, const void *v) { s.arrays.global = static_cast<const int *>(v); }},
    {"setPositions", [](Simulation &s, const void *v) { s.arrays.position = v; }},
    {"setBox", setBox},
    {"performCalc", compute},
    {"setStep", [](Simulation &s, const void *v) { s.step = integer(v); }},
    {"setRealPrecision", setPrecision},
    {"getApiVersion", tellVersion},
    {"setMDLengthUnits", requireNativeUnit},
    {"setMDTimeUnits", requireNativeUnit},
    {"setPlumedDat", [](Simulation &s, const void *v) { s.setup.inputPath = static_cast<const char *>(v); }},
    {"setRestart", [](Simulation &s, const void *v) { s.setup.isRestart = integer(v) != 0; }},
    {"setMPIComm", refuseRanks},
    {"setNatoms", [](Simulation &s, const void *v) { s.setup.systemSize = integer(v); }},
    {"setMDEngine", [](Simulation &s, const void *v) { s.setup.engine = static_cast<const char *>(v); }},
    {"setTimestep", [](Simulation &s, const void *v) { s.setup.timeStep = s.real(v); }},
    {"init", begin},
};

/** Ends mdrun: an exception must not cross its frames, and it would go on after a mere message. */
[[noreturn]] void endProgram(Simulation *s, const char *text)
{
    std::fprintf(stderr,
                 "\n-------------------------------------------------------\nmdgan in mdrun: fatal error\n\n%s\n"
                 "-------------------------------------------------------\n",
                 text);
    if (s != nullptr) {
        s->kernel.reset(); // ends a training beside the simulation, and removes files that are half written
    }
    std::fflush(nullptr);
    std::_Exit(EXIT_FAILURE);
}

/** Runs @p act; whatever fails ends the program. */
template <class Act> void guarded(Simulation *s, Act act)
{
    try {
        act();
    } catch (const std::exception &failure) {
        endProgram(s, failure.what());
    } catch (...) {
        endProgram(s, "unknown failure");
    }
}
} // namespace
} // namespace mdgan

extern "C" {
MDGAN_EXPORT void *plumedmain_create(void)
{
    mdgan::Simulation *simulation = nullptr;
    mdgan::guarded(nullptr, [&simulation]() { simulation = new mdgan::Simulation; });
    return simulation;
}

MDGAN_EXPORT void plumedmain_cmd(void *plumed, const char *key, const void *value)
{
    mdgan::Simulation *const simulation = static_cast<mdgan::Simulation *>(plumed);
    for (const mdgan::Command &command : mdgan::commands) {
        if (std::strcmp(command.key, key) == 0) {
            mdgan::guarded(simulation, [&]() { command.act(*simulation, value); });
            break;
        }
    }
}

MDGAN_EXPORT void plumedmain_finalize(void *plumed)
{
    mdgan::Simulation *const simulation = static_cast<mdgan::Simulation *>(plumed);
    mdgan::guarded(simulation, [simulation]() {
        if (simulation->kernel) {
            simulation->kernel->finish();
        }
    });
    delete simulation;
}
}
