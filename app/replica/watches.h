// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "engine/syncengine.h"

#include <QJsonObject>
#include <QObject>

#include <functional>

namespace Sheaf {

/// Writes one JSON object as one line of standard output.
void printLine(const QJsonObject &object);

/// The live queries of the `watch` command and their events.
class Watches : public QObject
{
    Q_OBJECT

public:
    using Reply = std::function<void(const Result<QJsonValue> &)>;

    explicit Watches(SyncEngine &engine) : m_engine(engine) {}

    /// Answers with the number of the watch when its first result is there; its rows follow as an
    /// event, and then one event per edit.
    void start(const Statement &statement, const Reply &reply);

private:
    SyncEngine &m_engine;
    int m_last = 0;
};

} // namespace Sheaf
