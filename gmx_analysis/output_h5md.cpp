/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows themselves as H5MD. */
#include <mdgan/series.h>

#include "gmx_error.h"
#include "output.h"

namespace mdgan
{
namespace
{
class H5mdOutput final : public Output
{
  public:
    H5mdOutput(const std::string &path, const SeriesInfo &info) : writer_(nullptr)
    {
        mdgan_error error = {};
        check(mdgan_series_open(&writer_, path.c_str(), info.creator.c_str(), &info.feature, info.entityCount,
                                info.firstStep, info.firstTime, info.box, &error),
              error);
    }

    ~H5mdOutput() override
    {
        mdgan_series_abandon(writer_);
    }

    void frame(const GeneratedFrame &frame) override
    {
        mdgan_error error = {};
        check(mdgan_series_append(writer_, frame.row, &error), error);
    }

    void finish() override
    {
        mdgan_error error = {};
        check(mdgan_series_finish(writer_, &error), error);
    }

    void commit() override
    {
        mdgan_error error = {};
        mdgan_series_writer *const writer = writer_;
        writer_ = nullptr; // freed whatever happens
        check(mdgan_series_close(writer, &error), error);
    }

  private:
    mdgan_series_writer *writer_;
};
} // namespace

OutputPointer createH5mdOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<H5mdOutput>(path, info);
}
} // namespace mdgan
