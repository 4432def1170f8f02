// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "textdrag.h"

#include "editorselection.h"
#include "engine/textdocument.h"

#include <QDrag>
#include <QDropEvent>
#include <QGuiApplication>
#include <QInputMethod>
#include <QMimeData>
#include <QMouseEvent>
#include <QPointer>
#include <QStyleHints>

#include <utility>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Text::DeltaOp retain(int units)
{
    return {Text::DeltaOp::Retain, {}, {}, static_cast<quint32>(units), {}};
}

Text::DeltaOp remove(int units)
{
    return {Text::DeltaOp::Delete, {}, {}, static_cast<quint32>(units), {}};
}

} // namespace

Qt::DropAction TextDrag::carry(QDrag *drag, Qt::DropActions possible)
{
    return drag->exec(possible, possible.testFlag(Qt::MoveAction) ? Qt::MoveAction : Qt::CopyAction);
}

TextDrag::TextDrag(TextDocument &document, QQuickItem &editor, Carry carry)
    : m_document(document), m_editor(editor), m_carry(std::move(carry))
{
    editor.setFlag(QQuickItem::ItemAcceptsDrops);
    editor.installEventFilter(this);
    connect(&m_edge, &EdgeScroll::scrolled, this, [this] { showAt(m_editor.mapFromScene(m_over)); });
}

bool TextDrag::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != &m_editor)
        return false;
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove:
    case QEvent::MouseButtonRelease:
        if (!mouse(*static_cast<QMouseEvent *>(event)))
            return false;
        event->accept();
        return true;
    case QEvent::DragEnter:
    case QEvent::DragMove:
        dragged(*static_cast<QDropEvent *>(event));
        return true;
    case QEvent::DragLeave:
        show(-1);
        return true;
    case QEvent::Drop:
        dropped(*static_cast<QDropEvent *>(event));
        return true;
    default:
        return false;
    }
}

/// Whether the editor is not to be told of it.
bool TextDrag::mouse(const QMouseEvent &event)
{
    if (event.type() == QEvent::MouseMove)
        return moved(event);
    if (event.type() == QEvent::MouseButtonRelease)
        return released(event);
    letGo(); // if another grabbed the mouse, no release came
    if (event.type() == QEvent::MouseButtonPress)
        return pressed(event);
    m_doubleClickedMs = event.timestamp();
    return false;
}

/// A press on the selection may be the begin of a drag: the editor, which would select anew, is not told of it.
bool TextDrag::pressed(const QMouseEvent &event)
{
    // The third click of three selects the line.
    const auto interval = static_cast<quint64>(QGuiApplication::styleHints()->mouseDoubleClickInterval());
    const bool isThird = m_doubleClickedMs > 0 && event.timestamp() - m_doubleClickedMs < interval;
    const bool isTouch = event.deviceType() == QInputDevice::DeviceType::TouchScreen;
    if (event.button() != Qt::LeftButton || event.modifiers() != Qt::NoModifier || isThird || isTouch ||
        !isOnSelection(event.position()))
        return false;
    m_pressed = event.position();
    m_editor.setKeepMouseGrab(true); // or what scrolls the text would take the mouse
    return true;
}

bool TextDrag::moved(const QMouseEvent &event)
{
    if (!m_pressed)
        return false;
    const QPointF way = event.position() - *m_pressed;
    if (way.manhattanLength() >= QGuiApplication::styleHints()->startDragDistance())
        dragOut();
    return true;
}

bool TextDrag::released(const QMouseEvent &event)
{
    if (!m_pressed)
        return false;
    letGo();
    m_editor.forceActiveFocus(Qt::MouseFocusReason);
    const int place = placeAt(event.position());
    EditorSelection{place, place}.applyTo(m_editor);
    return true;
}

void TextDrag::letGo()
{
    if (std::exchange(m_pressed, std::nullopt))
        m_editor.setKeepMouseGrab(false);
}

void TextDrag::dragOut()
{
    letGo();
    m_editor.ungrabMouse();
    const EditorSelection chosen = EditorSelection::of(m_editor);
    const QString text = m_document.slice(chosen.start(), chosen.end() - chosen.start());
    auto *data = new QMimeData;
    data->setText(text);
    auto *drag = new QDrag(&m_editor);
    drag->setMimeData(data);
    const QPointer<TextDrag> alive(this);
    m_dragging = true;
    m_cameBack = false;
    const Qt::DropActions possible = isReadOnly() ? Qt::DropActions(Qt::CopyAction) : Qt::CopyAction | Qt::MoveAction;
    const Carry carry = m_carry; // this object may be gone before it returns
    const Qt::DropAction done = carry(drag, possible);
    if (!alive)
        return;
    m_dragging = false;
    // What was still over this editor was dropped nowhere, whatever the platform says: the program may be about to end.
    const bool left = m_place < 0;
    show(-1);
    // Others may have written meanwhile; the selection went along.
    const EditorSelection now = EditorSelection::of(m_editor);
    if (done == Qt::MoveAction && left && !m_cameBack && m_document.slice(now.start(), now.end() - now.start()) == text)
        m_document.applyDelta({retain(now.start()), remove(now.end() - now.start())});
}

