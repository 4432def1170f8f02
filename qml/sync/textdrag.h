// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "edgescroll.h"

#include <QObject>
#include <QPointF>

#include <functional>
#include <optional>

class QDrag;
class QDropEvent;
class QMouseEvent;

namespace Sheaf {

class TextDocument;

/// Lets text be dragged out of an editor and dropped into it, which the TextArea of Qt 6.4 does not know. What is moved
/// within the text is one step of undo. At the edges of its view the text scrolls. Both objects must outlive it.
class TextDrag final : public QObject
{
    Q_OBJECT

public:
    /// Carries a drag about until it is dropped or given up, and takes it.
    using Carry = std::function<Qt::DropAction(QDrag *drag, Qt::DropActions possible)>;
    [[nodiscard]] static Qt::DropAction carry(QDrag *drag, Qt::DropActions possible);

    TextDrag(TextDocument &document, QQuickItem &editor, Carry carry);

Q_SIGNALS:
    /// Where what is dragged over the editor would go, -1 for nowhere.
    void placeChanged(int place);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool mouse(const QMouseEvent &event);
    bool pressed(const QMouseEvent &event);
    bool moved(const QMouseEvent &event);
    bool released(const QMouseEvent &event);
    void letGo();
    void dragOut();
    void dragged(QDropEvent &event);
    void showAt(QPointF point);
    void show(int place);
    void dropped(QDropEvent &event);
    [[nodiscard]] bool takes(const QDropEvent &event) const;
    [[nodiscard]] Qt::DropAction actionFor(const QDropEvent &event) const;
    void insert(int place, const QString &text);
    void moveSelection(int place);
    [[nodiscard]] int placeAt(QPointF point) const;
    [[nodiscard]] bool isOnSelection(QPointF point) const;
    [[nodiscard]] bool isReadOnly() const;

    TextDocument &m_document;
    QQuickItem &m_editor;
    Carry m_carry;
    int m_place = -1; ///< what placeChanged() said last
    QPointF m_over;   ///< where something is dragged, in the scene
    EdgeScroll m_edge;
    std::optional<QPointF> m_pressed; ///< where the selection is held by the mouse
    quint64 m_doubleClickedMs = 0;
    bool m_dragging = false; ///< the drag under way is ours
    bool m_cameBack = false; ///< and was dropped here
};

} // namespace Sheaf
