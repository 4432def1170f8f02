// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "programs.h"
#include "serverprocess.h"

#include <QDir>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

void writeFile(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qUtf8Printable(path));
}

/// A file whose name no QString can hold.
void writeRaw(const QByteArray &path, const char *text)
{
    std::ofstream file(path.toStdString());
    file << text;
    if (!file.flush())
        qFatal("cannot write %s", path.constData());
}

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// Whatever is wrong outside: one sentence that says what to do, an exit code, and nothing lost.
class TestBadInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void badFilesAreNamedAndTheRestGoesIn();
    void noFolder();
    void wrongToken();
    void anotherTokenThanBefore();
    void unreachableHost();
    void somethingElseAnswers();
    void theWindowSaysWhyAndEndsWithOne();
    void foreignDatabase_data();
    void foreignDatabase();
    void schemaWithAnError();
    void replicaArguments_data();
    void replicaArguments();
    void fullDisk();

private:
    ProgramRun sync(const QUrl &url, const QByteArray &token);
    static void isOneSentence(const ProgramRun &run);

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_profile;
};

void TestBadInput::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_profile = m_folder->filePath(u"profile"_s);
}

ProgramRun TestBadInput::sync(const QUrl &url, const QByteArray &token)
{
    return runCli(m_profile, {u"sync"_s, u"--url"_s, url.toString(), u"--token"_s, QString::fromUtf8(token)});
}

void TestBadInput::isOneSentence(const ProgramRun &run)
{
    QVERIFY2(run.exitCode == 1, qUtf8Printable(u"exit code %1"_s.arg(run.exitCode)));
    QVERIFY2(run.errors.startsWith("sheaf-"_L1) && run.errors.endsWith(".\n"_L1) && run.errors.count(u'\n') == 1,
             qUtf8Printable(run.errors));
    QCOMPARE(run.output, QString());
}

void TestBadInput::badFilesAreNamedAndTheRestGoesIn()
{
    const QString pages = m_folder->filePath(u"pages"_s);
    writeFile(pages + "/good.md"_L1, "# Good\ntext\n");
    writeFile(pages + "/latin1.md"_L1, "caf\xe9\n");
    writeFile(pages + "/binary.md"_L1, QByteArray("\0\1\2", 3));
    writeFile(pages + "/sub/also good.markdown"_L1, "text without a heading\n");
    writeFile(pages + "/sub/huge.md"_L1, QByteArray(3 << 20, 'x'));
    writeFile(pages + "/picture.png"_L1, "no page");
    QVERIFY(QFile::link(m_folder->filePath(u"nowhere"_s), pages + "/gone.md"_L1));
    writeRaw(QFile::encodeName(pages) + "/sub/\xe9t\xe9.md", "# A name from another time\n");
    QVERIFY(std::filesystem::create_directory((QFile::encodeName(pages) + "/\xe0 lire").toStdString()));
    const ProgramRun run = runCli(m_profile, {u"import"_s, pages});
    QCOMPARE(run.exitCode, 3);
    QCOMPARE(run.output, u"2 read, 2 made, 6 skipped\n"_s);
    for (const QString &line :
         {u"Skipped latin1.md: its text is not UTF-8\n"_s, u"Skipped binary.md: it holds NUL bytes, so it is no text\n"_s,
          u"Skipped gone.md: it cannot be read\n"_s, u"Skipped sub/huge.md: it is larger than "_s,
          u"Skipped sub/\\xe9t\\xe9.md: its name is not UTF-8\n"_s, u"Skipped \\xe0 lire/: its name is not UTF-8\n"_s})
        QVERIFY2(run.errors.contains(line), qUtf8Printable(run.errors));
    const ProgramRun list = runCli(m_profile, {u"list"_s});
    QVERIFY(list.output.contains("  Good\n"_L1));
    QVERIFY(list.output.contains("  also good  (sub)\n"_L1));
}

