// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/exporter.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

class TestFileNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void safeNames_data();
    void safeNames();
    void longNamesAreCutBetweenCharacters();
    void pathsAreUnique();
    void foldersComeFromLists();
};

void TestFileNames::safeNames_data()
{
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << u"Milk & honey"_s << u"Milk & honey"_s;
    QTest::newRow("separators") << u"a/b\\c:d"_s << u"a b c d"_s;
    QTest::newRow("lines") << u"a\n\tb"_s << u"a b"_s;
    QTest::newRow("up") << u"../../etc/passwd"_s << u"etc passwd"_s;
    QTest::newRow("hidden") << u".profile"_s << u"profile"_s;
    QTest::newRow("ends") << u"a. . "_s << u"a"_s;
    QTest::newRow("device") << u"CON"_s << u"_CON"_s;
    QTest::newRow("device with extension") << u"lpt1.txt"_s << u"_lpt1.txt"_s;
    QTest::newRow("nothing") << u" ./ "_s << u"Untitled"_s;
    QTest::newRow("script") << u"日本語"_s << u"日本語"_s;
}

void TestFileNames::safeNames()
{
    QFETCH(QString, title);
    QFETCH(QString, name);
    QCOMPARE(safeFileName(title), name);
}

void TestFileNames::longNamesAreCutBetweenCharacters()
{
    const QString name = safeFileName(QString::fromUtf8("\xF0\x9F\x8C\xBE").repeated(100));
    QVERIFY(name.toUtf8().size() <= 120);
    QVERIFY(!name.back().isHighSurrogate());
}

void TestFileNames::pathsAreUnique()
{
    UniquePaths paths;
    paths.reserveFolder(u"work/Plan.md"_s);
    QCOMPARE(paths.take(u"work"_s, u"plan"_s), u"work/plan 2.md"_s);
    QCOMPARE(paths.take(u"work"_s, u"Plan"_s), u"work/Plan 3.md"_s);
    QCOMPARE(paths.take(u""_s, u"Plan"_s), u"Plan.md"_s);
    QCOMPARE(paths.take(u""_s, u"Plan 2"_s), u"Plan 2.md"_s);
    QCOMPARE(paths.take(u""_s, u"PLAN"_s), u"PLAN 3.md"_s);
}

void TestFileNames::foldersComeFromLists()
{
    ExportPlan plan;
    ExportedNote note;
    note.page.body = u"# Title\n"_s;
    note.list = u"a: b/c"_s;
    note.title = u"Title"_s;
    const auto file = plan.fileFor(note);
    QCOMPARE(file.relativePath, u"a b/c/Title.md"_s);
    QVERIFY(file.bytes.contains("list: \"a: b/c\"\n"));
    QVERIFY(!file.bytes.contains("title:"));
    note.page.body = u"text"_s;
    QVERIFY(plan.fileFor(note).bytes.contains("title: \"Title\"\n"));
}

QTEST_GUILESS_MAIN(TestFileNames)
#include "tst_filenames.moc"
