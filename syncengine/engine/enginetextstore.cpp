// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/enginetextstore_p.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Runs `work` on the replica; its result, or `not_open` when there is no replica.
template<typename T, typename Work>
void ask(SyncEngine &engine, QObject *context, Work work, const std::function<void(const Result<T> &)> &answer)
{
    auto result = std::make_shared<Result<T>>(fail(u"not_open"_s, u"The replica was not opened."_s));
    engine.withReplica([result, work](Replica &replica) { *result = work(replica); }).then(context, [result, answer] {
        answer(*result);
    });
}

} // namespace

void EngineTextStore::setEngine(SyncEngine *engine)
{
    if (m_engine)
        m_engine->disconnect(&m_context);
    m_engine = engine;
    if (engine)
        QObject::connect(engine, &SyncEngine::committed, &m_context, [this](const CommitChanges &commit) {
            if (m_listener)
                m_listener(commit);
        });
}

void EngineTextStore::load(const TextAddress &address, Loaded loaded)
{
    if (!m_engine)
        return;
    ask<QByteArray>(
        *m_engine, &m_context,
        [address](Replica &replica) { return replica.loadText(address.table, address.key, address.column); }, loaded);
}

void EngineTextStore::write(const TextAddress &address, const QByteArray &update, Written written)
{
    if (!m_engine)
        return;
    ask<void>(
        *m_engine, &m_context,
        [address, update](Replica &replica) { return replica.writeText(address.table, address.key, address.column, update); },
        written);
}

} // namespace Sheaf
