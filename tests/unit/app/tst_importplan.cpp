// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/importplan.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

class TestImportPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsMarkdownInFolders();
    void missingFolder();
    void namesWhatCannotBeRead();
    void titles_data();
    void titles();
    void timesComeFromTheFileLast();
    void idsOfOthersAreNotTaken();
    void bodiesThatNoServerTakes();
    void parents();
};

static void put(const QTemporaryDir &root, const QString &path, const QByteArray &bytes)
{
    QFile file(root.filePath(path));
    QVERIFY(QDir().mkpath(QFileInfo(file).absolutePath()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

void TestImportPlan::findsMarkdownInFolders()
{
    const QTemporaryDir root;
    put(root, u"b.md"_s, "b");
    put(root, u"x/y/c.markdown"_s, "c");
    put(root, u"x/d.MD"_s, "d");
    put(root, u"x/e.txt"_s, "e");
    put(root, u".git/f.md"_s, "f");
    put(root, u"..md"_s, "a page about the command called dot");
    QVERIFY(QFile::link(root.path(), root.filePath(u"x/loop"_s)));
    const auto plan = planImport(root.path());
    QVERIFY(plan);
    QStringList found;
    for (const ImportFile &file : plan->files)
        found.append(file.relativePath + u'|' + file.list);
    QCOMPARE(found, QStringList({u"..md|"_s, u"b.md|"_s, u"x/d.MD|x"_s, u"x/y/c.markdown|x/y"_s}));
    QVERIFY(plan->skipped.isEmpty());
}

void TestImportPlan::missingFolder()
{
    QCOMPARE(planImport(u"/nowhere/at/all"_s).error().code, u"no_folder"_s);
}

void TestImportPlan::namesWhatCannotBeRead()
{
    const QTemporaryDir root;
    put(root, u"good.md"_s, "g");
    QVERIFY(QFile::link(u"/nowhere/at/all"_s, root.filePath(u"dangling.md"_s)));
    const auto plan = planImport(root.path());
    QVERIFY(plan);
    QCOMPARE(plan->files.size(), 1);
    QCOMPARE(plan->skipped.size(), 1);
    QCOMPARE(plan->skipped.first().relativePath, u"dangling.md"_s);
    QCOMPARE(readNote({root.filePath(u"gone.md"_s), u"gone.md"_s, {}}).error().code, u"unreadable"_s);
}

void TestImportPlan::titles_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("title");
    QTest::newRow("front matter") << "---\ntitle: Front\n---\n# Heading\n"_ba << u"Front"_s;
    QTest::newRow("no title in front matter") << "---\ntitle:\n---\n# Heading\n"_ba << u"Heading"_s;
    QTest::newRow("empty on purpose") << "---\ntitle: \"\"\n---\n# Heading\n"_ba << u""_s;
    QTest::newRow("heading") << "# Heading\n"_ba << u"Heading"_s;
    QTest::newRow("file name") << "text"_ba << u"my.page"_s;
    QTest::newRow("empty file") << ""_ba << u"my.page"_s;
}

void TestImportPlan::titles()
{
    QFETCH(QByteArray, file);
    QFETCH(QString, title);
    const auto note = noteFromFile({{}, u"x/my.page.md"_s, u"x"_s}, file, 5);
    QVERIFY(note);
    QCOMPARE(note->title, title);
    QCOMPARE(note->list, u"x"_s);
}

void TestImportPlan::timesComeFromTheFileLast()
{
    const auto bare = noteFromFile({{}, u"a.md"_s, {}}, "a", 5);
    QCOMPARE(bare->created, 5);
    QCOMPARE(bare->updated, 5);
    const auto dated = noteFromFile({{}, u"a.md"_s, {}}, "---\ndate: 1970-01-01T00:00:00.002Z\n---\n", 5);
    QCOMPARE(dated->created, 2);
    QCOMPARE(dated->updated, 5);
}

void TestImportPlan::idsOfOthersAreNotTaken()
{
    QCOMPARE(noteFromFile({{}, u"a.md"_s, {}}, "---\nid: 12\n---\n", 5)->id, QString());
    const QString id = u"01931b5e-0000-7000-8000-000000000001"_s;
    QCOMPARE(noteFromFile({{}, u"a.md"_s, {}}, "---\nid: " + id.toUtf8() + "\n---\n", 5)->id, id);
}

void TestImportPlan::bodiesThatNoServerTakes()
{
    QCOMPARE(noteFromFile({{}, u"a.md"_s, {}}, QByteArray(300 * 1024, 'a'), 5).error().code, u"too_large"_s);
}

void TestImportPlan::parents()
{
    QCOMPARE(parentList(u"a/b/c"_s, {u"a"_s}), u"a"_s);
    QCOMPARE(parentList(u"a/b/c"_s, {u"a"_s, u"a/b"_s}), u"a/b"_s);
    QCOMPARE(parentList(u"a/b"_s, {u"b"_s}), QString());
    QCOMPARE(parentList(u"a"_s, {u"a"_s}), QString());
}

QTEST_GUILESS_MAIN(TestImportPlan)
#include "tst_importplan.moc"
