// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QPointer>
#include <QQuickTextDocument>
#include <QtQml/qqml.h>

namespace Sheaf {

/// Gives a TextArea of plain text a PlainTextLayout: the height of its lines, which Qt Quick cannot set by itself, room
/// below the text that scrolls with it (the padding of a TextArea in a Flickable covers what is on the screen instead),
/// and keys that do not wait for the length of the text.
class LineSpacing : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickTextDocument *document READ document WRITE setDocument NOTIFY documentChanged FINAL)
    Q_PROPERTY(qreal factor MEMBER m_factor NOTIFY factorChanged FINAL)
    Q_PROPERTY(qreal roomBelow MEMBER m_roomBelow NOTIFY roomBelowChanged FINAL)

public:
    using QObject::QObject;

    [[nodiscard]] QQuickTextDocument *document() const { return m_document; }
    void setDocument(QQuickTextDocument *document);
    /// To be called once.
    Q_INVOKABLE void apply();

Q_SIGNALS:
    void documentChanged();
    void factorChanged();
    void roomBelowChanged();

private:
    QPointer<QQuickTextDocument> m_document;
    qreal m_factor = 1.0;
    qreal m_roomBelow = 0;
};

} // namespace Sheaf
