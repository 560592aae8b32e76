/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trr_file.h"

#include <cstring>
#include <initializer_list>

namespace mdgan
{
namespace
{
const char version[] = "GMX_trn_file";
} // namespace

TrrFile::TrrFile(const std::string &path, size_t atomCount)
    : atomCount_(atomCount), file_(std::fopen(path.c_str(), "wb"))
{
}

TrrFile::~TrrFile()
{
    close();
}

bool TrrFile::good() const
{
    return file_ != nullptr;
}

/* XDR: big-endian, whatever the machine. */
void TrrFile::put(uint32_t bits)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes_.push_back(static_cast<unsigned char>(bits >> shift));
    }
}

void TrrFile::put(const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float single = static_cast<float>(value[i]);
        uint32_t bits = 0;
        std::memcpy(&bits, &single, sizeof bits);
        put(bits);
    }
}

bool TrrFile::write(int64_t step, double time, const double *box, const double *x, const double *v)
{
    const uint32_t vectorBytes = static_cast<uint32_t>(3 * sizeof(float) * atomCount_);
    const uint32_t length = sizeof version - 1;
    bytes_.clear();
    put(1993); // marks a .trr frame
    put(length + 1);
    put(length);
    bytes_.insert(bytes_.end(), version, version + length);
    // Bytes of: input record, energies, box, virial, pressure, topology, symbols, x, v, f; then counts.
    for (const uint32_t size : {0U, 0U, static_cast<uint32_t>(9 * sizeof(float)), 0U, 0U, 0U, 0U, vectorBytes,
                                vectorBytes, 0U, static_cast<uint32_t>(atomCount_), static_cast<uint32_t>(step), 0U}) {
        put(size);
    }
    const double timeAndLambda[2] = {time, 0.0};
    put(timeAndLambda, 2);
    put(box, 9);
    put(x, 3 * atomCount_);
    put(v, 3 * atomCount_);
    return std::fwrite(bytes_.data(), 1, bytes_.size(), file_) == bytes_.size();
}

bool TrrFile::close()
{
    if (file_ == nullptr) {
        return true;
    }
    std::FILE *const file = file_;
    file_ = nullptr;
    const bool written = std::ferror(file) == 0;
    return std::fclose(file) == 0 && written;
}
} // namespace mdgan
