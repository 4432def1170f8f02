// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "peer.h"
#include "victim.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTcpServer>
#include <QtTest>

#include <atomic>
#include <csignal>
#include <map>
#include <thread>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 20'000;

/// One sentence on the standard error with these words, and nothing else anywhere.
bool explains(const Victim::Ran &ran, const QByteArray &words)
{
    const bool isGood = ran.code == 1 && ran.out.isEmpty() && ran.err.startsWith("sheaf-server: ") && ran.err.endsWith(".\n") &&
                        ran.err.count('\n') == 1 && ran.err.contains(words);
    if (!isGood)
        qWarning("exit code %d, out: %s, err: %s", ran.code, ran.out.constData(), ran.err.constData());
    return isGood;
}

Victim::Ran serve(const QString &folder, const QString &listen = u"127.0.0.1:0"_s)
{
    return Victim::run({u"serve"_s, u"--data"_s, folder, u"--listen"_s, listen});
}

} // namespace

/// sheaf-server as its operator meets it.
class TestServerProgram : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wrongOrdersAreExplained_data();
    void wrongOrdersAreExplained();
    void aPortInUseIsExplained();
    void oneFolderHasOneServer();
    void foreignFilesAreLeftAlone_data();
    void foreignFilesAreLeftAlone();
    void foldersThatCannotBeAreExplained();
    void tokensComeAndGoWhileItRuns();
    void tokensComeAndGoWithoutIt();
    void filesAreForTheOwnerOnly();
    void terminatingUnderLoadKeepsWhatWasAcknowledged();
    void aFullDiskLosesNothing();
    void aFullDiskIsExplained();
};

void TestServerProgram::wrongOrdersAreExplained_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("words");
    const QString folder = u"/nonexistent/sheaf"_s;
    const auto listen = [&folder](const QString &value) {
        return QStringList{u"serve"_s, u"--data"_s, folder, u"--listen"_s, value};
    };
    for (const QString &value :
         {u"nonsense"_s, u"127.0.0.1"_s, u"127.0.0.1:99999"_s, u"256.0.0.1:80"_s, u"somewhere.example:80"_s, u""_s, u":80"_s})
        QTest::addRow("listen %s", qPrintable(value)) << listen(value) << "--listen takes"_ba;
    QTest::newRow("no data") << QStringList{u"serve"_s} << "--data"_ba;
    QTest::newRow("no command") << QStringList{u"--data"_s, folder} << "--help"_ba;
    QTest::newRow("unknown command") << QStringList{u"token"_s, u"steal"_s, u"--data"_s, folder} << "--help"_ba;
    QTest::newRow("no number") << QStringList{u"serve"_s, u"--data"_s, folder, u"--max-strangers"_s, u"many"_s}
                               << "--max-strangers takes"_ba;
}

void TestServerProgram::wrongOrdersAreExplained()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, words);
    QVERIFY(explains(Victim::run(arguments), words));
}

void TestServerProgram::aPortInUseIsExplained()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const QTemporaryDir folder;
    const QString port = QString::number(other.serverPort());
    QVERIFY(explains(serve(folder.path(), u"127.0.0.1:"_s + port), port.toLatin1() + " is in use; name another"));
    QVERIFY(explains(serve(folder.path(), u"192.0.2.1:0"_s), "Cannot listen on 192.0.2.1"));
}

void TestServerProgram::oneFolderHasOneServer()
{
    Victim first;
    QVERIFY(first.start());
    QVERIFY(explains(serve(first.folder()), "Another server works on"));
    const QByteArray token = first.token(u"phone"_s);
    QVERIFY(Peer(first.port()).greet(token, 1)); // and the first goes on
    first.kill();
    QVERIFY(first.start()); // what a kill leaves behind is no obstacle
    QCOMPARE(first.stop(), 0);
}

void TestServerProgram::foreignFilesAreLeftAlone_data()
{
    QTest::addColumn<QByteArray>("content"); ///< empty: the database of another program
    QTest::newRow("no database") << QByteArray("this is a letter to my aunt\n").repeated(100);
    QTest::newRow("another database") << QByteArray();
    QTest::newRow("damaged database") << QByteArray("SQLite format 3\0", 16) + QByteArray(4096, '\x55');
}

