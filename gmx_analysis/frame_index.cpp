/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frame_index.h"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <sys/stat.h>

#include "gmx_error.h"

namespace mdgan
{
namespace
{
bool endsWith(const std::string &text, const std::string &end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/** The next XDR integer; false at the end of the file. */
bool readInt(std::FILE *file, int64_t *value)
{
    unsigned char byte[4];
    if (std::fread(byte, 1, sizeof byte, file) != sizeof byte) {
        return false;
    }
    const uint32_t bits = static_cast<uint32_t>(byte[0]) << 24 | static_cast<uint32_t>(byte[1]) << 16 |
                          static_cast<uint32_t>(byte[2]) << 8 | static_cast<uint32_t>(byte[3]);
    *value = static_cast<int32_t>(bits);
    return true;
}
} // namespace

bool FrameIndex::knows(const std::string &path)
{
    return endsWith(path, ".trr") || endsWith(path, ".xtc");
}

FrameIndex::FrameIndex(const std::string &path, bool needsVelocity)
    : path_(path), xtc_(endsWith(path, ".xtc")), needsVelocity_(needsVelocity), file_(std::fopen(path.c_str(), "rb"))
{
    if (!file_) {
        failFile("Cannot read '" + path + "': " + std::strerror(errno));
    }
}

void FrameIndex::refuse() const
{
    failFile("'" + path_ + "' is damaged after frame " + std::to_string(frames_) + " (byte " + std::to_string(end_) +
             "): what follows is no frame; look with gmx check");
}

/* Layout of a .trr frame: magic 1993, length and text of the version, 11 sizes and counts, step, nre, t, lambda; then
 * box, virial, pressure, x, v and f, of the sizes that the header tells. */
FrameIndex::Header FrameIndex::readTrrHeader()
{
    enum { magicTrr = 1993, ir, energy, box, virial, pressure, topology, symbols, x, v, f, atoms };
    int64_t magic = 0, length = 0, textLength = 0;
    if (!readInt(file_.get(), &magic) || !readInt(file_.get(), &length) || !readInt(file_.get(), &textLength)) {
        return {false, false, 0};
    }
    if (magic != magicTrr || textLength < 0 || textLength > 256) {
        refuse();
    }
    const int64_t textBytes = (textLength + 3) / 4 * 4;
    int64_t value[11];
    if (std::fseek(file_.get(), static_cast<long>(textBytes), SEEK_CUR) != 0) {
        return {false, false, 0};
    }
    int64_t dataBytes = 0;
    for (int i = 0; i < 11; i++) {
        if (!readInt(file_.get(), &value[i])) {
            return {false, false, 0};
        }
        if (value[i] < 0) {
            refuse();
        }
        dataBytes += i < 10 ? value[i] : 0;
    }
    const int64_t boxBytes = value[box - ir], xBytes = value[x - ir], vBytes = value[v - ir], fBytes = value[f - ir];
    const int64_t atomCount = value[atoms - ir];
    int64_t realBytes = boxBytes / 9;
    if (boxBytes == 0 && atomCount > 0) {
        realBytes = (xBytes > 0 ? xBytes : vBytes > 0 ? vBytes : fBytes) / (3 * atomCount);
    }
    if (realBytes != 4 && realBytes != 8) {
        refuse();
    }
    const int64_t headerBytes = 12 + textBytes + 13 * 4 + 2 * realBytes;
    return {true, xBytes > 0 && (vBytes > 0 || !needsVelocity_), headerBytes + dataBytes};
}

/* Layout of an .xtc frame: magic 1995 (2023: long lengths), atoms, step, time, box; atoms again, and either plain
 * floats (up to 9 atoms) or precision, 3 minima, 3 maxima, index, length and so many bytes, padded to 4. */
FrameIndex::Header FrameIndex::readXtcHeader()
{
    enum { magicShort = 1995, magicLong = 2023 };
    int64_t magic = 0, atomCount = 0, low = 0, high = 0;
    if (!readInt(file_.get(), &magic) || !readInt(file_.get(), &atomCount)) {
        return {false, false, 0};
    }
    if ((magic != magicShort && magic != magicLong) || atomCount < 0) {
        refuse();
    }
    const int64_t headBytes = 14 * 4;
    if (atomCount <= 9) {
        return {true, !needsVelocity_, headBytes + 3 * 4 * atomCount};
    }
    const int64_t plainBytes = headBytes + 8 * 4;
    if (std::fseek(file_.get(), static_cast<long>(plainBytes - 8), SEEK_CUR) != 0 || !readInt(file_.get(), &high) ||
        (magic == magicLong && !readInt(file_.get(), &low))) {
        return {false, false, 0};
    }
    const int64_t dataBytes = magic == magicLong
                                  ? static_cast<int64_t>(static_cast<uint64_t>(high) << 32 | static_cast<uint32_t>(low))
                                  : high;
    const int64_t lengthBytes = magic == magicLong ? 8 : 4;
    if (dataBytes < 0) {
        refuse();
    }
    return {true, !needsVelocity_, plainBytes + lengthBytes + (dataBytes + 3) / 4 * 4};
}

void FrameIndex::update()
{
    struct stat status = {};
    if (fstat(fileno(file_.get()), &status) != 0) {
        failFile("Cannot read '" + path_ + "': " + std::strerror(errno));
    }
    if (status.st_size < size_) {
        failFile("'" + path_ + "' has become shorter while it was read: a simulation was started again on it");
    }
    struct stat named = {};
    if (stat(path_.c_str(), &named) == 0 && (named.st_ino != status.st_ino || named.st_dev != status.st_dev)) {
        failFile(
            "'" + path_ +
            "' was replaced while it was read: another simulation was started in its place; follow that one from its "
            "beginning");
    }
    size_ = status.st_size;
    while (end_ < size_) {
        // A stream that has met the end of the file would not see what comes later without this.
        std::clearerr(file_.get());
        if (std::fseek(file_.get(), static_cast<long>(end_), SEEK_SET) != 0) {
            failFile("Cannot read '" + path_ + "': " + std::strerror(errno));
        }
        const Header header = xtc_ ? readXtcHeader() : readTrrHeader();
        if (!header.whole || end_ + header.size > size_) {
            return;
        }
        end_ += header.size;
        frames_++;
        complete_ += header.counts ? 1 : 0;
    }
}

int64_t FrameIndex::complete() const
{
    return complete_;
}

bool FrameIndex::torn() const
{
    return end_ < size_;
}

int64_t FrameIndex::size() const
{
    return size_;
}

const std::string &FrameIndex::path() const
{
    return path_;
}
} // namespace mdgan
