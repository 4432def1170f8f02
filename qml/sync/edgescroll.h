// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QBasicTimer>
#include <QObject>
#include <QPointer>
#include <QQuickItem>
#include <QtQml/qqml.h>

namespace Sheaf {

/// Scrolls a view while something is dragged along its upper or lower edge: the faster, the nearer to it or beyond.
class EdgeScroll : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    /// A Flickable.
    Q_PROPERTY(QQuickItem *view READ view WRITE setView NOTIFY viewChanged FINAL)

public:
    using QObject::QObject;

    /// The Flickable in which an item scrolls, nullptr if there is none.
    [[nodiscard]] static QQuickItem *viewOf(const QQuickItem &item);

    [[nodiscard]] QQuickItem *view() const { return m_view; }
    void setView(QQuickItem *view);

    /// What is dragged is there now, in the scene.
    Q_INVOKABLE void over(QPointF point);
    /// It was dropped, or is elsewhere.
    Q_INVOKABLE void stop() { m_timer.stop(); }

Q_SIGNALS:
    void viewChanged();
    /// By itself: something else is under the pointer now.
    void scrolled();

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    [[nodiscard]] qreal step() const;

    QPointer<QQuickItem> m_view;
    QPointF m_point;
    QBasicTimer m_timer;
};

} // namespace Sheaf
