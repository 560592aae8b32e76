/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Generated frames as a trajectory of particles, one per x,y,z triplet, for GROMACS's own tools. */
#include <cstddef>
#include <type_traits>

#include <gromacs/fileio/trxio.h>
#include <gromacs/trajectory/trajectoryframe.h>

#include "frame_index.h"
#include "gmx_error.h"
#include "output.h"
#include "staged_file.h"

namespace mdgan
{
namespace
{
class XtcOutput final : public Output
{
  public:
    XtcOutput(const std::string &path, const SeriesInfo &info)
        : info_(info), staged_(path), status_(nullptr), frame_(), x_(info.particleCount())
    {
        clear_trxframe(&frame_, TRUE);
        frame_.natoms = static_cast<int>(info.particleCount());
        frame_.bStep = frame_.bTime = frame_.bX = frame_.bBox = frame_.bPrec = TRUE;
        frame_.prec = 1e5; // 1e-5 nm, since what moves between two frames is small
        frame_.x = as_rvec_array(x_.data());
        for (int i = 0; i < 9; i++) {
            frame_.box[i / 3][i % 3] = static_cast<real>(info.box[i]);
        }
        status_ = open_trx(staged_.temporary().c_str(), "w");
    }

    ~XtcOutput() override
    {
        close();
    }

    void frame(const GeneratedFrame &frame) override
    {
        frame_.step = info_.firstStep + frame.number * info_.feature.stride;
        frame_.time = static_cast<real>(info_.firstTime + static_cast<double>(frame.number) * info_.feature.dt);
        for (size_t i = 0; i < x_.size(); i++) {
            for (int d = 0; d < 3; d++) {
                x_[i][d] = static_cast<real>(frame.position[3 * i + d]);
            }
        }
        write_trxframe(status_, &frame_, nullptr);
    }

    void finish() override
    {
        close();
        // GROMACS does not tell whether it could write: the file itself does.
        FrameIndex index(staged_.temporary(), false);
        index.update();
        if (index.complete() != info_.frameCount || index.torn()) {
            failFile("Cannot write '" + staged_.path() + "': only " + std::to_string(index.complete()) + " of " +
                     std::to_string(info_.frameCount) + " frames could be stored; free disk space");
        }
    }

    void commit() override
    {
        staged_.commit();
    }

  private:
    void close()
    {
        if (status_ != nullptr) {
            close_trx(status_);
        }
        status_ = nullptr;
    }

    const SeriesInfo &info_;
    StagedFile staged_;
    t_trxstatus *status_;
    t_trxframe frame_;
    std::vector<gmx::RVec> x_;
};
} // namespace

OutputPointer createTrajectoryOutput(const std::string &path, const SeriesInfo &info)
{
    if (path.compare(path.size() - 4, 4, ".xtc") == 0) {
        return std::make_unique<XtcOutput>(path, info);
    }
    return createTrrOutput(path, info);
}
} // namespace mdgan
