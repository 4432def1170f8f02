// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/presence.h"

#include <QPointer>
#include <QQuickItem>
#include <QtQml/qqml.h>

namespace Sheaf {

/// Presence for QML: with an editor whose caret and selection the others see.
class QmlPresence : public Sheaf::Presence // the whole name, for the tools of QML
{
    Q_OBJECT
    QML_NAMED_ELEMENT(Presence)
    /// A TextArea or TextEdit that shows the `document`. Its caret is shown to others as long as it has the focus of its scope.
    Q_PROPERTY(QQuickItem *editor READ editor WRITE setEditor NOTIFY editorChanged FINAL)

public:
    explicit QmlPresence(QObject *parent = nullptr);

    [[nodiscard]] QQuickItem *editor() const { return m_editor; }
    void setEditor(QQuickItem *editor);

Q_SIGNALS:
    void editorChanged();

private Q_SLOTS:
    void caretMoved();

private:
    QPointer<QQuickItem> m_editor;
};

} // namespace Sheaf
