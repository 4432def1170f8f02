// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/packing.h"
#include "support/longpast.h"
#include "text/updatealgebra.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// How bytes are packed for files.
class TestPacking : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatPaysIsPacked();
    void aLongPastIsPackedAsDifferences();
    void proseIsPackedAsItIs();
    void whatWouldNotComeBackIsPackedAsItIs();
    void whatDoesNotPayStays_data();
    void whatDoesNotPayStays();
    void damagedBytesAreAnError_data();
    void damagedBytesAreAnError();

private:
    static QByteArray alike(qsizetype size) { return QByteArray("0123456789").repeated(size / 10 + 1).first(size); }
    static QByteArray random(qsizetype size)
    {
        QRandomGenerator dice(1);
        QByteArray bytes(size, Qt::Uninitialized);
        for (char &byte : bytes)
            byte = static_cast<char>(dice.bounded(256));
        return bytes;
    }
};

void TestPacking::whatPaysIsPacked()
{
    Packing packing;
    for (const qsizetype size : {Packing::packAboveBytes + 1, qsizetype(100'000), Packing::unpackedBytesMax}) {
        const QByteArray bytes = alike(size);
        const QByteArray kept = packing.pack(bytes).toByteArray();
        QVERIFY(kept.size() < size / 10);
        const auto unpacked = packing.unpack(kept, size);
        QVERIFY(unpacked);
        QVERIFY(*unpacked == bytes);
    }
}

void TestPacking::aLongPastIsPackedAsDifferences()
{
    Packing packing;
    const QByteArray update = updateWithLongPast(500);
    const QByteArray kept = packing.pack(update).toByteArray();
    QCOMPARE(kept.front(), char(Text::Format::V2));
    QVERIFY2(kept.size() < update.size() / 10, qPrintable(u"%1 of %2"_s.arg(kept.size()).arg(update.size())));
    QVERIFY(*packing.unpack(kept, update.size()) == update);
    // A document reads it as it lies there.
    const auto stored = packing.unpackStored(kept, update.size());
    QVERIFY(stored);
    QCOMPARE(stored->format, Text::Format::V2);
    Text::Doc doc({.clientId = 1});
    QVERIFY(doc.apply(stored->update, stored->format));
    QCOMPARE(doc.encode(), update);
}

void TestPacking::proseIsPackedAsItIs()
{
    Packing packing;
    const QByteArray update = Text::seedUpdate(alike(5'000));
    const QByteArray kept = packing.pack(update).toByteArray();
    QCOMPARE(kept.front(), char(Text::Format::V1));
    QVERIFY(*packing.unpack(kept, update.size()) == update);
    QCOMPARE(packing.unpackStored(kept, update.size())->format, Text::Format::V1);
}

/// Other programs may write numbers longer than they have to, and these bytes are known by what they are.
void TestPacking::whatWouldNotComeBackIsPackedAsItIs()
{
    Packing packing;
    const QByteArray update = updateWithLongPast(500);
    QVERIFY(static_cast<quint8>(update.front()) < 0x80);
    const QByteArray longer = char(update.front() | 0x80) + QByteArray(1, '\0') + update.mid(1);
    QVERIFY(Text::convertUpdate(longer, Text::Format::V1, Text::Format::V2));
    const QByteArray kept = packing.pack(longer).toByteArray();
    QCOMPARE(kept.front(), char(Text::Format::V1));
    QVERIFY(*packing.unpack(kept, longer.size()) == longer);
}

void TestPacking::whatDoesNotPayStays_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("small") << alike(Packing::packAboveBytes);
    QTest::newRow("of chance") << random(50'000);
    // zstd makes a sixth of it disappear, which is less than a quarter.
    QTest::newRow("nearly of chance") << random(50'000) + alike(10'000);
    QTest::newRow("larger than is unpacked") << alike(Packing::unpackedBytesMax + 1);
}

void TestPacking::whatDoesNotPayStays()
{
    QFETCH(QByteArray, bytes);
    Packing packing;
    const QByteArrayView kept = packing.pack(bytes);
    QCOMPARE(kept.size(), bytes.size());
    QVERIFY(kept == bytes);
    const auto unpacked = packing.unpack(kept, bytes.size());
    QVERIFY(unpacked);
    QVERIFY(*unpacked == bytes);
}

void TestPacking::damagedBytesAreAnError_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("v1") << alike(5'000) + random(500);
    QTest::newRow("v2") << updateWithLongPast(200);
}

void TestPacking::damagedBytesAreAnError()
{
    QFETCH(QByteArray, bytes);
    Packing packing;
    const QByteArray kept = packing.pack(bytes).toByteArray();
    const qint64 size = bytes.size();
    QVERIFY(kept.size() < size);
    const auto isRefused = [&packing](const QByteArray &damaged, qint64 damagedSize) {
        const auto unpacked = packing.unpack(damaged, damagedSize);
        return !unpacked && unpacked.error().code == u"database_damaged"_s;
    };
    for (const qint64 wrong : {size - 1, size + 1, kept.size() - qint64(1), qint64(0), qint64(-1),
                               qint64(Packing::unpackedBytesMax) + 1, std::numeric_limits<qint64>::max()})
        QVERIFY2(isRefused(kept, wrong), qPrintable(QString::number(wrong)));
    QVERIFY(isRefused({}, size));
    QVERIFY(isRefused(kept.first(kept.size() - 1), size));
    QVERIFY(isRefused(random(kept.size()), size));
    for (qsizetype i = 0; i < kept.size(); ++i) { // whatever comes of it, it has the size
        QByteArray damaged = kept;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
        [[maybe_unused]] const auto stored = packing.unpackStored(damaged, size);
        const auto unpacked = packing.unpack(damaged, size);
        QVERIFY(unpacked ? unpacked->size() == size : unpacked.error().code == u"database_damaged"_s);
    }
}

QTEST_GUILESS_MAIN(TestPacking)
#include "tst_packing.moc"
