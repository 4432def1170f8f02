// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "conflictresolver.h"

#include <QJSEngine>

namespace Sheaf {

using namespace Qt::StringLiterals;

ConflictResolver::~ConflictResolver()
{
    if (m_engine)
        m_engine->setConflictResolver({});
}

void ConflictResolver::setEngine(SyncEngine *engine)
{
    if (engine == m_engine)
        return;
    if (m_engine)
        m_engine->setConflictResolver({});
    m_engine = engine;
    install();
    Q_EMIT engineChanged();
}

void ConflictResolver::setDecide(const QJSValue &decide)
{
    m_decide = decide;
    install();
    Q_EMIT decideChanged();
}

void ConflictResolver::install()
{
    if (!m_engine)
        return;
    if (m_decide.isCallable())
        m_engine->setConflictResolver([this](const Conflict &conflict) { return ask(conflict); });
    else
        m_engine->setConflictResolver({});
}

std::optional<QVariant> ConflictResolver::ask(const Conflict &conflict)
{
    QJSEngine *js = qjsEngine(this);
    if (js == nullptr)
        return {};
    QVariantMap seen = toJson(conflict).toVariantMap();
    seen[u"mine"_s] = conflict.mine;
    seen[u"theirs"_s] = conflict.theirs;
    const QJSValue answer = m_decide.call({js->toScriptValue(seen)});
    if (answer.isError() || answer.isUndefined())
        return {};
    return answer.isNull() ? QVariant() : answer.toVariant();
}

} // namespace Sheaf
