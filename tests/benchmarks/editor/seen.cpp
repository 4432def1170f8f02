// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "serverprocess.h"
#include "windowdriver.h"

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QQuickTextDocument>
#include <QTemporaryDir>
#include <QTextDocument>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

QTextDocument *openNote(WindowDriver &app, const QString &id)
{
    if (!QTest::qWaitFor([&] { return app.value(u"SELECT count(*) FROM notes WHERE id = '%1'"_s.arg(id)).toInt() == 1; },
                         patienceMs))
        qFatal("the note does not arrive");
    QMetaObject::invokeMethod(app.window(), "open", Q_ARG(QString, u"note"_s), Q_ARG(QString, id));
    QMetaObject::invokeMethod(app.window(), "enterDetail");
    if (!QTest::qWaitFor([&] { return app.property(u"noteEditor"_s, "readOnly") == QVariant(false); }, patienceMs))
        qFatal("the note cannot be opened");
    return app.item(u"noteEditor"_s)->property("textDocument").value<QQuickTextDocument *>()->textDocument();
}

} // namespace

void benchSeenText(const Wishes &wishes)
{
    if (!wishes.wants(u"text.seen"_s))
        return;
    ServerProcess server;
    server.start();
    const QTemporaryDir folders[2];
    WindowDriver a(folders[0].path(), server.url(), server.token(u"a"_s), u"light"_s);
    WindowDriver b(folders[1].path(), server.url(), server.token(u"b"_s), u"light"_s);
    if (!a.waitForWindow() || !b.waitForWindow())
        qFatal("no windows");
    const QString id = a.store().createNote({}, u"Shared"_s, u"Some words to begin with.\n"_s.repeated(50));
    QTextDocument *seen = openNote(b, id);
    (void)openNote(a, id);
    a.window()->requestActivate();
    if (!QTest::qWaitForWindowActive(a.window(), patienceMs) ||
        !QTest::qWaitFor([&] { return a.item(u"noteEditor"_s)->hasActiveFocus(); }, patienceMs))
        qFatal("the editor has no focus");
    bool arrived = false;
    QObject::connect(seen, &QTextDocument::contentsChange, seen, [&arrived] { arrived = true; });
    std::vector<double> samples;
    const int keys = wishes.quick ? 20 : 300;
    for (int i = 0; i < keys; ++i) {
        arrived = false;
        const qint64 start = nowNs();
        QTest::keyClick(a.window(), i % 7 == 6 ? Qt::Key_Space : Qt::Key_X);
        // QTest::qWaitFor() sleeps for 10 ms at a time, and both windows with it.
        const QDeadlineTimer patience(patienceMs);
        while (!arrived && !patience.hasExpired())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        if (!arrived)
            qFatal("key %d was not seen: %s", i, qUtf8Printable(a.property(u"noteEditor"_s, "text").toString().left(20)));
        samples.push_back(static_cast<double>(nowNs() - start) / 1e6);
        QTest::qWait(typingMs);
    }
    printFigure(u"text.seen"_s, percentile(samples, 0.95), u"ms"_s);
}

} // namespace Sheaf::Bench
