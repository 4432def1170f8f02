// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/plan.h"

#include <QElapsedTimer>

#include <functional>
#include <vector>

namespace Sheaf::Test {

/// Makes a schedule that fails as short as it gets: takes away steps (delta debugging, "Simplifying and Isolating
/// Failure-Inducing Input", A. Zeller and R. Hildebrandt 2002), devices and kinds of faults, as long as the same thing goes
/// wrong.
class Minimiser
{
public:
    /// Whether a schedule still fails in the way that is looked into.
    using Fails = std::function<bool(const Plan &)>;

    /// What can be taken away of a schedule.
    struct Parts {
        int steps = 0;
        std::set<int> devices;
        Features features;
    };

    Minimiser(Fails fails, qint64 msMax) : m_fails(std::move(fails)), m_msMax(msMax) {}

    /// `failing` as it is, if nothing can be taken away before the time is over.
    Plan shorten(const Plan &failing, const Parts &parts);
    [[nodiscard]] int tried() const { return m_tried; }

private:
    [[nodiscard]] bool hasTime() const { return m_timer.elapsed() < m_msMax; }
    bool tryIt(const Plan &candidate);
    bool dropSteps();
    bool dropSteps(size_t length);
    bool dropDevices(const std::set<int> &devices);
    bool dropFeatures(Features features);

    Fails m_fails;
    qint64 m_msMax;
    QElapsedTimer m_timer;
    Plan m_best;
    int m_tried = 0;
};

} // namespace Sheaf::Test
