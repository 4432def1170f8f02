// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "clients.h"

#include <QEventLoop>
#include <QTcpSocket>
#include <QWebSocket>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

/// Milliseconds from one device's commit to the other's, each edit on its own.
std::vector<double> measureServer(int edits)
{
    ServerProcess server;
    server.start();
    Device a(u"a"_s);
    Device b(u"b"_s);
    a.engine().connectToServer(server.url(), server.token(u"a"_s));
    b.engine().connectToServer(server.url(), server.token(u"b"_s));
    if (!a.waitSynced() || !b.waitSynced())
        qFatal("the devices cannot connect");
    qint64 committedNs = 0;
    qint64 seenNs = 0;
    QEventLoop loop;
    QObject::connect(&a.engine(), &SyncEngine::committed, &loop, [&](const CommitChanges &changes) {
        if (!changes.remote && committedNs == 0)
            committedNs = nowNs();
    });
    QObject::connect(&b.engine(), &SyncEngine::committed, &loop, [&](const CommitChanges &changes) {
        if (!changes.remote || !changes.tables.contains("notes"))
            return;
        seenNs = nowNs();
        loop.quit();
    });
    std::vector<double> samples;
    for (int i = 0; i < edits; ++i) {
        committedNs = seenNs = 0;
        a.engine().write(
            {{u"INSERT INTO notes(id, title, body) VALUES(?, 'title', ?)"_s, {QString::number(i), QString(150, u'x')}, {}}});
        loop.exec();
        samples.push_back(static_cast<double>(seenNs - committedNs) / 1e6);
    }
    return samples;
}

std::vector<double> measureRelay(int edits)
{
    Helper relay({u"--relay"_s});
    const QUrl url(QString::fromUtf8(relay.waitFor("listening")));
    QWebSocket author;
    QWebSocket reader;
    QEventLoop loop;
    for (QWebSocket *socket : {&author, &reader}) {
        QObject::connect(socket, &QWebSocket::connected, &loop, &QEventLoop::quit);
        socket->open(url);
        loop.exec();
        if (auto *tcp = socket->findChild<QTcpSocket *>())
            tcp->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    }
    QTest::qWait(100); // until the relay knows both
    QObject::connect(&reader, &QWebSocket::binaryMessageReceived, &loop, &QEventLoop::quit);
    std::vector<double> samples;
    for (int i = 0; i < edits; ++i) {
        const qint64 start = nowNs();
        author.sendBinaryMessage(QByteArray(200, 'x'));
        loop.exec();
        samples.push_back(static_cast<double>(nowNs() - start) / 1e6);
    }
    return samples;
}

} // namespace

void benchSeen(const Wishes &wishes)
{
    if (!wishes.wants(u"seen.p50"_s) && !wishes.wants(u"seen.p99"_s))
        return;
    const int edits = wishes.quick ? 50 : 1000;
    const std::vector<double> relay = measureRelay(edits);
    const std::vector<double> server = measureServer(edits);
    for (const auto &[name, share] : {std::pair(u"seen.p50"_s, 0.5), std::pair(u"seen.p99"_s, 0.99)}) {
        if (wishes.wants(name))
            printFigure(name, percentile(server, share), u"ms"_s, percentile(relay, share));
    }
}

} // namespace Sheaf::Bench
