// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "editorbench.h"

#include <QDrag>
#include <QDropEvent>
#include <QImage>
#include <QMimeData>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Text that is dragged out of a real TextArea and dropped into it.
class TestTextDrag : public QObject, EditorBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void cleanup() { close(); }
    void textIsDropped();
    void aCaretShowsWhereItGoes();
    void nothingIsDroppedIntoAReadOnlyText();
    void aSelectionIsDragged_data();
    void aSelectionIsDragged();
    void aSelectionIsDraggedWhileOthersWrite();
    void aSelectionIsTakenElsewhere_data();
    void aSelectionIsTakenElsewhere();
    void aDragThatEndsInTheAirTakesNothing();
    void aClickOnTheSelectionEndsIt();
    void theTextScrollsAtTheEdges();

private:
    /// In the window, at the left edge of a unit.
    [[nodiscard]] QPoint pointOf(int place) const
    {
        QRectF at;
        QMetaObject::invokeMethod(area, "positionToRectangle", Q_RETURN_ARG(QRectF, at), Q_ARG(int, place));
        return area->mapToScene(QPointF(at.x() + 1, at.center().y())).toPoint();
    }
    /// Brings something to a place as the platform does; what became of it.
    Qt::DropAction drop(const QMimeData &data, int place, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        const Qt::DropActions possible = Qt::CopyAction | Qt::MoveAction;
        const QPoint point = pointOf(place);
        QDragEnterEvent enter(QPoint(1, 1), possible, &data, Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(window.get(), &enter);
        QDragMoveEvent move(point, possible, &data, Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(window.get(), &move);
        QDropEvent drop(point, possible, &data, Qt::LeftButton, modifiers);
        QCoreApplication::sendEvent(window.get(), &drop);
        return drop.isAccepted() ? drop.dropAction() : Qt::IgnoreAction;
    }
    /// Drags the selection, which includes the unit at a place.
    void dragFrom(int place)
    {
        const QPoint point = pointOf(place);
        QTest::mousePress(window.get(), Qt::LeftButton, {}, point);
        QTest::mouseMove(window.get(), point + QPoint(0, 2));
        QTest::mouseMove(window.get(), point + QPoint(0, 60));
        QTest::mouseRelease(window.get(), Qt::LeftButton, {}, point + QPoint(0, 60));
    }
};

void TestTextDrag::textIsDropped()
{
    key(Qt::Key_End);
    type(u"!"_s);
    QMimeData data;
    data.setText(u"new\r\nline "_s);
    QCOMPARE(drop(data, 4), Qt::CopyAction);
    QCOMPARE(document->text(), u"one new\nline two three!"_s);
    QCOMPARE(shown(), document->text());
    QCOMPARE(area->property("selectedText").toString().size(), 9);
    QCOMPARE(caret(), 13);
    select(13, 13);
    type(u"x"_s);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), u"one new\nline xtwo three!"_s);
    document->undo();
    QCOMPARE(shown(), u"one new\nline two three!"_s);
    document->undo();
    QCOMPARE(shown(), u"one two three!"_s);
    QMimeData picture;
    picture.setImageData(QImage(2, 2, QImage::Format_RGB32));
    QCOMPARE(drop(picture, 4), Qt::IgnoreAction);
}

void TestTextDrag::aCaretShowsWhereItGoes()
{
    QMimeData data;
    data.setText(u"new "_s);
    const auto over = [&](int place) {
        QDragMoveEvent move(pointOf(place), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &move);
    };
    QDragEnterEvent enter(pointOf(2), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window.get(), &enter);
    QCOMPARE(document->dropPlace(), 2);
    QSignalSpy changed(document.get(), &QmlTextDocument::dropPlaceChanged);
    over(4);
    QCOMPARE(document->dropPlace(), 4);
    over(4);
    QCOMPARE(changed.count(), 1);
    QDragLeaveEvent leave;
    QCoreApplication::sendEvent(window.get(), &leave);
    QCOMPARE(document->dropPlace(), -1);
    QCOMPARE(drop(data, 4), Qt::CopyAction);
    QCOMPARE(document->dropPlace(), -1);
    area->setProperty("readOnly", true);
    over(4);
    QCOMPARE(document->dropPlace(), -1);
}

void TestTextDrag::nothingIsDroppedIntoAReadOnlyText()
{
    area->setProperty("readOnly", true);
    QMimeData data;
    data.setText(u"new "_s);
    QCOMPARE(drop(data, 4), Qt::IgnoreAction);
    QCOMPARE(document->text(), start);
}

void TestTextDrag::aSelectionIsDragged_data()
{
    QTest::addColumn<int>("place");
    QTest::addColumn<Qt::KeyboardModifiers>("modifiers");
    QTest::addColumn<QString>("after");
    QTest::addColumn<int>("selected");
    QTest::newRow("to the front") << 0 << Qt::KeyboardModifiers() << u"two one three"_s << 0;
    QTest::newRow("to the end") << 13 << Qt::KeyboardModifiers() << u"one threetwo "_s << 9;
    QTest::newRow("nowhere") << 6 << Qt::KeyboardModifiers() << start << 4;
    QTest::newRow("copied") << 0 << Qt::KeyboardModifiers(Qt::ControlModifier) << u"two one two three"_s << 0;
}

