// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/frontmatter.h"
#include "model/page.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

class TestPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void frontMatter();
    void textWithoutFrontMatter_data();
    void textWithoutFrontMatter();
    void tags_data();
    void tags();
    void bytesAreKept_data();
    void bytesAreKept();
    void refusesWhatIsNoText();
    void headings_data();
    void headings();
    void writtenIsReadBack();
    void times();
};

void TestPage::frontMatter()
{
    const auto page = readPage(
        "---\r\ntitle: 'It''s: here' # why\r\ntags:\r\n  - one\r\n  - \"two, three\"\r\ncreated: 2024-05-01T10:00:00Z\r\n"
        "nested:\r\n  deep: 1\r\n---\r\n# Heading\r\nText\r\n"_ba);
    QVERIFY(page);
    QCOMPARE(page->title, u"It's: here"_s);
    QCOMPARE(page->tags, QStringList({u"one"_s, u"two, three"_s}));
    QCOMPARE(page->created, 1714557600000LL);
    QCOMPARE(page->otherKeys, QStringList{u"nested"_s});
    QCOMPARE(page->body, u"# Heading\r\nText\r\n"_s);
}

void TestPage::textWithoutFrontMatter_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("empty") << ""_ba;
    QTest::newRow("plain") << "Text\n"_ba;
    QTest::newRow("a rule") << "---\n"_ba;
    QTest::newRow("prose between rules") << "---\nSome prose here.\n---\nMore\n"_ba;
    QTest::newRow("never ends") << "---\ntitle: a\ntext: b\n"_ba;
    QTest::newRow("not at the start") << "\n---\ntitle: a\n---\n"_ba;
}

void TestPage::textWithoutFrontMatter()
{
    QFETCH(QByteArray, file);
    const auto page = readPage(file);
    QVERIFY(page);
    QCOMPARE(page->body.toUtf8(), file);
    QVERIFY(!page->title);
}

void TestPage::tags_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QStringList>("tags");
    QTest::newRow("flow") << "tags: [a, \"b, c\", 'd']"_ba << QStringList{u"a"_s, u"b, c"_s, u"d"_s};
    QTest::newRow("commas") << "tags: a, b c"_ba << QStringList{u"a"_s, u"b c"_s};
    QTest::newRow("spaces") << "tags: a b"_ba << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("signs") << "tags:\n- '#keep'\n- plain"_ba << QStringList{u"#keep"_s, u"plain"_s};
    QTest::newRow("none") << "tags: []"_ba << QStringList{};
    QTest::newRow("twice") << "tags: [a, a]"_ba << QStringList{u"a"_s};
}

void TestPage::tags()
{
    QFETCH(QByteArray, line);
    QFETCH(QStringList, tags);
    const auto page = readPage("---\n" + line + "\n---\n");
    QVERIFY(page);
    QCOMPARE(page->tags, tags);
    QCOMPARE(page->body, QString());
}

void TestPage::bytesAreKept_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("CRLF") << "a\r\nb\r\n"_ba;
    QTest::newRow("mixed ends") << "a\rb\nc\r\n"_ba;
    QTest::newRow("byte order mark") << "\xEF\xBB\xBF# a\n"_ba;
    QTest::newRow("two byte order marks") << "\xEF\xBB\xBF\xEF\xBB\xBF"_ba;
    QTest::newRow("no end of line") << "a"_ba;
    QTest::newRow("blank lines") << "\n\n\n"_ba;
    QTest::newRow("beyond the first plane") << "\xF0\x9F\x8C\xBE\n"_ba;
    QTest::newRow("noncharacters") << "\xEF\xBF\xBE\xEF\xBF\xBF"_ba;
}

void TestPage::bytesAreKept()
{
    QFETCH(QByteArray, body);
    const auto alone = readPage(body);
    QVERIFY(alone);
    QCOMPARE(alone->body.toUtf8(), body);
    const auto behind = readPage("---\ntitle: a\n---\n" + body);
    QVERIFY(behind);
    QCOMPARE(behind->body.toUtf8(), body);
}

void TestPage::refusesWhatIsNoText()
{
    QCOMPARE(readPage("Gr\xFC\xDF"_ba).error().code, u"not_utf8"_s);
    QCOMPARE(readPage("cut short \xE2\x82"_ba).error().code, u"not_utf8"_s);
    QCOMPARE(readPage(QByteArray("a\0b", 3)).error().code, u"not_text"_s);
}

void TestPage::headings_data()
{
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("heading");
    QTest::newRow("first") << u"text\n# One\n## Two"_s << u"One"_s;
    QTest::newRow("closed") << u"## One ##\n"_s << u"One"_s;
    QTest::newRow("sharp") << u"# C#\r\n"_s << u"C#"_s;
    QTest::newRow("tag") << u"#tag\n"_s << QString();
    QTest::newRow("code") << u"```\n# not\n```\n# yes"_s << u"yes"_s;
    QTest::newRow("byte order mark") << u"\uFEFF# One"_s << u"One"_s;
    QTest::newRow("empty one") << u"#\n# Two"_s << u"Two"_s;
    QTest::newRow("none") << u"text"_s << QString();
}

void TestPage::headings()
{
    QFETCH(QString, body);
    QFETCH(QString, heading);
    QCOMPARE(headingOf(body), heading);
}

void TestPage::writtenIsReadBack()
{
    Page page;
    page.id = u"0193-x"_s;
    page.title = u" a \"b\" \\ c\n\t# 'd' "_s;
    page.list = u"x/y"_s;
    page.tags = {u"#a"_s, u"b, c"_s, u"\"d\""_s};
    page.pinned = true;
    page.created = 1714557600123;
    page.updated = 1714557600456;
    page.body = u"---\ntitle: not mine\n---\n\u2028"_s;
    const auto back = readPage(writePage(page));
    QVERIFY(back);
    QCOMPARE(back->id, page.id);
    QCOMPARE(back->title, page.title);
    QCOMPARE(back->list, page.list);
    QCOMPARE(back->tags, page.tags);
    QVERIFY(back->pinned);
    QCOMPARE(back->created, page.created);
    QCOMPARE(back->updated, page.updated);
    QCOMPARE(back->body, page.body);
    QVERIFY(back->otherKeys.isEmpty());
}

void TestPage::times()
{
    QCOMPARE(parseTime(u"2024-05-01T10:00:00Z"_s), 1714557600000LL);
    QCOMPARE(parseTime(u"2024-05-01 12:00:00 +0200"_s), 1714557600000LL);
    QCOMPARE(formatTime(1714557600123), u"2024-05-01T10:00:00.123Z"_s);
    QVERIFY(parseTime(u"2024-05-01"_s));
    QVERIFY(!parseTime(u"yesterday"_s));
    QVERIFY(!parseTime(u"2024-13-01"_s));
}

QTEST_GUILESS_MAIN(TestPage)
#include "tst_page.moc"
