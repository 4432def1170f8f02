// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/minimiser.h"

#include <algorithm>

namespace Sheaf::Test {

bool Minimiser::tryIt(const Plan &candidate)
{
    if (!hasTime())
        return false;
    ++m_tried;
    if (!m_fails(candidate))
        return false;
    m_best = candidate;
    return true;
}

/// Tries to do without each run of so many steps that follow one another; from the end, because what comes first makes
/// more of the rest.
bool Minimiser::dropSteps(size_t length)
{
    bool any = false;
    std::vector<int> steps(m_best.onlySteps->begin(), m_best.onlySteps->end());
    for (size_t end = steps.size(); end > 0 && hasTime(); end -= std::min(end, length)) {
        const size_t begin = end - std::min(end, length);
        Plan candidate = m_best;
        for (size_t i = begin; i < end; ++i)
            candidate.onlySteps->erase(steps[i]);
        any = tryIt(candidate) || any;
    }
    return any;
}

bool Minimiser::dropSteps()
{
    bool any = false;
    for (size_t length = std::max<size_t>(m_best.onlySteps->size() / 2, 1); hasTime(); length = (length + 1) / 2) {
        any = dropSteps(length) || any;
        if (length == 1)
            break;
    }
    return any;
}

bool Minimiser::dropDevices(const std::set<int> &devices)
{
    bool any = false;
    for (const int device : devices) {
        Plan candidate = m_best;
        if (candidate.withoutDevices.insert(device).second && candidate.withoutDevices.size() < devices.size())
            any = tryIt(candidate) || any;
    }
    return any;
}

bool Minimiser::dropFeatures(Features features)
{
    bool any = false;
    for (size_t i = 0; i < features.size(); ++i) {
        Plan candidate = m_best;
        if (features[i] && !candidate.without[i]) {
            candidate.without.set(i);
            any = tryIt(candidate) || any;
        }
    }
    return any;
}

Plan Minimiser::shorten(const Plan &failing, const Parts &parts)
{
    m_timer.start();
    m_best = failing;
    Plan whole = failing;
    whole.onlySteps.emplace();
    for (int step = 1; step <= parts.steps; ++step) {
        if (failing.hasStep(step))
            whole.onlySteps->insert(step);
    }
    // Nothing that comes after it can be its reason, and if it went wrong by itself, that is the end of it.
    if (!tryIt(whole))
        return failing;
    for (bool any = true; any && hasTime();) {
        any = dropSteps();
        any = dropDevices(parts.devices) || any;
        any = dropFeatures(parts.features) || any;
    }
    return m_best;
}

} // namespace Sheaf::Test
