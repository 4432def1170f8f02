// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/densetexts.h"
#include "protocol/limits.h"
#include "server/core/textshelf.h"
#include "server/core/tuning.h"
#include "storagebench.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

#include <random>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Server::StorageTests;
using namespace Qt::StringLiterals;

/// What is kept of a text, and what of it a reader gets: on each storage.
class TestTextShelf : public QObject, private StorageBench
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { rows(); }
    void init();
    void cleanup();

    void whoWasAwayGetsLittleMoreThanItLacks();
    void smallTextsHaveFewBlocks();
    void everyReaderEndsWithTheWholeText();
    void structsAreBounded();
    void sealedUpdatesStayAsTheyCame();

private:
    /// Stores an update at the next sequence.
    void add(const QByteArray &update);
    void type(quint32 position, const QString &words);
    [[nodiscard]] std::vector<TextBlock> blocks();
    /// Bytes and text for a reader that has all updates but the newest `missing`.
    [[nodiscard]] std::pair<qint64, QString> caughtUp(size_t missing);
    [[nodiscard]] qint64 bytesOfNewest(size_t count) const;

    SpaceId m_space = 0;
    TableId m_table = 0;
    TextShelf m_shelf;
    std::unique_ptr<Text::Doc> m_doc;
    std::vector<QByteArray> m_updates; ///< in the order of their sequences, from 1
    qint64 m_written = 0;              ///< bytes of merged blocks
};

void TestTextShelf::init()
{
    open();
    m_space = makeSpace("home");
    m_table = makeTable(m_space, "notes");
    put(m_space, {1'000'000, m_table, "k", "r"});
    m_doc = std::make_unique<Text::Doc>(Text::Doc::Options{.clientId = 7});
    m_updates.clear();
    m_written = 0;
}

void TestTextShelf::cleanup()
{
    close();
}

void TestTextShelf::add(const QByteArray &update)
{
    m_updates.push_back(update);
    const auto before = blocks();
    auto transaction = begin();
    need(m_shelf.add(*transaction, {m_space, m_table, "k", 1}, m_updates.size(), update));
    need(transaction->commit());
    transaction.reset();
    for (const TextBlock &block : blocks()) {
        if (block.sequence != m_updates.size() && std::ranges::find(before, block) == before.end())
            m_written += block.bytes;
    }
}

void TestTextShelf::type(quint32 position, const QString &words)
{
    const auto known = m_doc->stateVector();
    m_doc->text().insert(position, words);
    for (const QByteArray &piece : need(Text::splitUpdate(m_doc->encodeSince(known), Sheaf::Limits::textUpdateBytesMax)))
        add(piece);
}

std::vector<TextBlock> TestTextShelf::blocks()
{
    return need(begin()->textBlocks(m_table, "k", 1));
}

std::pair<qint64, QString> TestTextShelf::caughtUp(size_t missing)
{
    const size_t known = m_updates.size() - missing;
    Text::Doc reader({.clientId = 9});
    for (size_t i = 0; i < known; ++i)
        need(reader.apply(m_updates[i]));
    qint64 bytes = 0;
    need(storage().scanTexts(m_space, known, 0, [&](const TextView &text) {
        bytes += text.update.size();
        need(reader.apply(text.update));
        return true;
    }));
    return {bytes, reader.hasPending() ? u"something is missing"_s : reader.text().toString()};
}

qint64 TestTextShelf::bytesOfNewest(size_t count) const
{
    qint64 bytes = 0;
    for (size_t i = m_updates.size() - count; i < m_updates.size(); ++i)
        bytes += m_updates[i].size();
    return bytes;
}