void TestBadInput::noFolder()
{
    const ProgramRun run = runCli(m_profile, {u"import"_s, m_folder->filePath(u"nothing"_s)});
    isOneSentence(run);
    QVERIFY(run.errors.contains("There is no folder"_L1));
}

void TestBadInput::wrongToken()
{
    ServerProcess server;
    server.start();
    QCOMPARE(runCli(m_profile, {u"add"_s, u"kept"_s}).exitCode, 0);
    const ProgramRun run = sync(server.url(), "nonsense");
    isOneSentence(run);
    QVERIFY2(run.errors.contains("token"_L1), qUtf8Printable(run.errors));
    // A token that does not work is not remembered, and the right one sends what has waited.
    QVERIFY(runCli(m_profile, {u"sync"_s}).errors.contains("No server is known yet"_L1));
    QCOMPARE(sync(server.url(), server.token(u"a"_s)).exitCode, 0);
    QCOMPARE(AppReplica(m_profile).outboxSize(), 0);
}

/// The old token was lost: what was written since goes under the new one.
void TestBadInput::anotherTokenThanBefore()
{
    ServerProcess server;
    server.start();
    QCOMPARE(sync(server.url(), server.token(u"before"_s)).exitCode, 0);
    QCOMPARE(runCli(m_profile, {u"add"_s, u"kept"_s}).exitCode, 0);
    const ProgramRun run = sync(server.url(), server.token(u"after"_s));
    QVERIFY2(run.exitCode == 0, qUtf8Printable(run.errors));
    QCOMPARE(AppReplica(m_profile).outboxSize(), 0);
    m_profile = m_folder->filePath(u"another device"_s);
    QCOMPARE(sync(server.url(), server.token(u"third"_s)).exitCode, 0);
    QVERIFY(runCli(m_profile, {u"list"_s}).output.contains("kept"_L1));
}

void TestBadInput::unreachableHost()
{
    quint16 port = 0;
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        port = taken.serverPort();
    }
    const ProgramRun run = sync(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)), "token");
    isOneSentence(run);
    QVERIFY2(run.errors.contains("cannot be reached"_L1) && run.errors.contains("Your changes stay on this device"_L1),
             qUtf8Printable(run.errors));
}

void TestBadInput::somethingElseAnswers()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    connect(&other, &QTcpServer::newConnection, this, [&other] {
        QTcpSocket *socket = other.nextPendingConnection();
        socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        socket->disconnectFromHost();
    });
    isOneSentence(sync(QUrl(u"ws://127.0.0.1:%1"_s.arg(other.serverPort())), "token"));
}

void TestBadInput::foreignDatabase_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("no database") << QByteArray("this is a letter to my aunt, not a database\n").repeated(200);
    QByteArray other = "SQLite format 3"; // with the header alone
    other.append('\0');
    QTest::newRow("a header and nothing else") << other;
}

void TestBadInput::foreignDatabase()
{
    QFETCH(const QByteArray, bytes);
    const QString path = m_profile + "/store.sqlite"_L1;
    writeFile(path, bytes);
    const ProgramRun run = runCli(m_profile, {u"list"_s});
    isOneSentence(run);
    QVERIFY2(run.errors.contains(path), qUtf8Printable(run.errors));
    QCOMPARE(readFile(path), bytes);
}

void TestBadInput::theWindowSaysWhyAndEndsWithOne()
{
    const QByteArray letter = "this is a letter to my aunt, not a database\n";
    writeFile(m_profile + "/store.sqlite"_L1, letter);
    const QString picture = m_folder->filePath(u"window.png"_s);
    const ProgramRun run = runProgram(u"sheaf"_s, {u"--data"_s, m_profile, u"--screenshot"_s, picture});
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.errors.contains("belongs to another program"_L1), qUtf8Printable(run.errors));
    QVERIFY(QFile::exists(picture));
    QCOMPARE(readFile(m_profile + "/store.sqlite"_L1), letter);
}

