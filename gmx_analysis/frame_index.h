/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Where the complete frames of a .trr or .xtc file end, read from the frames' headers alone, also while the file grows.
 */
#ifndef MDGAN_GMX_FRAME_INDEX_H
#define MDGAN_GMX_FRAME_INDEX_H

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace mdgan
{
class FrameIndex
{
  public:
    /** Whether @p path is of a kind that can be indexed: .trr or .xtc. */
    static bool knows(const std::string &path);

    /** @p needsVelocity: frames without velocities do not count. Throws if the file cannot be opened. */
    FrameIndex(const std::string &path, bool needsVelocity);

    /** Looks for more frames. Throws if what follows is no frame, or if the file has become shorter or another one. */
    void update();

    int64_t complete() const; ///< complete frames that count
    bool torn() const;        ///< the file goes on beyond the last complete frame
    int64_t size() const;     ///< bytes, as of the last update
    const std::string &path() const;

  private:
    struct Header {
        bool whole;   ///< all of the header is there
        bool counts;  ///< has positions, and velocities if these are needed
        int64_t size; ///< of header and data, bytes
    };
    struct Close {
        void operator()(std::FILE *file) const
        {
            std::fclose(file);
        }
    };

    Header readTrrHeader();
    Header readXtcHeader();
    [[noreturn]] void refuse() const;

    std::string path_;
    bool xtc_, needsVelocity_;
    std::unique_ptr<std::FILE, Close> file_;
    int64_t end_ = 0, size_ = 0, complete_ = 0, frames_ = 0;
};
} // namespace mdgan

#endif
