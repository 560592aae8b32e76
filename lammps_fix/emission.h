/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * `mdgan emit ID N [file NAME]`: advances the clock by N frames of the series that fix ID generates, with LAMMPS's own
 * output and without forces, integration or neighbour lists.
 */
#ifndef MDGAN_EMISSION_H
#define MDGAN_EMISSION_H

#include <string>
#include <vector>

#include <mdgan/series.h>

#include "host_error.h"
#include "pointers.h"

namespace LAMMPS_NS
{
class Fix;
class FixMdgan;

class Emission : protected Pointers
{
  public:
    explicit Emission(LAMMPS *lammps);
    ~Emission() override;

    /** @p arg: what follows `mdgan emit`. */
    void run(int narg, char **arg);

  private:
    void parse(int narg, char **arg);
    void find_observers();
    void begin();
    template <class Do> void for_each_fix(Do what); ///< mdgan
    void prepare_computes();
    void tell_fixes(bool emitting); ///< all fixes mdgan, see FixMdgan::set_emitting()
    void open_file();
    void start_output();
    void loop();
    void emit_frame();
    void append_row();
    void close_file();
    void end();
    void check_file(mdgan_status status);
    void abandon_file();
    void skip() const;
    void report(double cpu_seconds) const;

    HostError complain_;
    std::string id_;               ///< of the fix
    bigint n_frame_;               ///< asked for
    bigint n_emitted_;             ///< done by this command
    std::string path_;             ///< of the H5MD file, empty: none
    FixMdgan *fix_;                ///< source of the rows
    std::vector<Fix *> observers_; ///< fixes that read values and write or store them
    mdgan_series_writer *writer_;  ///< rank 0's, while the file is open
    mdgan_status file_status_;     ///< first failure of the file, on rank 0
    mdgan_error file_error_;
};
} // namespace LAMMPS_NS

#endif
