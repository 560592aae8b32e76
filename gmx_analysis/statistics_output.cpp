/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "statistics_output.h"

#include <cmath>

#include <mdgan/statistics.h>

#include "gmx_error.h"
#include "interrupt.h"
#include "motion.h"
#include "xvg_file.h"

namespace mdgan
{
namespace
{
/** Positions and velocities of particles, [entity][frame][component], as the core wants them. */
struct Paths {
    std::vector<float> position, velocity;
    size_t positionCount = 0, velocityCount = 0; ///< frames
};

/** From [frame][value]. Velocities need a frame before, which real positions do not have: @p lacksFirst. */
class PathRecorder
{
  public:
    PathRecorder(const SeriesInfo &info, size_t frameCount, const std::vector<float> &origin, bool lacksFirst)
        : component_(info.feature.n_component), value_(info.entityCount * component_), frameCount_(frameCount),
          skip_(lacksFirst ? 1 : 0), motion_(info.feature, value_, origin)
    {
        paths_.positionCount = frameCount;
        paths_.velocityCount = frameCount - skip_;
        paths_.position.resize(value_ * paths_.positionCount);
        paths_.velocity.resize(value_ * paths_.velocityCount);
    }

    void add(const float *row)
    {
        motion_.advance(row);
        for (size_t i = 0; i < value_ && frame_ < frameCount_; i++) {
            const size_t entity = i / component_;
            const size_t c = i % component_;
            paths_.position[(entity * paths_.positionCount + frame_) * component_ + c] =
                static_cast<float>(motion_.position()[i]);
            if (frame_ >= skip_) {
                paths_.velocity[(entity * paths_.velocityCount + frame_ - skip_) * component_ + c] =
                    static_cast<float>(motion_.velocity()[i]);
            }
        }
        frame_++;
    }

    const Paths &paths() const
    {
        return paths_;
    }

  private:
    size_t component_, value_, frameCount_, skip_, frame_ = 0;
    Motion motion_;
    Paths paths_;
};

/** One curve of a table. */
struct Curve {
    std::string legend;
    std::vector<double> value, error;
};

class StatisticsOutput final : public Output
{
  public:
    StatisticsOutput(const OutputNames &names, const StatisticsOptions &options, const SeriesInfo &info,
                     const std::vector<float> &real)
        : options_(options), info_(info), real_(real),
          generated_(info, static_cast<size_t>(info.frameCount), info.origin, false)
    {
        const std::string time = "Time (" + info.timeUnit + ")";
        open(spectrum_, names.spectrum, "Power spectrum", "Frequency (cm\\S-1\\N)", "Power / total");
        open(displacement_, names.displacement, "Mean Square Displacement", time, "MSD (nm\\S2\\N)");
        open(autocorrelation_, names.autocorrelation, "Velocity Autocorrelation Function", time,
             "C (nm\\S2\\N/ps\\S2\\N)");
    }

    void frame(const GeneratedFrame &frame) override
    {
        generated_.add(frame.row);
    }

    void finish() override
    {
        const size_t valueCount = info_.entityCount * info_.feature.n_component;
        const size_t realCount = real_.size() / valueCount;
        const bool lacksFirst = info_.feature.kind == MDGAN_POSITION;
        if (realCount > 1) {
            PathRecorder recorder(info_, realCount, {}, lacksFirst);
            for (size_t f = 0; f < realCount; f++) {
                recorder.add(real_.data() + f * valueCount);
            }
            addCurves(recorder.paths(), "molecular dynamics");
        }
        addCurves(generated_.paths(), "generated");
        write(spectrum_, spectrumCurves_, frequencyStep(), decimalsOf(frequencyStep(), 4));
        write(displacement_, displacementCurves_, info_.feature.dt * info_.timeScale, info_.timeDecimals());
        write(autocorrelation_, autocorrelationCurves_, info_.feature.dt * info_.timeScale, info_.timeDecimals());
    }

    void commit() override
    {
        for (XvgFile *file : {spectrum_.get(), displacement_.get(), autocorrelation_.get()}) {
            if (file != nullptr) {
                file->commit();
            }
        }
    }

  private:
    using File = std::unique_ptr<XvgFile>;

