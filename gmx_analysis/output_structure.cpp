/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stock tools want to know of the particles of a generated trajectory: names, groups, masses. */
#include <cstdarg>
#include <cstdio>

#include <mdgan/version.h>

#include "output.h"
#include "staged_file.h"

namespace mdgan
{
namespace
{
/** A small text file, written when the first frame comes. */
class TextOutput : public Output
{
  public:
    TextOutput(const std::string &path, const SeriesInfo &info) : info_(info), staged_(path), file_(nullptr)
    {
    }

    ~TextOutput() override
    {
        if (file_ != nullptr) {
            std::fclose(file_);
        }
    }

    void frame(const GeneratedFrame &frame) override
    {
        if (frame.number != 0) {
            return;
        }
        file_ = std::fopen(staged_.temporary().c_str(), "w");
        if (file_ == nullptr) {
            staged_.fail();
        }
        write(frame);
        const bool written = std::ferror(file_) == 0;
        const bool closed = std::fclose(file_) == 0;
        file_ = nullptr;
        if (!written || !closed) {
            staged_.fail();
        }
    }

    void finish() override
    {
    }

    void commit() override
    {
        staged_.commit();
    }

  protected:
    virtual void write(const GeneratedFrame &frame) = 0;

    void print(const char *format, ...) __attribute__((format(printf, 2, 3)))
    {
        va_list arguments;
        va_start(arguments, format);
        std::vfprintf(file_, format, arguments);
        va_end(arguments);
    }

    /** Particles per entity, and so atoms per molecule of the topology. */
    size_t partCount() const
    {
        return info_.feature.n_component / 3;
    }

    const SeriesInfo &info_;

  private:
    StagedFile staged_;
    std::FILE *file_;
};

/* The first frame as .gro. Six decimals, so that displacements of a frame are not lost; GROMACS finds the number out.
 */
class ConfigurationOutput final : public TextOutput
{
  public:
    using TextOutput::TextOutput;

  private:
    void write(const GeneratedFrame &frame) override
    {
        print("%s by mdgan, t= %.6f\n%5zu\n", info_.feature.name, info_.firstTime, info_.particleCount());
        for (size_t i = 0; i < info_.particleCount(); i++) {
            const double *const x = frame.position + 3 * i;
            const double *const v = frame.velocity + 3 * i;
            char name[24];
            std::snprintf(name, sizeof name, "C%zu", i % partCount() + 1);
            print("%5zu%-5s%5s%5zu%11.6f%11.6f%11.6f%11.7f%11.7f%11.7f\n", (i / partCount() + 1) % 100000, "GAN", name,
                  (i + 1) % 100000, x[0], x[1], x[2], v[0], v[1], v[2]);
        }
        const double *const b = info_.box;
        print("%.6f %.6f %.6f", b[0], b[4], b[8]);
        if (b[1] != 0 || b[2] != 0 || b[3] != 0 || b[5] != 0 || b[6] != 0 || b[7] != 0) {
            print(" %.6f %.6f %.6f %.6f %.6f %.6f", b[1], b[2], b[3], b[5], b[6], b[7]);
        }
        print("\n");
    }
};

class IndexOutput final : public TextOutput
{
  public:
    using TextOutput::TextOutput;

  private:
    void group(const std::string &name, size_t first, size_t step)
    {
        print("[ %s ]\n", name.c_str());
        size_t onLine = 0;
        for (size_t i = first; i < info_.particleCount(); i += step) {
            print("%zu%c", i + 1, ++onLine % 15 == 0 ? '\n' : ' ');
        }
        print("\n");
    }

    void write(const GeneratedFrame & /*frame*/) override
    {
        group("GAN", 0, 1);
        for (size_t p = 0; p < partCount() && partCount() > 1; p++) {
            group("Part_" + std::to_string(p + 1), p, partCount());
        }
    }
};

/* Particles of an ideal gas: masses, and nothing that acts between them. */
class TopologyOutput final : public TextOutput
{
  public:
    using TextOutput::TextOutput;

  private:
    void write(const GeneratedFrame & /*frame*/) override
    {
        print("; %zu entities of '%s' by gmx_mdgan %s: particles without interactions, for gmx grompp\n",
              info_.entityCount, info_.feature.name, MDGAN_VERSION_TEXT);
        print("[ defaults ]\n1 2 no 1.0 1.0\n\n[ atomtypes ]\nGAN 6 1.0 0.0 A 0.0 0.0\n");
        // Molecules of equal masses that follow each other share one type.
        for (size_t e = 0, type = 0; e < info_.entityCount; type++) {
            size_t n = 1;
            while (e + n < info_.entityCount && sameMasses(e, e + n)) {
                n++;
            }
            moleculeType(type, e);
            runs_.push_back(n);
            e += n;
        }
        print("\n[ system ]\n%s\n\n[ molecules ]\n", info_.feature.name);
        for (size_t type = 0; type < runs_.size(); type++) {
            print("GAN%zu %zu\n", type + 1, runs_[type]);
        }
    }

    bool sameMasses(size_t a, size_t b) const
    {
        for (size_t p = 0; p < partCount(); p++) {
            if (info_.masses[a * partCount() + p] != info_.masses[b * partCount() + p]) {
                return false;
            }
        }
        return true;
    }

    void moleculeType(size_t type, size_t entity)
    {
        print("\n[ moleculetype ]\nGAN%zu 0\n\n[ atoms ]\n", type + 1);
        for (size_t p = 0; p < partCount(); p++) {
            print("%zu GAN 1 GAN C%zu %zu 0.0 %.7g\n", p + 1, p + 1, p + 1, info_.masses[entity * partCount() + p]);
        }
    }

    std::vector<size_t> runs_; ///< molecules of each type
};

class ParameterOutput final : public TextOutput
{
  public:
    using TextOutput::TextOutput;

  private:
    void write(const GeneratedFrame & /*frame*/) override
    {
        print("; For gmx grompp alone, which makes the .tpr that some tools ask for: nothing is to be simulated with "
              "it.\n"
              "integrator = md\ndt = %.10g\nnsteps = 0\ncontinuation = yes\nnstlist = 10\n"
              "verlet-buffer-tolerance = -1\nrlist = 0.1\nrcoulomb = 0.1\nrvdw = 0.1\n",
              info_.feature.dt / static_cast<double>(info_.feature.stride));
    }
};
} // namespace

OutputPointer createConfigurationOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<ConfigurationOutput>(path, info);
}

OutputPointer createIndexOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<IndexOutput>(path, info);
}

OutputPointer createTopologyOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<TopologyOutput>(path, info);
}

OutputPointer createParameterOutput(const std::string &path, const SeriesInfo &info)
{
    return std::make_unique<ParameterOutput>(path, info);
}
} // namespace mdgan
