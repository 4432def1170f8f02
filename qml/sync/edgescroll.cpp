// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "edgescroll.h"

#include <QTimerEvent>

#include <algorithm>

namespace Sheaf {

namespace {

constexpr int frameMs = 16;

/// How far in the edge reaches, at most a quarter of the view.
constexpr qreal edge = 36;

/// In one frame, at the end of the view and beyond.
constexpr qreal stepMax = 14;

} // namespace

QQuickItem *EdgeScroll::viewOf(const QQuickItem &item)
{
    QQuickItem *view = item.parentItem();
    while (view && view->metaObject()->indexOfProperty("contentY") < 0)
        view = view->parentItem();
    return view;
}

void EdgeScroll::setView(QQuickItem *view)
{
    if (m_view == view)
        return;
    stop();
    m_view = view;
    Q_EMIT viewChanged();
}

void EdgeScroll::over(QPointF point)
{
    m_point = point;
    if (!m_view || step() == 0)
        stop();
    else if (!m_timer.isActive())
        m_timer.start(frameMs, this);
}

/// Negative upwards, none away from the edges.
qreal EdgeScroll::step() const
{
    const qreal y = m_view->mapFromScene(m_point).y();
    const qreal reach = std::min(edge, m_view->height() / 4);
    const qreal into = std::max(0.0, reach - (m_view->height() - y)) - std::max(0.0, reach - y);
    return reach > 0 ? std::clamp(into / reach, -1.0, 1.0) * stepMax : 0;
}

void EdgeScroll::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != m_timer.timerId())
        return QObject::timerEvent(event);
    if (!m_view)
        return stop();
    const auto value = [this](const char *name) { return m_view->property(name).toReal(); };
    const qreal top = value("originY") - value("topMargin");
    const qreal bottom = std::max(top, value("originY") + value("contentHeight") + value("bottomMargin") - m_view->height());
    const qreal before = value("contentY");
    const qreal target = std::clamp(before + step(), top, bottom);
    if (target == before)
        return; // at the end, which may move
    m_view->setProperty("contentY", target);
    Q_EMIT scrolled();
}

} // namespace Sheaf
