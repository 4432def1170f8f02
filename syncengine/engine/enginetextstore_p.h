// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "engine/textstore_p.h"
#include "net/systemclock.h"
#include "net/systemrandom.h"

#include <QPointer>

namespace Sheaf {

/// Texts in the replica of an engine. Without an engine nothing is ever answered.
class EngineTextStore final : public TextStore
{
public:
    void setEngine(SyncEngine *engine);

    void setListener(Listener listener) override { m_listener = std::move(listener); }
    void load(const TextAddress &address, Loaded loaded) override;
    void write(const TextAddress &address, const QByteArray &update, Written written) override;
    [[nodiscard]] Clock &clock() override { return m_clock; }
    [[nodiscard]] quint64 random() override { return m_random.next(); }

private:
    QPointer<SyncEngine> m_engine;
    Listener m_listener;
    SystemClock m_clock;
    SystemRandom m_random;
    QObject m_context; ///< answers end with this object
};

} // namespace Sheaf