void TestBadInput::schemaWithAnError()
{
    const QString schema = m_folder->filePath(u"schema.sql"_s);
    writeFile(schema, "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT;\n");
    const ProgramRun run = runProgram(u"sheaf-replica"_s, {u"--db"_s, m_folder->filePath(u"x.db"_s), u"--schema"_s, schema});
    isOneSentence(run);
    QVERIFY2(run.errors.contains("schema.sql"_L1), qUtf8Printable(run.errors));
}

void TestBadInput::replicaArguments_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("named");
    const QStringList good{u"--db"_s, u"x.db"_s, u"--schema"_s, u"schema.sql"_s};
    QTest::newRow("operand") << QStringList(good + QStringList{u"notes"_s}) << u"\"notes\""_s;
    QTest::newRow("unknown option") << QStringList(good + QStringList{u"--tokn"_s, u"x"_s}) << u"--token"_s;
    QTest::newRow("no address") << QStringList(good + QStringList{u"--url"_s, u"nonsense"_s}) << u"\"nonsense\""_s;
    QTest::newRow("no schema file") << QStringList{u"--db"_s, u"x.db"_s, u"--schema"_s, u"gone.sql"_s} << u"gone.sql"_s;
    QTest::newRow("folder for a file") << QStringList{u"--db"_s, u"."_s, u"--schema"_s, u"schema.sql"_s} << u"it is a folder"_s;
    QTest::newRow("no folder") << QStringList{u"--db"_s, u"gone/x.db"_s, u"--schema"_s, u"schema.sql"_s}
                               << u"its folder exists"_s;
}

void TestBadInput::replicaArguments()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, named);
    writeFile(m_folder->filePath(u"schema.sql"_s), "CREATE TABLE notes(id TEXT PRIMARY KEY);\n");
    QStringList all;
    for (const QString &argument : arguments) { // files are those of this test
        const bool isFile = argument == u'.' || argument.endsWith(".db"_L1) || argument.endsWith(".sql"_L1);
        all.append(isFile ? m_folder->filePath(argument) : argument);
    }
    const ProgramRun run = runProgram(u"sheaf-replica"_s, all);
    isOneSentence(run);
    QVERIFY2(run.errors.contains(named), qUtf8Printable(run.errors));
    QVERIFY2(!run.errors.contains(".."_L1) && !run.errors.contains("mend it"_L1), qUtf8Printable(run.errors));
}

void TestBadInput::fullDisk()
{
    if (!QFile::exists(QStringLiteral(SHEAF_FULLDISK)))
        QSKIP("A sanitizer must be the first library that is loaded.");
    QCOMPARE(runCli(m_profile, {u"add"_s, u"--note"_s, u"before\nthe disk was full"_s}).exitCode, 0);
    const QString pages = m_folder->filePath(u"pages"_s);
    for (int i = 0; i < 1000; ++i)
        writeFile(pages + u"/%1.md"_s.arg(i), QByteArray(4000, 'x'));
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LD_PRELOAD"_s, QStringLiteral(SHEAF_FULLDISK));
    environment.insert(u"SHEAF_TEST_DISK_BYTES"_s, QString::number(3 << 20));
    const ProgramRun run = runProgram(u"sheaf-cli"_s, {u"--data"_s, m_profile, u"import"_s, pages}, environment);
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.errors.section(u'\n', -2).startsWith("sheaf-cli: "_L1) && run.errors.contains("disk"_L1),
             qUtf8Printable(run.errors));
    // Whole batches are there or not there, and what was there before is still there.
    const ProgramRun list = runCli(m_profile, {u"list"_s, u"--list"_s, u"inbox"_s});
    QVERIFY2(list.exitCode == 0, qUtf8Printable(list.errors));
    QVERIFY(list.output.contains("before"_L1));
    QCOMPARE((list.output.count(u'\n') - 1) % 500, 0);
    const ProgramRun again = runCli(m_profile, {u"import"_s, pages});
    QVERIFY2(again.exitCode == 0, qUtf8Printable(again.errors));
}

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_badinput.moc"
