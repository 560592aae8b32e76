/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "learner.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include "gmx_error.h"
#include "interrupt.h"

namespace mdgan
{
namespace
{
void logLine(void * /*context*/, const char *line)
{
    static const char prefix[] = "mdgan: "; // of the session, for hosts that print lines of others too
    const size_t n = std::strlen(prefix);
    std::fprintf(stderr, "%s\n", std::strncmp(line, prefix, n) == 0 ? line + n : line);
}
} // namespace

Learner::Learner(LearnerOptions options, const TimeStep &timeStep, std::function<void()> onDone)
    : options_(std::move(options)), clock_(timeStep), onDone_(std::move(onDone)), feature_(), entityCount_(0),
      anyEntities_(false), done_(false), readCount_(0), usedCount_(0), last_()
{
    mdgan_comm *comm = nullptr;
    mdgan_error error = {};
    const mdgan_status status = mdgan_comm_create_serial(&comm, &error);
    comm_.reset(comm);
    check(status, error);
}

void Learner::begin(const mdgan_feature &feature, size_t entityCount, bool anyEntities)
{
    feature_ = feature;
    entityCount_ = entityCount;
    anyEntities_ = anyEntities;
}

void Learner::add(Row &&row)
{
    row.step = clock_.unfolded(row.step);
    if (!options_.trajectory.empty() && !clock_.add(row.step, row.time)) {
        return;
    }
    if (readCount_++ % options_.stride == 0) {
        usedCount_++;
        if (options_.keepsRows) {
            rows_.insert(rows_.end(), row.value.begin(), row.value.end());
        }
        if (session_) {
            offer(row);
        } else {
            waiting_.push_back(row);
        }
        last_ = std::move(row);
    }
    if (!session_ && clock_.ready()) {
        feature_.dt = clock_.interval() * options_.stride;
        feature_.stride = clock_.stride() * options_.stride;
        createSession();
    }
}

void Learner::createSession()
{
    mdgan_host host = {};
    host.size = sizeof host;
    host.name = options_.hostName.c_str();
    host.log = logLine;
    host.cancelled = mdgan_interrupt_reason;
    host.stride_option = "-stride"; // counts frames of the file
    host.stride_unit = clock_.stride();
    mdgan_session *session = nullptr;
    mdgan_error error = {};
    const mdgan_status status =
        mdgan_session_create(&session, &options_.config, &feature_, entityCount_, &host, comm_.get(), &error);
    session_.reset(session);
    check(status, error);
    for (const Row &row : waiting_) {
        offer(row);
    }
    waiting_.clear();
}

void Learner::createFromModel()
{
    mdgan_model *model = nullptr;
    mdgan_error error = {};
    check(mdgan_model_load(&model, options_.config.load, &error), error);
    const mdgan_feature learned = mdgan_model_info_get(model).feature;
    mdgan_model_destroy(model);
    if (anyEntities_) {
        feature_ = learned;
    }
    // Without a trajectory there is no time step but the model's.
    feature_.dt = learned.dt;
    feature_.stride = learned.stride;
    if (feature_.n_component % 3 != 0) {
        refuseInput(std::string("The model is of '") + feature_.name +
                    "', which is not made of x,y,z triplets; use "
                    "mdgan emit");
    }
    if (feature_.kind != MDGAN_POSITION || anyEntities_) {
        waiting_.clear(); // a configuration holds no velocities
    }
    createSession();
}

void Learner::offer(const Row &row)
{
    bool done = false;
    mdgan_error error = {};
    const double time = clock_.ready() ? clock_.timeOf(row.step) : row.time;
    check(mdgan_session_offer(session_.get(), row.step, time, row.box.data(), row.value.data(), &done, &error), error);
    if (!done || done_ || options_.config.load[0] != '\0') {
        return;
    }
    done_ = true;
    onDone_();
    if (options_.trainAtOnce) {
        train();
    }
}

void Learner::train()
{
    if (mdgan_session_model(session_.get()) != nullptr) {
        return;
    }
    const InterruptGuard guard;
    mdgan_error error = {};
    // A training beside the collection is waited for, unless there are more frames to learn from than it has seen.
    const bool overlapping = options_.config.stop == MDGAN_STOP_YES && mdgan_session_report(session_.get()).overlapping;
    check(overlapping ? mdgan_session_run_ended(session_.get(), &error) : mdgan_session_train(session_.get(), &error),
          error);
}

void Learner::requireFrames() const
{
    const size_t perWindow = 2 * options_.config.window;
    const size_t extra = feature_.kind == MDGAN_POSITION ? 1 : 0;
    const size_t wanted = perWindow * options_.config.windows + extra;
    if (session_ && static_cast<size_t>(usedCount_) >= wanted) {
        return;
    }
    refuseInput("'" + options_.trajectory + "' gave " + std::to_string(usedCount_) + " frames, but 2 x M x windows" +
                (extra > 0 ? " + 1 (positions)" : "") + " = " + std::to_string(wanted) +
                " are needed: read more of them (-b, -e, -dt, -stride), or choose a smaller -M or fewer -windows");
}

void Learner::finish()
{
    if (options_.config.load[0] != '\0') {
        if (!session_) {
            createFromModel();
        }
        return;
    }
    requireFrames();
    train();
}

const float *Learner::emit()
{
    const float *row = nullptr;
    mdgan_error error = {};
    check(mdgan_session_emit(session_.get(), &row, &error), error);
    return row;
}

const mdgan_feature &Learner::feature() const
{
    return feature_;
}

int64_t Learner::usedCount() const
{
    return usedCount_;
}

const Row &Learner::last() const
{
    return last_;
}

double Learner::lastTime() const
{
    return clock_.ready() ? clock_.timeOf(last_.step) : last_.time;
}

const std::vector<float> &Learner::rows() const
{
    return rows_;
}
} // namespace mdgan
