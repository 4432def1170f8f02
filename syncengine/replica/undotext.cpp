// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/undotext.h"

#include "text/textdiff.h"

#include <vector>

namespace Sheaf {

namespace {

/// Where a unit of the old text stands in the new one, or stood.
struct Unit {
    qsizetype at = 0;
    bool kept = true;
};

/// One for each unit of `before`, and one for its end.
std::vector<Unit> unitsIn(const QString &before, const QString &after)
{
    std::vector<Unit> units(static_cast<size_t>(before.size()) + 1);
    qsizetype next = 0;
    qsizetype shift = 0;
    const auto keepTo = [&](qsizetype end) {
        for (; next < end; ++next)
            units[static_cast<size_t>(next)] = {next + shift, true};
    };
    for (const Text::TextEdit &edit : Text::diffText(before, after)) {
        keepTo(edit.position);
        const qsizetype start = next + shift;
        for (; next < edit.position + edit.removed; ++next)
            units[static_cast<size_t>(next)] = {start, false};
        shift += edit.inserted.size() - edit.removed;
    }
    keepTo(before.size() + 1);
    return units;
}

} // namespace

QString withStep(const QString &from, const QString &to, const QString &now)
{
    if (now == from)
        return to;
    const std::vector<Unit> units = unitsIn(from, now);
    const std::vector<Text::TextEdit> steps = Text::diffText(from, to);
    QString text = now;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) { // from the end: places before stay
        const auto first = static_cast<size_t>(step->position);
        qsizetype taken = 0;
        for (size_t unit = first + static_cast<size_t>(step->removed); unit-- > first;) {
            if (units[unit].kept) {
                text.remove(units[unit].at, 1);
                ++taken;
            }
        }
        if (taken > 0 || step->removed == 0)
            text.insert(units[first].at, step->inserted);
    }
    return text;
}

} // namespace Sheaf