void TestServerProgram::foreignFilesAreLeftAlone()
{
    QFETCH(QByteArray, content);
    const QTemporaryDir folder;
    QFile file(folder.filePath(u"server.sqlite"_s));
    if (content.isEmpty()) {
        {
            QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
            other.setDatabaseName(file.fileName());
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec(u"CREATE TABLE recipes(id INTEGER PRIMARY KEY)"_s));
        }
        QSqlDatabase::removeDatabase(u"other"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        content = file.readAll();
        file.close();
    } else {
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
    }
    const Victim::Ran ran = serve(folder.path());
    QVERIFY(explains(ran, ran.err.contains("restore") ? "restore it" : "name another"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    // Going to WAL changes two bytes of a header at most; the tables of others stay theirs.
    const QByteArray now = file.readAll();
    QCOMPARE(now.size(), content.size());
    QCOMPARE(now.mid(100), content.mid(100));
}

void TestServerProgram::foldersThatCannotBeAreExplained()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(explains(serve(folder.filePath(u"file/data"_s)), "name a data folder"));
    const QDir dir(folder.path());
    QVERIFY(dir.mkpath(u"taken/server.sqlite"_s));
    QVERIFY(explains(serve(folder.filePath(u"taken"_s)), "cannot be opened"));
    QVERIFY(explains(serve(folder.filePath(QString(120, u'x'))), "shorter path"));
}

void TestServerProgram::tokensComeAndGoWhileItRuns()
{
    Victim server;
    QVERIFY(server.start());
    const QByteArray phone = server.token(u"phone"_s);
    const QByteArray tablet = server.token(u"tablet"_s);
    QVERIFY(phone.size() >= 43 && phone != tablet);
    Peer first(server.port());
    Peer second(server.port());
    QVERIFY(first.greet(phone, 1));
    QVERIFY(second.greet(tablet, 2));
    const QStringList data{u"--data"_s, server.folder()};
    Victim::Ran ran = Victim::run(QStringList{u"token"_s, u"list"_s} + data);
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.out, "phone\tactive\thome:editor\ntablet\tactive\thome:editor\n"_ba);

    QCOMPARE(Victim::run(QStringList{u"token"_s, u"revoke"_s, u"--name"_s, u"phone"_s} + data).code, 0);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(first.waitForEnd(patienceMs)); // its open session, at once: a loaded machine takes its time
    QVERIFY(timer.elapsed() < 5000);
    QCOMPARE(first.refusal(), u"bad_token"_s);
    QVERIFY(!Peer(server.port()).greet(phone, 1));
    QVERIFY(second.pushAndWait(100, patienceMs));
    QVERIFY(Victim::run(QStringList{u"token"_s, u"list"_s} + data).out.startsWith("phone\trevoked\t"));
    QVERIFY(
        explains(Victim::run(QStringList{u"token"_s, u"revoke"_s, u"--name"_s, u"phone"_s} + data), "No device of that name"));
    QVERIFY(explains(Victim::run(QStringList{u"token"_s, u"add"_s} + data), "Names of devices"));
    QCOMPARE(server.stop(), 0);
}

void TestServerProgram::tokensComeAndGoWithoutIt()
{
    Victim server;
    const QByteArray phone = server.token(u"phone"_s);
    const QByteArray tablet = server.token(u"tablet"_s);
    const QStringList data{u"--data"_s, server.folder()};
    QCOMPARE(Victim::run(QStringList{u"token"_s, u"revoke"_s, u"--name"_s, u"phone"_s} + data).code, 0);
    QCOMPARE(Victim::run(QStringList{u"token"_s, u"list"_s} + data).out,
             "phone\trevoked\thome:editor\ntablet\tactive\thome:editor\n"_ba);
    QVERIFY(server.start());
    QVERIFY(Peer(server.port()).greet(tablet, 2));
    QVERIFY(!Peer(server.port()).greet(phone, 1));
    QCOMPARE(server.stop(), 0);
}

void TestServerProgram::filesAreForTheOwnerOnly()
{
    Victim server;
    QVERIFY(server.start());
    const QFileInfoList files = QDir(server.folder()).entryInfoList(QDir::Files | QDir::System);
    QVERIFY(files.size() >= 2);
    for (const QFileInfo &file : files) {
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY2(!(file.permissions() & others), qPrintable(file.fileName()));
    }
    QCOMPARE(server.stop(), 0);
}

void TestServerProgram::terminatingUnderLoadKeepsWhatWasAcknowledged()
{
    Victim server;
    QVERIFY(server.start());
    constexpr int writers = 4;
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<std::thread> threads;
    std::array<std::atomic<int>, writers> acknowledged{};
    for (size_t i = 0; i < writers; ++i) {
        peers.push_back(std::make_unique<Peer>(server.port()));
        QVERIFY(peers.back()->greet(server.token(u"writer%1"_s.arg(i)), 1 + i));
    }
    for (size_t i = 0; i < writers; ++i) {
        threads.emplace_back([&peer = *peers[i], &count = acknowledged[i]] {
            while (peer.pushAndWait(500, patienceMs))
                ++count;
        });
    }
    QTest::qWait(300);
    const int code = server.stop();
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(code, 0);
    for (const auto &peer : peers)
        QCOMPARE(peer->refusal(), u"shutting_down"_s);

    QVERIFY(server.start());
    Peer reader(server.port());
    QVERIFY(reader.greet(server.token(u"reader"_s), 99));
    const Sequence head = reader.welcome().spaces.constFirst().head;
    QVERIFY(reader.send(Subscribe{"home", reader.welcome().epoch, 0}));
    const auto answer = reader.receive(patienceMs);
    QVERIFY(answer && std::holds_alternative<Subscribed>(*answer));
    std::map<qint64, int> stored; // by site
    Sequence cursor = 0;
    while (cursor < head) {
        const auto message = reader.receive(patienceMs);
        QVERIFY(message && std::holds_alternative<Changes>(*message));
        const auto &changes = std::get<Changes>(*message);
        cursor = changes.sequence;
        for (const Change &change : changes.changes) {
            std::vector<ValueView> key;
            QVERIFY(decodeKey(change.key, key));
            ++stored[key.front().integer];
        }
    }
    for (size_t i = 0; i < writers; ++i) {
        const int there = stored[static_cast<qint64>(i + 1)];
        QVERIFY2(acknowledged[i] > 0 && there >= acknowledged[i], QByteArray::number(there).constData());
        QVERIFY(there <= acknowledged[i] + 1); // the last one's ack may have been overtaken by the end
    }
    QCOMPARE(server.stop(), 0);
}

