/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * One reference c_ID, f_ID or v_name to global values of the input script; collect_reference.h says what it stands for.
 */
#ifndef MDGAN_COLLECT_GLOBAL_H
#define MDGAN_COLLECT_GLOBAL_H

#include <string>

#include "collect.h"

namespace LAMMPS_NS
{
class Compute;
class Fix;

class GlobalValue : protected Pointers
{
  public:
    /** @p word: the reference. Bad ones end in LAMMPS's error. @p complain is retained. */
    GlobalValue(LAMMPS *lammps, const std::string &word, const CollectArgs &args, const HostError &complain);

    const std::string &text() const
    {
        return text_;
    }
    size_t n_entity() const
    {
        return n_entity_;
    }
    size_t n_component() const
    {
        return n_component_;
    }

    /** Finds what the reference stands for. The first call fixes the numbers of entities and components. Collective. */
    void find();

    /** The current values: component c of entity e to values[e * stride + c]. Ends in LAMMPS's error if their number
     * has changed. Between modify->clearstep_compute() and addstep_compute(). Collective. */
    void read(double *values, size_t stride);

  private:
    enum Shape { SCALAR, VECTOR, ARRAY };

    /** The global values that LAMMPS has under the ID. */
    struct Offer {
        bool has[3];      ///< by Shape
        bool variable[3]; ///< by Shape: its length is not known before it has been evaluated
        bool other;       ///< values per atom, or local ones
        size_t n_element; ///< of the vector
        size_t n_row;     ///< of the array
        size_t n_column;  ///< of the array
    };

    void parse_index(const std::string &index);
    size_t parse_bound(const std::string &bound) const;

    void locate();
    Offer offer() const;
    Shape choose_shape(const Offer &offer) const;
    void measure(Offer &offer);
    void set_size(const Offer &offer);
    void check_size(const Offer &offer) const;

    void evaluate(Offer &offer);
    void evaluate_compute();
    double value(size_t entity, size_t component) const;
    [[noreturn]] void fail(const std::string &reason) const;

    const HostError *complain_;
    const std::string text_;   ///< as typed
    const std::string fix_id_; ///< of the fix that collects
    const int nevery_;
    std::string id_;      ///< without prefix and brackets
    bool indexed_;        ///< has brackets
    size_t first_, last_; ///< columns or elements taken, from 1; last 0: to the end
    Shape shape_;
    size_t n_entity_; ///< 0: not known yet
    size_t n_component_;
    Compute *compute_; ///< one of these three
    Fix *fix_;
    int variable_;
    double scalar_;  ///< current value of an equal-style variable
    double *vector_; ///< current values of a vector-style variable, LAMMPS's
};
} // namespace LAMMPS_NS

#endif