void TestTextDrag::aSelectionIsDragged()
{
    QFETCH(int, place);
    QFETCH(Qt::KeyboardModifiers, modifiers);
    QFETCH(QString, after);
    QFETCH(int, selected);
    document->setEditor(nullptr);
    int drags = 0;
    const TextEditor editor(*document, area, [&](QDrag *drag, Qt::DropActions) {
        const std::unique_ptr<QDrag> owned(drag);
        ++drags;
        return drop(*drag->mimeData(), place, modifiers);
    });
    select(4, 8);
    dragFrom(5);
    QCOMPARE(drags, 1);
    QCOMPARE(document->text(), after);
    QCOMPARE(shown(), after);
    QCOMPARE(area->property("selectionStart").toInt(), selected);
    QCOMPARE(area->property("selectedText").toString(), u"two "_s);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), after);
    QCOMPARE(document->canUndo(), after != start);
    document->undo();
    QCOMPARE(shown(), start);
    QVERIFY(!document->canUndo()); // it was one step
}

void TestTextDrag::aSelectionIsDraggedWhileOthersWrite()
{
    document->setEditor(nullptr);
    const TextEditor editor(*document, area, [&](QDrag *drag, Qt::DropActions) {
        const std::unique_ptr<QDrag> owned(drag);
        insertAt(0, u"theirs "_s);
        rows->settle();
        return drop(*drag->mimeData(), 20);
    });
    select(4, 8);
    dragFrom(5);
    QCOMPARE(shown(), u"theirs one threetwo "_s);
    document->undo();
    QCOMPARE(shown(), u"theirs one two three"_s);
}

void TestTextDrag::aSelectionIsTakenElsewhere_data()
{
    QTest::addColumn<Qt::DropAction>("action");
    QTest::addColumn<bool>("readOnly");
    QTest::addColumn<QString>("after");
    QTest::newRow("moved") << Qt::MoveAction << false << u"one three"_s;
    QTest::newRow("copied") << Qt::CopyAction << false << start;
    QTest::newRow("given up") << Qt::IgnoreAction << false << start;
    QTest::newRow("from a text that is only read") << Qt::CopyAction << true << start;
}

void TestTextDrag::aSelectionIsTakenElsewhere()
{
    QFETCH(Qt::DropAction, action);
    QFETCH(bool, readOnly);
    QFETCH(QString, after);
    area->setProperty("readOnly", readOnly);
    document->setEditor(nullptr);
    QString taken;
    Qt::DropActions offered;
    const TextEditor editor(*document, area, [&](QDrag *drag, Qt::DropActions possible) {
        const std::unique_ptr<QDrag> owned(drag);
        taken = drag->mimeData()->text();
        offered = possible;
        return action;
    });
    select(4, 8);
    dragFrom(5);
    QCOMPARE(taken, u"two "_s);
    QCOMPARE(offered.testFlag(Qt::MoveAction), !readOnly);
    QCOMPARE(document->text(), after);
    QCOMPARE(shown(), after);
}

/// As when the program is told to end meanwhile: the platform names the action of the last place.
void TestTextDrag::aDragThatEndsInTheAirTakesNothing()
{
    document->setEditor(nullptr);
    const TextEditor editor(*document, area, [&](QDrag *drag, Qt::DropActions possible) {
        const std::unique_ptr<QDrag> owned(drag);
        QDragEnterEvent enter(pointOf(10), possible, drag->mimeData(), Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &enter);
        return enter.dropAction();
    });
    QSignalSpy place(&editor, &TextEditor::dropPlaceChanged);
    select(4, 8);
    dragFrom(5);
    QCOMPARE(document->text(), start);
    QCOMPARE(place.count(), 2); // shown, and not any more
    QCOMPARE(place.last().first().toInt(), -1);
}

void TestTextDrag::aClickOnTheSelectionEndsIt()
{
    select(4, 8);
    QTest::mouseClick(window.get(), Qt::LeftButton, {}, pointOf(5));
    QCOMPARE(area->property("selectedText").toString(), QString());
    QCOMPARE(caret(), 5);
    QTest::mousePress(window.get(), Qt::LeftButton, {}, pointOf(1)); // elsewhere it selects, as ever
    QTest::mouseMove(window.get(), pointOf(2));
    QTest::mouseMove(window.get(), pointOf(6));
    QTest::mouseRelease(window.get(), Qt::LeftButton, {}, pointOf(6));
    QCOMPARE(area->property("selectedText").toString(), u"ne tw"_s);
}

void TestTextDrag::theTextScrollsAtTheEdges()
{
    open(u"many words\n"_s.repeated(100));
    QMimeData data;
    data.setText(u"new "_s);
    const auto over = [&](int y) {
        QDragMoveEvent move(QPoint(40, y), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &move);
    };
    const auto scrolled = [this] { return flickable->property("contentY").toReal(); };
    const auto stands = [&] {
        const qreal before = scrolled();
        QTest::qWait(100);
        return scrolled() == before;
    };
    const auto placeAt = [this](int y) {
        int place = -1;
        const QPointF point = area->mapFromScene(QPointF(40, y));
        QMetaObject::invokeMethod(area, "positionAt", Q_RETURN_ARG(int, place), Q_ARG(qreal, point.x()), Q_ARG(qreal, point.y()));
        return place;
    };
    QDragEnterEvent enter(QPoint(40, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window.get(), &enter);
    over(100);
    QVERIFY(stands());
    over(195); // the pointer rests there
    QTRY_VERIFY(scrolled() > 100);
    QCOMPARE(document->dropPlace(), placeAt(195));
    over(100);
    QVERIFY(stands());
    over(195);
    const qreal end = flickable->property("contentHeight").toReal() - flickable->height();
    QTRY_COMPARE(scrolled(), end);
    over(5);
    QTRY_VERIFY(scrolled() < end - 50);
    QDragLeaveEvent leave;
    QCoreApplication::sendEvent(window.get(), &leave);
    QVERIFY(stands());
    over(5);
    QTRY_COMPARE(scrolled(), 0.0);
}

QTEST_MAIN(TestTextDrag)
#include "tst_textdrag.moc"
