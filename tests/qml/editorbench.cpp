// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "editorbench.h"

#include "editableunits.h"

#include <QQmlComponent>
#include <QQuickTextDocument>
#include <QTextCursor>
#include <QTextDocument>

namespace Sheaf {

using namespace Qt::StringLiterals;

void EditorBench::open()
{
    clock = std::make_unique<ManualClock>();
    rows = std::make_unique<FakeRows>(*clock);
    store = std::make_unique<FakeTexts>(*rows);
    engine = std::make_unique<QQmlEngine>();
    QQmlComponent component(engine.get());
    component.setData(R"(
        import QtQuick
        import QtQuick.Controls.Basic
        Flickable {
            width: 300
            height: 200
            TextArea.flickable: TextArea {
                objectName: "area"
                wrapMode: TextEdit.Wrap
                textFormat: TextEdit.PlainText
                selectByMouse: true
                persistentSelection: true
            }
        })",
                      QUrl());
    std::unique_ptr<QObject> made(component.create());
    QVERIFY2(made, qPrintable(component.errorString()));
    flickable = qobject_cast<QQuickItem *>(made.release());
    window = std::make_unique<QQuickWindow>();
    window->resize(300, 200);
    flickable->setParent(window->contentItem());
    flickable->setParentItem(window->contentItem());
    area = flickable->findChild<QQuickItem *>(u"area"_s);
    window->show();
    window->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    area->forceActiveFocus();
    document = std::make_unique<QmlTextDocument>(*store);
    document->setTable(u"notes"_s);
    document->setColumn(u"body"_s);
    document->setEditor(area);
    open(start);
}

void EditorBench::close()
{
    document.reset();
    window.reset();
    engine.reset();
    store.reset();
}

QTextDocument *EditorBench::held() const
{
    return area->property("textDocument").value<QQuickTextDocument *>()->textDocument();
}

QString EditorBench::shown() const
{
    QTextCursor all(held());
    all.select(QTextCursor::Document);
    return EditableUnits::typed(all.selectedText());
}

void EditorBench::open(const QString &text)
{
    document->setKey({});
    rows->insert(u"1"_s, text);
    document->setKey({u"1"_s});
    rows->settle();
    QVERIFY(document->isLoaded());
}

void EditorBench::insertAt(quint32 position, const QString &words)
{
    rows->editAs(u"1"_s, [&](Text::Text &text) { text.insert(position, words); });
}

void EditorBench::removeAt(quint32 position, quint32 length)
{
    rows->editAs(u"1"_s, [&](Text::Text &text) { text.remove(position, length); });
}

} // namespace Sheaf
