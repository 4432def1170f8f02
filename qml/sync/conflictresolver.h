// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QJSValue>
#include <QPointer>
#include <QtQml/qqml.h>

namespace Sheaf {

/// Decides the conflicts of tables with the policy `custom`, see SyncEngine::setConflictResolver():
///
///     ConflictResolver { engine: app.engine; decide: conflict => conflict.mine + ", " + conflict.theirs }
///
/// `decide` gets an object as toJson(Conflict) makes it, with the values as they are, and returns the value to write; of a group
/// of columns `mine`, `theirs` and the answer are objects by column. If it returns undefined, or a function, or throws, what
/// stands stays.
class ConflictResolver : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QJSValue decide READ decide WRITE setDecide NOTIFY decideChanged FINAL)

public:
    using QObject::QObject;
    ~ConflictResolver() override;

    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);
    [[nodiscard]] QJSValue decide() const { return m_decide; }
    void setDecide(const QJSValue &decide);
    /// What `decide` says of a conflict; nothing when it returns undefined or throws, of which a warning tells.
    [[nodiscard]] std::optional<QVariant> ask(const Conflict &conflict);

Q_SIGNALS:
    void engineChanged();
    void decideChanged();

private:
    void install();

    QPointer<SyncEngine> m_engine;
    QJSValue m_decide;
};

} // namespace Sheaf