/// A note of 600 KB, and keys that are typed into it.
void TestTextShelf::whoWasAwayGetsLittleMoreThanItLacks()
{
    type(0, QString(600'000, u'n'));
    for (quint32 key = 0; key < 1'500; ++key) {
        type(300'000 + key, u"x"_s);
        QVERIFY(blocks().size() <= Tuning::textBlocksMax);
        if (key % 97 != 96)
            continue;
        for (const size_t missing : {1, 5, 16, 30, 100, 300, 1'000}) {
            if (missing > key)
                break;
            const auto [bytes, text] = caughtUp(missing);
            QCOMPARE(text, m_doc->text().toString());
            QVERIFY2(bytes <= 2 * bytesOfNewest(missing), qPrintable(u"%1 bytes for %2 keys"_s.arg(bytes).arg(missing)));
            QVERIFY(missing > Tuning::textBlocksKept || bytes == bytesOfNewest(missing));
        }
    }
    // The note itself was never touched, and each key was merged few times.
    QVERIFY2(m_written < 15 * bytesOfNewest(1'500), qPrintable(QString::number(m_written)));
}

/// What a block costs besides its bytes is most of a small text.
void TestTextShelf::smallTextsHaveFewBlocks()
{
    type(0, u"A short line."_s);
    for (quint32 key = 0; key < 200; ++key) {
        type(5 + key, u"x"_s);
        QVERIFY(blocks().size() <= Tuning::smallTextBlocksMax);
        for (const size_t missing : {1, 4, 10, 50}) {
            if (missing > key)
                break;
            const auto [bytes, text] = caughtUp(missing);
            QCOMPARE(text, m_doc->text().toString());
            QVERIFY2(bytes <= 2 * bytesOfNewest(missing), qPrintable(u"%1 bytes for %2 keys"_s.arg(bytes).arg(missing)));
            QVERIFY(missing > Tuning::smallTextBlocksKept || bytes == bytesOfNewest(missing));
        }
    }
}

/// Several writers, large and small edits, deletes: from every cursor.
void TestTextShelf::everyReaderEndsWithTheWholeText()
{
    std::mt19937 random(4711);
    const auto below = [&random](quint32 bound) { return static_cast<quint32>(random() % bound); };
    std::vector<std::unique_ptr<Text::Doc>> writers;
    for (quint64 client = 1; client <= 3; ++client)
        writers.push_back(std::make_unique<Text::Doc>(Text::Doc::Options{.clientId = client}));
    constexpr int rounds = 240;
    for (int round = 0; round < rounds; ++round) {
        Text::Doc &writer = *writers[random() % writers.size()];
        const auto known = writer.stateVector();
        writer.transact([&] {
            Text::Text text = writer.text();
            if (below(3) == 0)
                text.remove(below(text.length() + 1), below(4'000));
            const int length = below(20) == 0 ? 9'000 : static_cast<int>(below(40));
            text.insert(below(text.length() + 1), QString(length, QChar(u'a' + round % 26)));
        });
        const QByteArray update = writer.encodeSince(known);
        add(update);
        for (const auto &other : writers) { // but for some, who hear of it later
            if (below(4) != 0 || round > rounds - 10)
                need(other->apply(round > rounds - 10 ? writer.encode() : update));
        }
        need(m_doc->apply(update));
        QVERIFY(blocks().size() <= Tuning::textBlocksMax);
        if (round % 30 != 29)
            continue;
        for (size_t missing = 0; missing <= m_updates.size(); missing += 1 + below(40)) {
            const auto [bytes, text] = caughtUp(missing);
            QCOMPARE(text, m_doc->text().toString());
            QVERIFY2(bytes <= 2 * bytesOfNewest(missing), qPrintable(u"%1 bytes for %2"_s.arg(bytes).arg(missing)));
        }
    }
    reopen();
    QCOMPARE(caughtUp(m_updates.size()).second, m_doc->text().toString());
}

void TestTextShelf::structsAreBounded()
{
    const auto hasRoom = [this](const std::vector<QByteArrayView> &updates) {
        return need(m_shelf.makeRoom(*begin(), {m_space, m_table, "k", 1}, updates));
    };
    const QByteArray nearlyAll = TextBombs::smallStructs(Text::Ref::Deleted, Sheaf::Limits::textStructsMax - 1);
    QVERIFY(nearlyAll.size() < Sheaf::Limits::textBytesMax);
    QVERIFY(hasRoom({nearlyAll}));
    add(nearlyAll);
    m_doc->text().insert(0, u"x");
    const QByteArray one = m_doc->encode();
    QVERIFY(hasRoom({one}));
    QVERIFY(!hasRoom({one, one}));
}

void TestTextShelf::sealedUpdatesStayAsTheyCame()
{
    const auto sealed = [](qsizetype bytes) { return QByteArray(8, '\xFF') + '\x7F' + QByteArray(bytes - 9, 'c'); };
    QVERIFY(m_shelf.isUpdate(sealed(66)));
    QVERIFY(!m_shelf.isUpdate(sealed(65)));
    for (quint32 key = 0; key < 300; ++key) {
        type(key, u"x"_s);
        add(sealed(70 + key));
        QVERIFY(std::ranges::count_if(blocks(), [](const TextBlock &block) { return !block.isSealed; }) <=
                static_cast<qsizetype>(Tuning::textBlocksMax));
    }
    Text::Doc reader({.clientId = 9});
    QList<qsizetype> sizes;
    need(storage().scanTexts(m_space, 0, 0, [&](const TextView &text) {
        if (text.isSealed)
            sizes.append(text.update == sealed(text.update.size()) ? text.update.size() : -1);
        else
            need(reader.apply(text.update));
        return true;
    }));
    QCOMPARE(reader.text().toString(), QString(300, u'x'));
    QCOMPARE(sizes.size(), 300);
    for (qsizetype i = 0; i < sizes.size(); ++i)
        QCOMPARE(sizes[i], 70 + i);
    // They count, though nothing makes them smaller.
    const QByteArray large = sealed(Sheaf::Limits::textUpdateBytesMax);
    const auto hasRoom = [&] { return need(m_shelf.makeRoom(*begin(), {m_space, m_table, "k", 1}, {large})); };
    int added = 0;
    for (; hasRoom(); ++added)
        add(large);
    QCOMPARE(added, 63); // 64 would be all of the 8 MiB
}

QTEST_GUILESS_MAIN(TestTextShelf)
#include "tst_textshelf.moc"