namespace {

/// A shell in a mount namespace of its own, in which `folder` is a disk of `kilobytes`.
void onSmallDisk(QProcess &process, const QString &folder, int kilobytes, const QString &script)
{
    const QString mount = u"mount -t tmpfs -o size=%1k tmpfs '%2' && "_s.arg(kilobytes).arg(folder);
    process.start(u"unshare"_s, {u"-m"_s, u"sh"_s, u"-c"_s, mount + script, u"sh"_s, Victim::program(), folder});
}

bool maySmallDisk()
{
    const QTemporaryDir folder;
    QProcess process;
    onSmallDisk(process, folder.path(), 100, u"true"_s);
    return process.waitForFinished(patienceMs) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

QByteArray nextLine(QProcess &process)
{
    while (!process.canReadLine() && process.waitForReadyRead(patienceMs)) {
    }
    return process.readLine().trimmed();
}

} // namespace

void TestServerProgram::aFullDiskLosesNothing()
{
    if (!maySmallDisk())
        QSKIP("needs the right to mount a tmpfs");
    const QTemporaryDir folder;
    QProcess process;
    onSmallDisk(process, folder.path(), 3000,
                u"head -c 1800000 /dev/zero > \"$2\"/ballast && \"$1\" token add --data \"$2\"/data --name phone && "
                "exec \"$1\" serve --data \"$2\"/data --listen 127.0.0.1:0"_s);
    const QByteArray token = nextLine(process);
    const QByteArray address = nextLine(process);
    QVERIFY2(address.startsWith("listening ws://"), address.constData());
    const quint16 port = address.split(':').constLast().toUShort();

    Peer peer(port);
    QVERIFY(peer.greet(token, 1));
    int acknowledged = 0;
    while (acknowledged < 1000 && peer.pushAndWait(20'000, patienceMs))
        ++acknowledged;
    QVERIFY2(acknowledged > 0 && acknowledged < 1000, QByteArray::number(acknowledged).constData());
    QVERIFY(peer.waitForEnd(patienceMs)); // neither yes nor no: it is to come again
    QCOMPARE(peer.refusal(), u"server_full"_s);
    QVERIFY(process.state() == QProcess::Running);
    process.setReadChannel(QProcess::StandardError);
    QByteArray log = process.readAllStandardError();
    while (!log.contains("disk is full") && process.waitForReadyRead(patienceMs))
        log += process.readAllStandardError();
    QVERIFY2(log.contains("disk is full"), log.constData());

    // Somebody makes room, from outside of the namespace: as much as the log has, which goes into the database then.
    QVERIFY(QFile::remove(u"/proc/%1/root%2/ballast"_s.arg(process.processId()).arg(folder.path())));
    Peer again(port);
    bool isBack = false;
    QElapsedTimer timer;
    timer.start();
    while (!isBack && timer.elapsed() < patienceMs)
        isBack = again.greet(token, 2) && again.pushAndWait(1000, patienceMs);
    process.waitForReadyRead(0);
    QVERIFY2(isBack, (again.refusal().toLatin1() + process.readAllStandardError()).constData());
    QVERIFY(again.welcome().spaces.constFirst().head >= static_cast<Sequence>(acknowledged));
    process.terminate();
    QVERIFY(process.waitForFinished(patienceMs));
    QCOMPARE(process.exitCode(), 0);
}

void TestServerProgram::aFullDiskIsExplained()
{
    if (!maySmallDisk())
        QSKIP("needs the right to mount a tmpfs");
    for (const int left : {0, 12, 40}) { // kilobytes: for no file, for the lock file, for a part of the database
        const QTemporaryDir folder;
        QProcess process;
        onSmallDisk(
            process, folder.path(), 500,
            u"mkdir \"$2\"/data && head -c %1 /dev/zero > \"$2\"/ballast && exec \"$1\" serve --data \"$2\"/data --listen 127.0.0.1:0"_s
                .arg((496 - left) * 1024));
        QVERIFY(process.waitForFinished(patienceMs));
        const Victim::Ran ran{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
        QVERIFY(explains(ran, "full"));
    }
}

QTEST_GUILESS_MAIN(TestServerProgram)
#include "tst_serverprogram.moc"
