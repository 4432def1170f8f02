// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "windowdriver.h"

#include <QEventLoop>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QTemporaryDir>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

/// Paragraphs of a long note.
QString megabyte()
{
    QString text;
    for (int i = 0; text.size() < 1024 * 1024; ++i)
        text += u"%1 And so it went on, word after word, until the page was full and another one began.\n\n"_s.arg(i);
    return text;
}

/// Milliseconds from a key to the frame that shows it, at the 95th of 100; typed in the middle.
double keyToFrame(QQuickWindow &window, QQuickItem &area, int keys)
{
    area.forceActiveFocus();
    area.setProperty("cursorPosition", area.property("length").toInt() / 2);
    QTest::qWait(500); // until everything is laid out
    qint64 paintedNs = 0;
    const auto painted = QObject::connect(&window, &QQuickWindow::frameSwapped, &window, [&] { paintedNs = nowNs(); });
    std::vector<double> samples;
    for (int i = 0; i < keys; ++i) {
        paintedNs = 0;
        const int length = area.property("length").toInt();
        const qint64 start = nowNs();
        QTest::keyClick(&window, i % 12 == 11 ? Qt::Key_Return : i % 6 == 5 ? Qt::Key_Space : Qt::Key_X);
        while (paintedNs == 0)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        samples.push_back(static_cast<double>(paintedNs - start) / 1e6);
        if (area.property("length").toInt() != length + 1)
            qFatal("a key was not taken");
        QTest::qWait(typingMs);
    }
    QObject::disconnect(painted);
    return percentile(samples, 0.95);
}

double inTheApp(const QString &text, int keys)
{
    const QTemporaryDir profile;
    WindowDriver app(profile.path());
    if (!app.waitForWindow())
        qFatal("no window");
    const QString id = app.store().createNote({}, u"Long"_s, text);
    QMetaObject::invokeMethod(app.window(), "open", Q_ARG(QString, u"note"_s), Q_ARG(QString, id));
    QMetaObject::invokeMethod(app.window(), "enterDetail");
    if (!QTest::qWaitFor([&] { return app.property(u"noteEditor"_s, "length").toInt() == text.size(); }, patienceMs))
        qFatal("the note cannot be opened");
    return keyToFrame(*app.window(), *app.item(u"noteEditor"_s), keys);
}

/// The same text in a TextArea that is tied to nothing.
double inABareEditor(const QString &text, int keys)
{
    QQmlEngine engine;
    QQmlComponent component(&engine);
    component.setData(R"(
        import QtQuick
        import QtQuick.Controls.Basic
        Flickable {
            anchors.fill: parent
            TextArea.flickable: TextArea {
                objectName: "area"
                wrapMode: TextEdit.Wrap
                textFormat: TextEdit.PlainText
            }
        })",
                      QUrl());
    QQuickWindow window;
    window.resize(1280, 800);
    const std::unique_ptr<QObject> made(component.create());
    auto *flickable = qobject_cast<QQuickItem *>(made.get());
    flickable->setParentItem(window.contentItem());
    flickable->setSize(window.size());
    auto *area = flickable->findChild<QQuickItem *>(u"area"_s);
    area->setProperty("text", text);
    window.show();
    window.requestActivate();
    if (!QTest::qWaitForWindowActive(&window, patienceMs))
        qFatal("no window");
    return keyToFrame(window, *area, keys);
}

} // namespace

void benchTyping(const Wishes &wishes)
{
    if (!wishes.wants(u"text.type_1mb"_s))
        return;
    const QString text = megabyte();
    const int keys = wishes.quick ? 20 : 200;
    const double bare = inABareEditor(text, keys);
    printFigure(u"text.type_1mb"_s, inTheApp(text, keys), u"ms"_s, bare);
}

} // namespace Sheaf::Bench
