/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows themselves as .xvg, with one column per value. */
#include <cstddef>
#include <type_traits>

#include <algorithm>

#include "output.h"
#include "xvg_file.h"

namespace mdgan
{
namespace
{
class SeriesOutput final : public Output
{
  public:
    SeriesOutput(const std::string &path, const SeriesInfo &info)
        : info_(info), file_(path, info.xvgFormat, head(info)), value_(info.entityCount * info.feature.n_component)
    {
    }

    void frame(const GeneratedFrame &frame) override
    {
        const double time = info_.firstTime + static_cast<double>(frame.number) * info_.feature.dt;
        std::copy(frame.row, frame.row + value_.size(), value_.begin());
        file_.row(time * info_.timeScale, info_.timeDecimals(), value_.data(), value_.size());
    }

    void finish() override
    {
        file_.close();
    }

    void commit() override
    {
        file_.commit();
    }

  private:
    static XvgHead head(const SeriesInfo &info)
    {
        const bool isPosition = info.feature.kind == MDGAN_POSITION;
        XvgHead head = {std::string("Generated ") + info.feature.name,
                        "Time (" + info.timeUnit + ")",
                        isPosition ? "Coordinate (nm)" : "Velocity (nm/ps)",
                        "xy",
                        {}};
        const size_t perEntity = info.feature.n_component / 3;
        for (size_t e = 0; e < info.entityCount; e++) {
            for (size_t c = 0; c < info.feature.n_component; c++) {
                const std::string part = perEntity > 1 ? "." + std::to_string(c / 3 + 1) : "";
                head.legend.push_back(std::to_string(e + 1) + part + " " + "XYZ"[c % 3]);
            }
        }
        return head;
    }

    const SeriesInfo &info_;
    XvgFile file_;
    std::vector<double> value_;
};
} // namespace

OutputPointer createSeriesOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<SeriesOutput>(path, info);
}
} // namespace mdgan
