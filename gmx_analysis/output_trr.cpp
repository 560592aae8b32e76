/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Generated frames as a .trr of particles, one per x,y,z triplet. */
#include "output.h"
#include "staged_file.h"
#include "trr_file.h"

namespace mdgan
{
namespace
{
class TrrOutput final : public Output
{
  public:
    TrrOutput(const std::string &path, const SeriesInfo &info)
        : info_(info), staged_(path), file_(staged_.temporary(), info.particleCount())
    {
        if (!file_.good()) {
            staged_.fail();
        }
    }

    void frame(const GeneratedFrame &frame) override
    {
        const double time = info_.firstTime + static_cast<double>(frame.number) * info_.feature.dt;
        const int64_t step = info_.firstStep + frame.number * info_.feature.stride;
        if (!file_.write(step, time, info_.box, frame.position, frame.velocity)) {
            staged_.fail();
        }
    }

    void finish() override
    {
        if (!file_.close()) {
            staged_.fail();
        }
    }

    void commit() override
    {
        staged_.commit();
    }

  private:
    const SeriesInfo &info_;
    StagedFile staged_;
    TrrFile file_;
};
} // namespace

OutputPointer createTrrOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<TrrOutput>(path, info);
}
} // namespace mdgan
