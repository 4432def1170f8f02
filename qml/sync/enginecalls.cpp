// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "enginecalls.h"

#include "scriptvalues.h"

#include <QJSEngine>
#include <QJSValueIterator>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Result<QVariant> bound(const QJSValue &value, const QString &name)
{
    if (auto known = sqlValue(value))
        return *std::move(known);
    return fail(u"bad_value"_s, u"The parameter %1 is %2."_s.arg(name, value.isCallable() ? u"a function"_s : u"undefined"_s));
}

Result<QVariantList> boundList(const QJSValue &values)
{
    QVariantList list;
    const auto length = values.property(u"length"_s).toUInt();
    for (quint32 i = 0; i < length; ++i) {
        const auto value = bound(values.property(i), QString::number(i + 1));
        if (!value)
            return fail(value.error());
        list.append(*value);
    }
    return list;
}

Result<Statement> statementOf(const QJSValue &given)
{
    if (given.isString())
        return Statement{given.toString(), {}, {}};
    Statement statement{given.property(u"sql"_s).toString(), {}, {}};
    if (!given.property(u"sql"_s).isString())
        return fail(u"bad_value"_s, u"A statement is a string, or an object with `sql`."_s);
    const QJSValue params = given.property(u"params"_s);
    if (params.isArray()) {
        auto list = boundList(params);
        if (!list)
            return fail(list.error());
        statement.params = *std::move(list);
    } else if (params.isObject()) {
        for (QJSValueIterator each(params); each.next();) {
            const auto value = bound(each.value(), each.name());
            if (!value)
                return fail(value.error());
            statement.namedParams.insert(each.name(), *value);
        }
    }
    return statement;
}

Result<QList<Statement>> statementsOf(const QJSValue &given)
{
    QList<Statement> statements;
    const quint32 length = given.isArray() ? given.property(u"length"_s).toUInt() : 1;
    for (quint32 i = 0; i < length; ++i) {
        auto statement = statementOf(given.isArray() ? given.property(i) : given);
        if (!statement)
            return fail(statement.error());
        statements.append(*std::move(statement));
    }
    return statements;
}

UserAction actionOf(const QJSValue &given)
{
    if (!given.isObject())
        return {};
    const QJSValue group = given.property(u"group"_s);
    return UserAction::undoable(given.property(u"text"_s).toString(),
                                group.isUndefined() ? QByteArray() : group.toString().toUtf8());
}

Result<void> outcomeOf(const auto &result)
{
    return result ? Result<void>() : fail(result.error());
}

} // namespace

void EngineCalls::setEngine(SyncEngine *engine)
{
    if (engine == m_engine)
        return;
    m_engine = engine;
    Q_EMIT engineChanged();
}

bool EngineCalls::isReady(const QJSValue &done)
{
    if (!m_engine)
        tellLater(done, {u"closed"_s, u"There is no engine."_s});
    return !m_engine.isNull();
}

void EngineCalls::write(const QJSValue &statements, const QJSValue &done, const QJSValue &action)
{
    if (!isReady(done))
        return;
    auto known = statementsOf(statements);
    if (!known) {
        tellLater(done, known.error());
        return;
    }
    m_engine->write(*std::move(known), actionOf(action)).then(this, [this, done](const Result<QList<qint64>> &changes) {
        tell(done, outcomeOf(changes), [&](QJSValue &told) { told.setProperty(u"changes"_s, script().toScriptValue(*changes)); });
    });
}

void EngineCalls::query(const QJSValue &statement, const QJSValue &done)
{
    if (!isReady(done))
        return;
    auto known = statementOf(statement);
    if (!known) {
        tellLater(done, known.error());
        return;
    }
    m_engine->query(*std::move(known)).then(this, [this, done](const Result<QueryRows> &read) {
        tell(done, outcomeOf(read), [&](QJSValue &told) {
            QVariantList rows;
            for (const QVariantList &values : read->rows) {
                QVariantMap row;
                for (qsizetype i = 0; i < values.size(); ++i)
                    row.insert(read->columns[i], values[i]);
                rows.append(row);
            }
            told.setProperty(u"rows"_s, script().toScriptValue(rows));
        });
    });
}

void EngineCalls::connectToServer(const QUrl &url, const QString &token, const QJSValue &done)
{
    if (!isReady(done))
        return;
    m_engine->connectToServer(url, token.toUtf8()).then(this, [this, done](const Result<void> &outcome) { tell(done, outcome); });
}

void EngineCalls::waitSynced(qint64 timeoutMs, const QJSValue &done)
{
    if (!isReady(done))
        return;
    m_engine->waitSynced(timeoutMs).then(this, [this, done](const Result<void> &outcome) { tell(done, outcome); });
}

void EngineCalls::why(const QString &table, const QJSValue &key, const QJSValue &done)
{
    if (!isReady(done))
        return;
    const auto known = boundList(key);
    if (!known) {
        tellLater(done, known.error());
        return;
    }
    m_engine->why(table, *known).then(this, [this, done](const Result<RowAnswer> &answer) {
        tell(done, outcomeOf(answer),
             [&](QJSValue &told) { told.setProperty(u"answer"_s, script().toScriptValue(toJson(*answer).toVariantMap())); });
    });
}

QJSEngine &EngineCalls::script() const
{
    return *qjsEngine(this); // nobody else calls us
}

void EngineCalls::tell(const QJSValue &done, const Result<void> &outcome, const std::function<void(QJSValue &)> &add)
{
    if (!done.isCallable())
        return;
    QJSValue told = script().newObject();
    told.setProperty(u"ok"_s, outcome.has_value());
    if (!outcome) {
        told.setProperty(u"code"_s, outcome.error().code);
        told.setProperty(u"message"_s, outcome.error().message);
    } else if (add) {
        add(told);
    }
    const QJSValue thrown = done.call({told});
    if (thrown.isError())
        qWarning("A function that waited for the engine threw: %s", qUtf8Printable(thrown.toString()));
}

void EngineCalls::tellLater(const QJSValue &done, const Error &error)
{
    QMetaObject::invokeMethod(
        this, [this, done, error] { tell(done, fail(error)); }, Qt::QueuedConnection);
}

} // namespace Sheaf
