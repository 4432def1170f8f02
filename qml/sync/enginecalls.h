// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QJSValue>
#include <QPointer>
#include <QtQml/qqml.h>

namespace Sheaf {

/// The calls of SyncEngine whose end a function of JavaScript is told:
///
///     EngineCalls { id: calls; engine: app.engine }
///     calls.write({ sql: "UPDATE tasks SET done = ? WHERE id = ?", params: [new Date(), id] }, result => log(result.code),
///                 { text: qsTr("complete task") })
///
/// `done`, which may be left out, gets one object: `ok`; where that is false, `code` and `message` of the error; and what is said
/// below. It is called in the GUI's thread, after the call has returned, and not at all once this object is gone.
///
/// A statement is a string, or an object with `sql` and `params`, a list, or an object for names; scriptvalues.h says how values
/// are bound. `undefined`, which is mostly a slip, is an error: `bad_value`.
class EngineCalls : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL REQUIRED)

public:
    using QObject::QObject;

    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);

    /// Writes one statement or a list of them, all or none; `done` gets `changes`, the number of rows that each one changed. With
    /// an `action`, an object with `text` and maybe `group`, it is one step of the user's for undo(). Errors: as of
    /// SyncEngine::write().
    Q_INVOKABLE void write(const QJSValue &statements, const QJSValue &done = {}, const QJSValue &action = {});
    /// Reads once; `done` gets `rows`, a list of objects by column. What is shown is better read by a LiveQuery.
    Q_INVOKABLE void query(const QJSValue &statement, const QJSValue &done);
    /// As SyncEngine::connectToServer().
    Q_INVOKABLE void connectToServer(const QUrl &url, const QString &token, const QJSValue &done = {});
    /// As SyncEngine::waitSynced().
    Q_INVOKABLE void waitSynced(qint64 timeoutMs, const QJSValue &done);
    /// As SyncEngine::why(); `done` gets `answer`, as toJson(RowAnswer) makes it.
    Q_INVOKABLE void why(const QString &table, const QJSValue &key, const QJSValue &done);

Q_SIGNALS:
    void engineChanged();

private:
    /// False without an engine, of which `done` is told.
    bool isReady(const QJSValue &done);
    [[nodiscard]] QJSEngine &script() const;
    /// Calls `done`; `add` puts into its object what there is to say of a success.
    void tell(const QJSValue &done, const Result<void> &outcome, const std::function<void(QJSValue &)> &add = {});
    void tellLater(const QJSValue &done, const Error &error);

    QPointer<SyncEngine> m_engine;
};

} // namespace Sheaf
