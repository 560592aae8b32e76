/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Where generated frames go: every kind of output is one class, given all frames in turn.
 */
#ifndef MDGAN_GMX_OUTPUT_H
#define MDGAN_GMX_OUTPUT_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mdgan/dataset.h>

#include "named_file.h"

enum class XvgFormat : int;

namespace mdgan
{
/** File names of the outputs; empty: not wanted. */
struct OutputNames {
    std::string series, h5md;                            ///< -o, -oh
    std::string trajectory, configuration, index;        ///< -ot, -oc, -on
    std::string topology, parameters;                    ///< -op, -om
    std::string spectrum, displacement, autocorrelation; ///< -spec, -msd, -acf

    /** All of them, also those that are not wanted. */
    std::vector<NamedFile> all(const Spelling &spelling) const;
    /** Throws unless each can be made, and an older file of its name be kept. */
    void requireRoom() const;
    bool any() const;
    /** Whether real frames have to be kept to be compared with. */
    bool statistics() const;
};

/** Decimals for a column that grows by @p step: @p least, and so many digits behind the first one of a small step,
 * which is room for any that is not a power of ten. */
int decimalsOf(double step, int least);

/** What all outputs have to know of the series. */
struct SeriesInfo {
    mdgan_feature feature;
    size_t entityCount;
    int64_t frameCount;
    int64_t firstStep;          ///< of the first generated frame
    double firstTime;           ///< ps
    double box[9];              ///< nm, edge vectors in rows; 0 if unknown
    std::vector<double> masses; ///< [entity][component / 3], u
    std::vector<float> origin;  ///< last real row of a position feature; empty: begins at 0
    std::string timeUnit;       ///< of the user, e.g. "ps"
    double timeScale;           ///< ps -> timeUnit
    XvgFormat xvgFormat;
    std::string creator; ///< program and version

    /** Particles that stand for the entities: one per x,y,z triplet. */
    size_t particleCount() const
    {
        return entityCount * (feature.n_component / 3);
    }

    /** Digits behind the point of a time in timeUnit that tell frames apart. */
    int timeDecimals() const;
};

/** One frame: the row, and what it means for particles. All [entity][component]. */
struct GeneratedFrame {
    int64_t number; ///< from 0
    const float *row;
    const double *position; ///< nm
    const double *velocity; ///< nm/ps
};

class Output
{
  public:
    virtual ~Output() = default;
    virtual void frame(const GeneratedFrame &frame) = 0;
    /** Completes the file under its temporary name. */
    virtual void finish() = 0;
    /** Gives it its name; called when all outputs are complete. */
    virtual void commit() = 0;
};

using OutputPointer = std::unique_ptr<Output>;

OutputPointer createSeriesOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createH5mdOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createTrrOutput(const std::string &path, const SeriesInfo &info);
/** .trr or .xtc, by the name. */
OutputPointer createTrajectoryOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createConfigurationOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createIndexOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createTopologyOutput(const std::string &path, const SeriesInfo &info);
OutputPointer createParameterOutput(const std::string &path, const SeriesInfo &info);

/** Generates all frames into all outputs that @p open makes, whose files appear when all of them are complete. @p next:
 * the next row, [entity][component], valid until the next call. */
void generate(const SeriesInfo &info, const std::function<std::vector<OutputPointer>()> &open,
              const std::function<const float *()> &next);
} // namespace mdgan

#endif