bool TextDrag::takes(const QDropEvent &event) const
{
    return event.mimeData()->hasText() && !isReadOnly() && m_document.isLoaded();
}

Qt::DropAction TextDrag::actionFor(const QDropEvent &event) const
{
    if (m_dragging)
        return event.modifiers().testFlag(Qt::ControlModifier) ? Qt::CopyAction : Qt::MoveAction;
    return event.proposedAction() == Qt::MoveAction ? Qt::MoveAction : Qt::CopyAction;
}

void TextDrag::dragged(QDropEvent &event)
{
    if (!takes(event)) {
        show(-1);
        return event.ignore();
    }
    showAt(event.position());
    m_over = m_editor.mapToScene(event.position());
    m_edge.setView(EdgeScroll::viewOf(m_editor));
    m_edge.over(m_over);
    event.setDropAction(actionFor(event));
    event.accept();
}

void TextDrag::showAt(QPointF point)
{
    show(outsidePairs(m_document, placeAt(point)));
}

void TextDrag::show(int place)
{
    if (place < 0)
        m_edge.stop();
    if (std::exchange(m_place, place) != place)
        Q_EMIT placeChanged(place);
}

void TextDrag::dropped(QDropEvent &event)
{
    show(-1);
    if (!takes(event))
        return event.ignore();
    QGuiApplication::inputMethod()->commit();
    const int place = outsidePairs(m_document, placeAt(event.position()));
    const Qt::DropAction action = actionFor(event);
    m_cameBack = m_dragging;
    if (m_dragging && action == Qt::MoveAction)
        moveSelection(place);
    else
        insert(place, event.mimeData()->text().replace("\r\n"_L1, "\n"_L1).replace(u'\r', u'\n'));
    m_editor.forceActiveFocus(Qt::MouseFocusReason);
    event.setDropAction(action);
    event.accept();
}

void TextDrag::insert(int place, const QString &text)
{
    m_document.applyDelta({retain(place), {Text::DeltaOp::Insert, text, {}, 0, {}}});
    EditorSelection{place, place + static_cast<int>(text.size())}.applyTo(m_editor);
}

void TextDrag::moveSelection(int place)
{
    const EditorSelection chosen = EditorSelection::of(m_editor);
    const int length = chosen.end() - chosen.start();
    if (place >= chosen.start() && place <= chosen.end())
        return; // back where it was
    const Text::DeltaOp text{Text::DeltaOp::Insert, m_document.slice(chosen.start(), length), {}, 0, {}};
    const bool back = place < chosen.start();
    if (back)
        m_document.applyDelta({retain(place), text, retain(chosen.start() - place), remove(length)});
    else
        m_document.applyDelta({retain(chosen.start()), remove(length), retain(place - chosen.end()), text});
    const int start = back ? place : place - length;
    EditorSelection{start, start + length}.applyTo(m_editor);
}

int TextDrag::placeAt(QPointF point) const
{
    int place = 0;
    QMetaObject::invokeMethod(&m_editor, "positionAt", Q_RETURN_ARG(int, place), Q_ARG(qreal, point.x()),
                              Q_ARG(qreal, point.y()));
    return place;
}

bool TextDrag::isOnSelection(QPointF point) const
{
    const EditorSelection chosen = EditorSelection::of(m_editor);
    const int place = placeAt(point);
    if (chosen.start() == chosen.end() || place < chosen.start() || place > chosen.end())
        return false;
    // The place nearest to a point may be far from it, and the ends have another side.
    QRectF at;
    QMetaObject::invokeMethod(&m_editor, "positionToRectangle", Q_RETURN_ARG(QRectF, at), Q_ARG(int, place));
    return point.y() >= at.top() && point.y() <= at.bottom() && (place > chosen.start() || point.x() >= at.left()) &&
           (place < chosen.end() || point.x() <= at.left());
}

bool TextDrag::isReadOnly() const
{
    return m_editor.property("readOnly").toBool();
}

} // namespace Sheaf
