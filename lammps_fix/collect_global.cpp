/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_global.h"

#include <cstdlib>
#include <cstring>

#include "compute.h"
#include "fix.h"
#include "input.h"
#include "modify.h"
#include "update.h"
#include "variable.h"

namespace LAMMPS_NS
{
namespace
{
/** Lets LAMMPS evaluate between two runs what it only evaluates during one. */
class AsInRun
{
  public:
    explicit AsInRun(Update *update) : update_(update), before_(update->whichflag)
    {
        update_->whichflag = 1;
    }
    ~AsInRun()
    {
        update_->whichflag = before_;
    }
    AsInRun(const AsInRun &) = delete;
    AsInRun &operator=(const AsInRun &) = delete;

  private:
    Update *const update_;
    const int before_;
};

std::string plural(size_t n, const char *what)
{
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}
} // namespace

GlobalValue::GlobalValue(LAMMPS *lammps, const std::string &word, const CollectArgs &args, const HostError &complain)
    : Pointers(lammps), complain_(&complain), text_(word), fix_id_(args.id), nevery_(args.nevery), indexed_(false),
      first_(1), last_(0), shape_(SCALAR), n_entity_(0), n_component_(0), compute_(nullptr), fix_(nullptr),
      variable_(-1), scalar_(0.0), vector_(nullptr)
{
    const size_t bracket = word.find('[');
    id_ = word.substr(2, bracket == std::string::npos ? bracket : bracket - 2);
    if (bracket == std::string::npos) {
        return;
    }
    indexed_ = true;
    if (word.find('[', bracket + 1) != std::string::npos) {
        complain.illegal("reference " + text_ + " has two indices; use an equal-style variable, variable x equal " +
                         text_ + ", and v_x");
    }
    if (word.back() != ']') {
        complain.illegal("reference " + text_ + " does not end in ]");
    }
    parse_index(word.substr(bracket + 1, word.size() - bracket - 2));
}

void GlobalValue::parse_index(const std::string &index)
{
    const size_t star = index.find('*');
    if (star == std::string::npos) {
        first_ = last_ = parse_bound(index);
        return;
    }
    const std::string from = index.substr(0, star), to = index.substr(star + 1);
    first_ = from.empty() ? 1 : parse_bound(from);
    last_ = to.empty() ? 0 : parse_bound(to);
    if (last_ != 0 && last_ < first_) {
        complain_->illegal("reference " + text_ + " ends before it begins");
    }
}

size_t GlobalValue::parse_bound(const std::string &bound) const
{
    char *end = nullptr;
    const long n = std::strtol(bound.c_str(), &end, 10);
    if (bound.empty() || *end != '\0' || n < 1 || n > MAXSMALLINT) {
        complain_->illegal("reference " + text_ + ": index '" + bound +
                           "' is not a positive number; use [I], [*], [m*n], [m*] or [*n]");
    }
    return static_cast<size_t>(n);
}

void GlobalValue::fail(const std::string &reason) const
{
    complain_->fail("reference " + text_ + ": " + reason);
}

void GlobalValue::locate()
{
    compute_ = nullptr;
    fix_ = nullptr;
    if (text_[0] == 'c') {
        const int index = modify->find_compute(id_);
        if (index < 0) {
            fail("there is no compute with ID '" + id_ + "'; define it before this fix");
        }
        compute_ = modify->compute[index];
        return;
    }
    if (text_[0] == 'v') {
        variable_ = input->variable->find(id_.c_str());
        if (variable_ < 0) {
            fail("there is no variable '" + id_ + "'; define it before this fix");
        }
        return;
    }
    if (id_ == fix_id_) {
        fail("the fix cannot collect its own values");
    }
    // Not modify->find_fix(): it stumbles over the gap in the list while a fix of an old ID is defined anew.
    for (int i = 0; i < modify->nfix; i++) {
        if (modify->fix[i] && id_ == modify->fix[i]->id) {
            fix_ = modify->fix[i];
        }
    }
    if (!fix_) {
        fail("there is no fix with ID '" + id_ + "'; define it before this fix");
    }
}

GlobalValue::Offer GlobalValue::offer() const
{
    Offer offer = {};
    const auto take = [&offer](const auto &source) {
        offer.has[SCALAR] = source.scalar_flag;
        offer.has[VECTOR] = source.vector_flag;
        offer.has[ARRAY] = source.array_flag;
        offer.variable[VECTOR] = source.size_vector_variable;
        offer.variable[ARRAY] = source.size_array_rows_variable;
        offer.other = source.peratom_flag || source.local_flag;
        offer.n_element = static_cast<size_t>(source.size_vector);
        offer.n_row = static_cast<size_t>(source.size_array_rows);
        offer.n_column = static_cast<size_t>(source.size_array_cols);
    };
    if (compute_) {
        take(*compute_);
    } else if (fix_) {
        take(*fix_);
    } else {
        offer.has[SCALAR] = input->variable->equalstyle(variable_);
        offer.has[VECTOR] = offer.variable[VECTOR] = input->variable->vectorstyle(variable_);
    }
    return offer;
}

GlobalValue::Shape GlobalValue::choose_shape(const Offer &offer) const
{
    const Shape plain[] = {SCALAR, VECTOR, ARRAY}, indexed[] = {ARRAY, VECTOR};
    const Shape *const order = indexed_ ? indexed : plain;
    for (int i = 0; i < (indexed_ ? 2 : 3); i++) {
        if (offer.has[order[i]]) {
            return order[i];
        }
    }
    if (offer.has[SCALAR]) {
        fail("it is a scalar and takes no index");
    }
    if (text_[0] == 'v') {
        fail("the variable is neither of style equal nor of style vector; use one that is");
    }
    const std::string what = text_[0] == 'c' ? "the compute" : "the fix";
    if (offer.other) {
        fail(what + " has no global values, only values per atom or local ones; reduce them first, e.g. with compute "
                    "reduce or compute com/chunk, or use a feature such as atom/velocity");
    }
    fail(what + " has no global values; use one with a global scalar, vector or array");
}

void GlobalValue::measure(Offer &offer)
{
    if (fix_) { // fix ave/time for one keeps the length to itself; no fix of LAMMPS reads it either
        fail("the fix has values of variable length; refer to what it reads instead");
    }
    // In an earlier run LAMMPS has connected computes to each other; without that it would follow empty pointers.
    if (update->first_update == 0) {
        fail(
            "LAMMPS does not know its length before the first run; put 'run 0' before this fix (after which LAMMPS has "
            "forgotten what a restart file held of it: keep model and windows with save and data)");
    }
    const AsInRun as_in_run(update);
    if (compute_) {
        compute_->init();
        const int n = compute_->lock_length();
        offer.n_element = offer.n_row = static_cast<size_t>(n > 0 ? n : 0);
    } else {
        modify->clearstep_compute();
        evaluate(offer);
    }
}

void GlobalValue::set_size(const Offer &offer)
{
    const size_t n = shape_ == ARRAY ? offer.n_column : offer.n_element;
    n_entity_ = n_component_ = 1;
    if (shape_ == SCALAR) {
        return;
    }
    if (shape_ == ARRAY || !indexed_) {
        n_entity_ = shape_ == ARRAY ? offer.n_row : offer.n_element;
    }
    if (shape_ == ARRAY || indexed_) {
        last_ = last_ == 0 ? n : last_;
        if (last_ > n || first_ > n) {
            fail(std::string("index out of range, there ") + (n == 1 ? "is " : "are ") +
                 plural(n, shape_ == ARRAY ? "column" : "element"));
        }
        n_component_ = last_ - first_ + 1;
    }
    if (n_entity_ == 0) {
        fail("it has no values yet; put 'run 0' before this fix");
    }
}

void GlobalValue::check_size(const Offer &offer) const
{
    const size_t n = shape_ == ARRAY ? offer.n_row : offer.n_element;
    const bool fits = indexed_ && shape_ == VECTOR ? n >= last_ : n == n_entity_;
    if (shape_ != SCALAR && !fits) {
        fail("its length changed from " + std::to_string(indexed_ && shape_ == VECTOR ? last_ : n_entity_) + " to " +
             std::to_string(n) + " on step " + std::to_string(update->ntimestep) + "; it must stay the same");
    }
    if (shape_ == ARRAY && offer.n_column < last_) {
        fail("it has " + plural(offer.n_column, "column") + " left; define this fix again");
    }
}

void GlobalValue::find()
{
    locate();
    Offer now = offer();
    const Shape shape = choose_shape(now);
    if (fix_ && fix_->global_freq > 0 && nevery_ % fix_->global_freq != 0) {
        fail("the fix has values every " + std::to_string(fix_->global_freq) +
             " steps; Nevery must be a multiple of that");
    }
    if (n_entity_ == 0) {
        shape_ = shape;
        if (now.variable[shape]) {
            measure(now);
        }
        set_size(now);
    } else if (shape != shape_) {
        fail("it is no longer what it was when this fix was defined; define this fix again");
    } else if (!now.variable[shape]) {
        check_size(now);
    }
}

void GlobalValue::evaluate_compute()
{
    // The flag, not the step of the last call: only what is flagged is tallied for the next sample.
    const int flag = shape_ == SCALAR   ? Compute::INVOKED_SCALAR
                     : shape_ == VECTOR ? Compute::INVOKED_VECTOR
                                        : Compute::INVOKED_ARRAY;
    if (compute_->invoked_flag & flag) {
        return;
    }
    if (shape_ == SCALAR) {
        compute_->compute_scalar();
    } else if (shape_ == VECTOR) {
        compute_->compute_vector();
    } else {
        compute_->compute_array();
    }
    compute_->invoked_flag |= flag;
}

void GlobalValue::evaluate(Offer &offer)
{
    if (compute_) {
        evaluate_compute();
    } else if (!fix_ && shape_ == SCALAR) {
        scalar_ = input->variable->compute_equal(variable_);
    } else if (!fix_) {
        offer.n_element = static_cast<size_t>(input->variable->compute_vector(variable_, &vector_));
    }
}

double GlobalValue::value(size_t entity, size_t component) const
{
    const size_t row = shape_ == ARRAY || !indexed_ ? entity : first_ - 1 + component; // of array, or element of vector
    const size_t column = first_ - 1 + component;
    switch (shape_) {
    case SCALAR:
        return compute_ ? compute_->scalar : fix_ ? fix_->compute_scalar() : scalar_;
    case VECTOR:
        return compute_ ? compute_->vector[row] : fix_ ? fix_->compute_vector(static_cast<int>(row)) : vector_[row];
    case ARRAY:
        break;
    }
    return compute_ ? compute_->array[row][column]
                    : fix_->compute_array(static_cast<int>(row), static_cast<int>(column));
}

void GlobalValue::read(double *values, size_t stride)
{
    Offer now = {};
    evaluate(now);
    if (text_[0] != 'v') {
        now = offer();
    }
    check_size(now);
    for (size_t entity = 0; entity < n_entity_; entity++) {
        for (size_t component = 0; component < n_component_; component++) {
            values[entity * stride + component] = value(entity, component);
        }
    }
}
} // namespace LAMMPS_NS
