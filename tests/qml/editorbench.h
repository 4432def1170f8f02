// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "faketexts.h"
#include "qmltextdocument.h"

#include <QQmlEngine>
#include <QQuickWindow>
#include <QtTest>

class QTextDocument;

namespace Sheaf {

/// A real TextArea in a window on a document, beside somebody else who writes.
class EditorBench
{
protected:
    /// The window with a text to begin with; close() ends it.
    void open();
    void close();
    static inline const QString start = QStringLiteral("one two three");

    /// Another text in the row that is shown.
    void open(const QString &text);
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) { QTest::keyClick(&*window, key, modifiers); }
    void type(const QString &text)
    {
        for (const QChar letter : text)
            QTest::keyClick(&*window, letter.toLatin1());
    }
    void select(int anchor, int caret) { QMetaObject::invokeMethod(area, "select", Q_ARG(int, anchor), Q_ARG(int, caret)); }
    [[nodiscard]] int caret() const { return area->property("cursorPosition").toInt(); }
    [[nodiscard]] QTextDocument *held() const;
    /// What the editor holds, unit by unit.
    [[nodiscard]] QString shown() const;
    /// Somebody else edits the row that is shown.
    void insertAt(quint32 position, const QString &words);
    void removeAt(quint32 position, quint32 length);

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FakeRows> rows;
    std::unique_ptr<FakeTexts> store;
    std::unique_ptr<QQmlEngine> engine;
    std::unique_ptr<QQuickWindow> window;
    std::unique_ptr<QmlTextDocument> document;
    QQuickItem *flickable = nullptr;
    QQuickItem *area = nullptr;
};

} // namespace Sheaf
