/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "backup.h"
#include "gmx_error.h"
#include "interrupt.h"
#include "motion.h"
#include "staged_file.h"

namespace mdgan
{
std::vector<NamedFile> OutputNames::all(const Spelling &spelling) const
{
    return {{spelling("o"), series},           {spelling("oh"), h5md},       {spelling("ot"), trajectory},
            {spelling("oc"), configuration},   {spelling("on"), index},      {spelling("op"), topology},
            {spelling("om"), parameters},      {spelling("spec"), spectrum}, {spelling("msd"), displacement},
            {spelling("acf"), autocorrelation}};
}

void OutputNames::requireRoom() const
{
    for (const NamedFile &file : all({})) {
        if (!file.path.empty()) {
            const StagedFile trial(file.path);
        }
    }
    for (const NamedFile &file : all({})) {
        if (file.path != h5md) { // which replaces an older one
            requireBackupName(file.path);
        }
    }
}

bool OutputNames::any() const
{
    const std::vector<NamedFile> files = all({});
    return std::any_of(files.begin(), files.end(), [](const NamedFile &file) { return !file.path.empty(); });
}

bool OutputNames::statistics() const
{
    return !spectrum.empty() || !displacement.empty() || !autocorrelation.empty();
}

int decimalsOf(double step, int least)
{
    return std::max(least, least - static_cast<int>(std::floor(std::log10(step))));
}

int SeriesInfo::timeDecimals() const
{
    return decimalsOf(feature.dt * timeScale, 3);
}

namespace
{
/** Throws if the user does not want to wait for the outputs, of which @p count frames are done. */
void goOn(int64_t count, const SeriesInfo &info)
{
    if (InterruptGuard::interrupted()) {
        failFile("Interrupted after " + std::to_string(count) + " of " + std::to_string(info.frameCount) +
                 " frames: no output is written");
    }
}
} // namespace

void generate(const SeriesInfo &info, const std::function<std::vector<OutputPointer>()> &open,
              const std::function<const float *()> &next)
{
    const InterruptGuard guard; // so that no half-written file is left
    const std::vector<OutputPointer> outputs = open();
    const std::clock_t start = std::clock();
    Motion motion(info.feature, info.entityCount * info.feature.n_component, info.origin);
    for (int64_t f = 0; f < info.frameCount; f++) {
        goOn(f, info);
        const float *const row = next();
        motion.advance(row);
        for (const OutputPointer &output : outputs) {
            output->frame({f, row, motion.position().data(), motion.velocity().data()});
        }
    }
    // All or nothing: no file gets its name before all are complete.
    for (const OutputPointer &output : outputs) {
        goOn(info.frameCount, info);
        output->finish();
    }
    for (const OutputPointer &output : outputs) {
        output->commit();
    }
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::fprintf(stderr, "\n%lld frame%s of %zu %s generated: %g ps in %.3g s, %.0f frames/s\n",
                 static_cast<long long>(info.frameCount), info.frameCount == 1 ? "" : "s", info.entityCount,
                 info.entityCount == 1 ? "entity" : "entities", static_cast<double>(info.frameCount) * info.feature.dt,
                 seconds, seconds > 0 ? static_cast<double>(info.frameCount) / seconds : 0.0);
}
} // namespace mdgan
