// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "conflictresolver.h"

#include "scriptvalues.h"

#include <QJSEngine>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

bool isNumber(const QVariant &value)
{
    return value.typeId() == QMetaType::LongLong || value.typeId() == QMetaType::Int || value.typeId() == QMetaType::Double;
}

/// JavaScript knows doubles only: one of the two values comes back as it was.
std::optional<QVariant> valueOf(const QJSValue &answer, const QVariant &mine, const QVariant &theirs)
{
    for (const QVariant &known : {mine, theirs}) {
        if (answer.isNumber() && isNumber(known) && known.toDouble() == answer.toNumber())
            return known;
    }
    return sqlValue(answer);
}

/// Of a group, each of its columns; one that the answer does not name makes it none.
std::optional<QVariant> answerOf(const QJSValue &answer, const Conflict &conflict)
{
    if (conflict.mine.typeId() != QMetaType::QVariantMap || !answer.isObject())
        return valueOf(answer, conflict.mine, conflict.theirs);
    const QVariantMap mine = conflict.mine.toMap();
    const QVariantMap theirs = conflict.theirs.toMap();
    QVariantMap values;
    for (auto it = mine.cbegin(); it != mine.cend(); ++it) {
        const auto value = valueOf(answer.property(it.key()), it.value(), theirs.value(it.key()));
        if (!value)
            return {};
        values.insert(it.key(), *value);
    }
    return QVariant(values);
}

} // namespace

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
    if (js == nullptr || !m_decide.isCallable())
        return {};
    QVariantMap seen = toJson(conflict).toVariantMap();
    seen[u"mine"_s] = conflict.mine;
    seen[u"theirs"_s] = conflict.theirs;
    // QJSValue::call() returns what was thrown as if it were the answer, and that may be any value.
    const QJSValue guarded =
        js->evaluate(u"(function(decide, conflict) {"
                     " try { return [decide(conflict)]; } catch (thrown) { return [undefined, String(thrown)]; }"
                     "})"_s);
    const QJSValue outcome = guarded.call({m_decide, js->toScriptValue(seen)});
    if (const QJSValue thrown = outcome.property(1); !thrown.isUndefined())
        qWarning("ConflictResolver: decide() threw: %s", qUtf8Printable(thrown.toString()));
    return answerOf(outcome.property(0), conflict);
}

} // namespace Sheaf
