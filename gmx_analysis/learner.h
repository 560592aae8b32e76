/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * From frames to a model: the session of mdgan, fed with frames of a trajectory.
 */
#ifndef MDGAN_GMX_LEARNER_H
#define MDGAN_GMX_LEARNER_H

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mdgan/owned.h>

#include "step_clock.h"

namespace mdgan
{
using Box = std::array<double, 9>;

/** One frame of a feature. */
struct Row {
    int64_t step;
    double time;              ///< ps, as read
    Box box;                  ///< nm, edge vectors in rows
    std::vector<float> value; ///< [entity][component]
};

struct LearnerOptions {
    mdgan_config config;
    int stride;             ///< frames
    bool trainAtOnce;       ///< when the frames are in, rather than at the end of the trajectory
    bool keepsRows;         ///< for statistics
    std::string trajectory; ///< for messages; empty without one
    std::string hostName;
};

class Learner
{
  public:
    /** @p onDone: called once, when no more frames are needed. */
    Learner(LearnerOptions options, const TimeStep &timeStep, std::function<void()> onDone);

    /** What rows hold; the description still lacks the time step. @p anyEntities: whatever the model to load was
     * trained on. To be called before the first row. */
    void begin(const mdgan_feature &feature, size_t entityCount, bool anyEntities);

    void add(Row &&row);

    /** Trains unless there is a model. Throws if frames are missing. */
    void finish();

    /** The next generated row, valid until the next call. */
    const float *emit();

    const mdgan_feature &feature() const;   ///< complete, after finish()
    int64_t usedCount() const;              ///< frames used
    const Row &last() const;                ///< the last frame used
    double lastTime() const;                ///< its time, ps, free of rounding
    const std::vector<float> &rows() const; ///< [frame][entity][component], if they are kept

  private:
    void createSession();
    void createFromModel();
    void offer(const Row &row);
    void train();
    void requireFrames() const;

    LearnerOptions options_;
    StepClock clock_;
    std::function<void()> onDone_;
    mdgan_feature feature_;
    size_t entityCount_;
    bool anyEntities_, done_;
    int64_t readCount_, usedCount_;
    Row last_;
    std::vector<Row> waiting_; ///< before the time step is known
    std::vector<float> rows_;
    Owned<mdgan_comm> comm_;
    Owned<mdgan_session> session_;
};
} // namespace mdgan

#endif
