// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/localcontrol.h"
#include "model/page.h"
#include "programs.h"
#include "serverprocess.h"

#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

/// The texts of a folder, each with the folder that it is in. Two pages may have the same text.
using Texts = QMultiMap<QString, QByteArray>;

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString folderOf(const QString &root, const QString &path)
{
    const QString folder = QDir(root).relativeFilePath(QFileInfo(path).absolutePath());
    return folder == "."_L1 ? QString() : folder;
}

template<typename Read>
Texts readFolder(const QString &root, Read read)
{
    Texts texts;
    QDirIterator files(root, {u"*.md"_s}, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        const auto [folder, text] = read(folderOf(root, path), bytesOf(path));
        texts.insert(folder, text);
    }
    return texts;
}

/// The pages byte by byte as they are.
Texts sourceTexts(const QString &root)
{
    return readFolder(root, [](const QString &folder, const QByteArray &bytes) { return std::pair(folder, bytes); });
}

/// The pages of an export without the front matter that it has put on top.
Texts exportedTexts(const QString &root)
{
    return readFolder(root, [](const QString &folder, const QByteArray &bytes) {
        const auto page = readPage(bytes);
        return page ? std::pair(page->list.value_or(folder), page->body.toUtf8()) : std::pair(folder, QByteArray("unreadable"));
    });
}

/// Pages of `left` that `right` does not have, by folder and text.
QStringList missing(const Texts &left, const Texts &right)
{
    QHash<std::pair<QString, QByteArray>, int> count;
    for (auto it = right.cbegin(); it != right.cend(); ++it)
        ++count[{it.key(), it.value()}];
    QStringList result;
    for (auto it = left.cbegin(); it != left.cend(); ++it) {
        if (--count[{it.key(), it.value()}] < 0)
            result.append(it.key() + ": "_L1 + QString::fromUtf8(it.value().left(60)));
    }
    return result;
}

} // namespace

/// 10,000 real Markdown pages in 39 languages go through everything: sheaf-cli, replica, server and
/// another device, and come out byte for byte.
class TestTldr : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void importedInTheAppWhileTheOtherIsOnline();
    void importedByTheProgramWhileTheOtherIsAway();

private:
    void comparePages(const QString &profile);

    QTemporaryDir m_source;
    QString m_pages;
    Texts m_texts;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_a;
    QString m_b;
};

void TestTldr::initTestCase()
{
    const QString archive =
        QDir(qEnvironmentVariable("SHEAF_SHARED", QStringLiteral(SHEAF_SHARED_DEFAULT))).filePath(u"data/tldr-10k.tar.zst"_s);
    if (!QFile::exists(archive))
        QSKIP(qUtf8Printable(archive + " is not here; name its folder with SHEAF_SHARED."_L1));
    QProcess tar;
    tar.setProcessChannelMode(QProcess::ForwardedChannels);
    tar.start(u"tar"_s, {u"--zstd"_s, u"-xf"_s, archive, u"-C"_s, m_source.path()});
    QVERIFY(tar.waitForFinished(programMsMax) && tar.exitCode() == 0);
    m_pages = m_source.filePath(u"tldr"_s);
    m_texts = sourceTexts(m_pages);
    QCOMPARE_GE(m_texts.size(), 10'000);
}

void TestTldr::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_a = m_folder->filePath(u"a"_s);
    m_b = m_folder->filePath(u"b"_s);
    QVERIFY(QDir().mkpath(m_a) && QDir().mkpath(m_b));
}

void TestTldr::comparePages(const QString &profile)
{
    const QString out = m_folder->filePath(u"out"_s);
    const ProgramRun run = runCli(profile, {u"export"_s, out});
    QVERIFY2(run.exitCode == 0, qUtf8Printable(run.errors));
    QCOMPARE(run.output, u"%1 exported\n"_s.arg(m_texts.size()));
    const Texts exported = exportedTexts(out);
    QCOMPARE(exported.size(), m_texts.size());
    QCOMPARE(missing(m_texts, exported), QStringList());
    QCOMPARE(missing(exported, m_texts), QStringList());
}

void TestTldr::importedInTheAppWhileTheOtherIsOnline()
{
    ServerProcess server;
    server.start();
    // Device A is the app without its window: engine and the door for sheaf-cli.
    const Profile profile(m_a);
    auto engine = std::make_unique<SyncEngine>(profile.engineOptions(u"test"_s));
    LocalControl control(*engine, profile);
    QVERIFY(engine->open().result());
    QVERIFY(control.listen());
    engine->connectToServer(server.url(), server.token(u"a"_s));
    auto b = std::make_unique<AppReplica>(m_b);
    b->connectTo(server.url(), server.token(u"b"_s));
    QVERIFY(b->waitSynced());

    QElapsedTimer timer;
    timer.start();
    const ProgramRun run = runCli(m_a, {u"import"_s, m_pages});
    QVERIFY2(run.exitCode == 0, qUtf8Printable(run.errors));
    QCOMPARE(run.output, u"%1 read, %1 made, 0 skipped\n"_s.arg(m_texts.size()));
    QVERIFY2(run.errors.contains(u"Imported 500 of %1\n"_s.arg(m_texts.size())), qUtf8Printable(run.errors));
    QVERIFY(run.errors.endsWith(u"Imported %1 of %1\n"_s.arg(m_texts.size())));
    qInfo("imported in %lld ms", timer.elapsed());
    auto synced = engine->waitSynced(programMsMax);
    QTRY_VERIFY_WITH_TIMEOUT(synced.isFinished(), programMsMax);
    QVERIFY(synced.result());
    QVERIFY(b->waitSynced());
    qInfo("both devices equal after %lld ms", timer.elapsed());
    QTRY_COMPARE_WITH_TIMEOUT(engine->pending(), 0, programMsMax); // the status comes behind the answer

    engine.reset();
    QCOMPARE(AppReplica(m_a).digest(), b->digest());
    b.reset();
    comparePages(m_b);
}

void TestTldr::importedByTheProgramWhileTheOtherIsAway()
{
    ServerProcess server;
    server.start();
    const QByteArray tokenB = server.token(u"b"_s);
    {
        AppReplica b(m_b);
        b.connectTo(server.url(), tokenB);
        QVERIFY(b.waitSynced());
    }
    ProgramRun run = runCli(m_a, {u"import"_s, m_pages});
    QVERIFY2(run.exitCode == 0, qUtf8Printable(run.errors));
    QCOMPARE(run.output, u"%1 read, %1 made, 0 skipped\n"_s.arg(m_texts.size()));
    run = runCli(m_a, {u"sync"_s, u"--url"_s, server.url().toString(), u"--token"_s, QString::fromUtf8(server.token(u"a"_s))});
    QVERIFY2(run.exitCode == 0, qUtf8Printable(run.errors));
    QVERIFY2(run.errors.contains("Uploading "_L1), qUtf8Printable(run.errors));

    QElapsedTimer timer;
    timer.start();
    AppReplica b(m_b);
    b.connectTo(server.url(), tokenB);
    QVERIFY(b.waitSynced());
    qInfo("the other device came later and was equal after %lld ms", timer.elapsed());
    AppReplica a(m_a);
    QCOMPARE(a.digest(), b.digest());
    QCOMPARE(a.outboxSize(), 0);
    QCOMPARE(b.value(u"SELECT count(*) FROM notes"_s).toInt(), int(m_texts.size()));
}

QTEST_GUILESS_MAIN(TestTldr)
#include "tst_tldr.moc"
