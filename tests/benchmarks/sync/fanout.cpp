// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "clients.h"

#include <QEventLoop>
#include <QWebSocket>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

/// Mean milliseconds from `send` to the last of the clients.
template<typename Send>
double meanToTheLast(Helper &clients, int edits, Send send)
{
    double sumMs = 0;
    for (int i = -2; i < edits; ++i) { // two to warm up
        const qint64 start = nowNs();
        send(i + 2);
        const qint64 seen = clients.waitFor("seen").toLongLong();
        if (i >= 0)
            sumMs += static_cast<double>(seen - start) / 1e6;
    }
    return sumMs / edits;
}

struct Figures {
    double fanoutMs = 0;
    double idleKb = 0;
};

Figures measureRelay(int count, int edits)
{
    Helper relay({u"--relay"_s});
    const QString url = QString::fromUtf8(relay.waitFor("listening"));
    QWebSocket author;
    QEventLoop loop;
    QObject::connect(&author, &QWebSocket::connected, &loop, &QEventLoop::quit);
    author.open(QUrl(url));
    loop.exec();
    const qint64 before = residentKb(relay.processId());
    Helper clients({u"--clients"_s, QString::number(count), u"--url"_s, url});
    static_cast<void>(clients.waitFor("ready"));
    Figures figures;
    figures.idleKb = static_cast<double>(residentKb(relay.processId()) - before) / count;
    figures.fanoutMs = meanToTheLast(clients, edits, [&](int i) {
        author.sendBinaryMessage(QByteArray(200, static_cast<char>('a' + i % 26)));
        author.flush();
    });
    return figures;
}

Figures measureServer(int count, int edits)
{
    ServerProcess server;
    server.start();
    Device author(u"author"_s);
    author.engine().connectToServer(server.url(), server.token(u"author"_s));
    if (!author.waitSynced())
        qFatal("the author cannot connect");
    const qint64 before = residentKb(server.processId());
    Helper clients({u"--clients"_s, QString::number(count), u"--url"_s, server.url().toString(), u"--token"_s,
                    QString::fromUtf8(server.token(u"clients"_s))});
    static_cast<void>(clients.waitFor("ready"));
    QTest::qWait(500); // the last subscriptions
    Figures figures;
    figures.idleKb = static_cast<double>(residentKb(server.processId()) - before) / count;
    figures.fanoutMs = meanToTheLast(clients, edits, [&](int i) {
        author.engine().write(
            {{u"INSERT INTO notes(id, title, body) VALUES(?, 'title', ?)"_s, {QString::number(i), QString(150, u'x')}, {}}});
    });
    return figures;
}

} // namespace

void benchFanout(const Wishes &wishes)
{
    if (!wishes.wants(u"fanout.1000"_s) && !wishes.wants(u"idle.memory"_s))
        return;
    const int count = wishes.quick ? 100 : 1000;
    const int edits = wishes.quick ? 5 : 30;
    const Figures relay = measureRelay(count, edits);
    const Figures server = measureServer(count, edits);
    if (wishes.wants(u"fanout.1000"_s))
        printFigure(u"fanout.1000"_s, server.fanoutMs, u"ms"_s, relay.fanoutMs);
    if (wishes.wants(u"idle.memory"_s))
        printFigure(u"idle.memory"_s, server.idleKb, u"KB"_s, relay.idleKb);
}

} // namespace Sheaf::Bench