    void open(File &file, const std::string &path, const char *title, const std::string &x, const char *y)
    {
        if (path.empty()) {
            return;
        }
        XvgHead head = {std::string(title) + " of " + info_.feature.name,
                        x,
                        y,
                        info_.entityCount > 1 ? "xydy" : "xy",
                        {"generated"}};
        // A single frame is the structure that positions begin from, which makes no curve.
        if (real_.size() > info_.entityCount * info_.feature.n_component) {
            head.legend = {"molecular dynamics", "generated"};
        }
        file = std::make_unique<XvgFile>(path, info_.xvgFormat, head);
    }

    mdgan_series view(const std::vector<float> &value, size_t frameCount) const
    {
        return {value.data(), info_.entityCount, frameCount, info_.feature.n_component};
    }

    /** Lags of a series of @p frameCount frames. */
    size_t lagCount(size_t frameCount) const
    {
        const size_t wanted = options_.maxTau < 0
                                  ? (frameCount + 3) / 4
                                  : static_cast<size_t>(std::llround(options_.maxTau / info_.feature.dt)) + 1;
        return std::min(wanted, frameCount);
    }

    void addCurves(const Paths &paths, const char *legend)
    {
        const mdgan_series position = view(paths.position, paths.positionCount);
        const mdgan_series velocity = view(paths.velocity, paths.velocityCount);
        const double perParticle = 3.0; // the core gives the mean over components
        mdgan_error error = {};
        goOn();
        if (spectrum_) {
            const size_t bins = static_cast<size_t>(options_.segment) / 2 + 1;
            Curve curve = {legend, std::vector<double>(bins), std::vector<double>(bins)};
            check(mdgan_spectrum(&velocity, static_cast<size_t>(options_.segment), curve.value.data(),
                                 curve.error.data(), &error),
                  error);
            spectrumCurves_.push_back(std::move(curve));
        }
        goOn();
        if (displacement_) {
            const size_t lags = lagCount(paths.positionCount);
            Curve curve = {legend, std::vector<double>(lags), std::vector<double>(lags)};
            check(mdgan_displacement(&position, lags, curve.value.data(), curve.error.data(), &error), error);
            scale(curve, perParticle / static_cast<double>(info_.feature.n_component));
            displacementCurves_.push_back(std::move(curve));
        }
        goOn();
        if (autocorrelation_) {
            const size_t lags = lagCount(paths.velocityCount);
            Curve curve = {legend, std::vector<double>(lags), std::vector<double>(lags)};
            check(mdgan_autocorrelation(&velocity, lags, curve.value.data(), curve.error.data(), &error), error);
            scale(curve, perParticle);
            autocorrelationCurves_.push_back(std::move(curve));
        }
    }

    /** Between two transforms of all series. */
    static void goOn()
    {
        if (InterruptGuard::interrupted()) {
            failFile("Interrupted in the statistics: no output is written");
        }
    }

    static void scale(Curve &curve, double factor)
    {
        for (size_t i = 0; i < curve.value.size(); i++) {
            curve.value[i] *= factor;
            curve.error[i] *= factor;
        }
    }

    /** cm^-1 between two bins of the spectrum. */
    double frequencyStep() const
    {
        const double lightSpeed = 2.99792458e-2; // cm/ps
        return 1.0 / (options_.segment * info_.feature.dt * lightSpeed);
    }

    void write(const File &file, const std::vector<Curve> &curves, double step, int decimals) const
    {
        if (!file) {
            return;
        }
        for (size_t c = 0; c < curves.size(); c++) {
            for (size_t i = 0; i < curves[c].value.size(); i++) {
                const double columns[2] = {curves[c].value[i], curves[c].error[i]};
                file->row(static_cast<double>(i) * step, decimals, columns, info_.entityCount > 1 ? 2 : 1);
            }
            if (c + 1 < curves.size()) {
                file->endSet();
            }
        }
        file->close();
    }

    StatisticsOptions options_;
    const SeriesInfo &info_;
    const std::vector<float> &real_;
    PathRecorder generated_;
    File spectrum_, displacement_, autocorrelation_;
    std::vector<Curve> spectrumCurves_, displacementCurves_, autocorrelationCurves_;
};
} // namespace

OutputPointer createStatisticsOutput(const OutputNames &names, const StatisticsOptions &options, const SeriesInfo &info,
                                     const std::vector<float> &real)
{
    return std::make_unique<StatisticsOutput>(names, options, info, real);
}
} // namespace mdgan
