// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/framing.h"
#include "protocol/limits.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

QByteArray noise(qsizetype size)
{
    std::mt19937 random(2);
    QByteArray bytes(size, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

std::shared_ptr<const Compression> zstd()
{
    return builtinCompressions().constFirst();
}

} // namespace

class TestFraming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesComeBackAsTheyWere_data();
    void messagesComeBackAsTheyWere();
    void strangersMaySendLittle();
    void brokenFramesAreErrors();
    void nothingIsUnpackedBeforeItIsAgreed();
    void crumbsAreRefused();
    void bombsAreDefused();
    void whatPacksWellIsPackedAndStaysWithinTheRatio();
};

void TestFraming::messagesComeBackAsTheyWere_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<bool>("compress");
    for (const bool compress : {false, true}) {
        QTest::addRow("small %d", compress) << QByteArray("x") << compress;
        QTest::addRow("text %d", compress) << QByteArray("the same again ").repeated(2000) << compress;
        QTest::addRow("noise %d", compress) << noise(300'000) << compress;
        QTest::addRow("zeros %d", compress) << QByteArray(Limits::messageBytesMax, '\0') << compress;
        QTest::addRow("frame %d", compress) << noise(Limits::frameBytesMax - 1) << compress;
    }
}

void TestFraming::messagesComeBackAsTheyWere()
{
    QFETCH(QByteArray, message);
    QFETCH(bool, compress);
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    assembler.setCompression(zstd());
    const QList<QByteArray> frames = *frameMessage(message, compress ? zstd().get() : nullptr);
    for (qsizetype i = 0; i < frames.size(); ++i) {
        QVERIFY(frames[i].size() <= Limits::frameBytesMax);
        const auto taken = assembler.take(frames[i]);
        QVERIFY(taken);
        QCOMPARE(taken->has_value(), i + 1 == frames.size());
        if (taken->has_value())
            QCOMPARE(**taken, message);
    }
}

void TestFraming::strangersMaySendLittle()
{
    FrameAssembler assembler;
    QVERIFY(!assembler.take(frameMessage(noise(5000)).first()));
    FrameAssembler drip; // not in many small frames either
    bool refused = false;
    for (int i = 0; i < 10 && !refused; ++i)
        refused = !drip.take(QByteArray(1, '\0') + noise(1000));
    QVERIFY(refused);
}

void TestFraming::brokenFramesAreErrors()
{
    for (const char *hex : {"", "01", "04ff", "03", "0305", "03ffffffffffffffffffff01", "0305aabbcc", "030503aabbcc"}) {
        FrameAssembler assembler;
        assembler.setWelcomed(true);
        assembler.setCompression(zstd());
        QVERIFY2(!assembler.take(QByteArray::fromHex(hex)), hex);
    }
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    assembler.setCompression(zstd());
    QVERIFY(assembler.take(QByteArray::fromHex("00aa")));
    QVERIFY(!assembler.take(QByteArray::fromHex("03aa"))); // compression is said in the first frame
}

void TestFraming::nothingIsUnpackedBeforeItIsAgreed()
{
    const QList<QByteArray> frames = *frameMessage(QByteArray("the same again ").repeated(100), zstd().get());
    QCOMPARE(frames.size(), 1);
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    QVERIFY(!assembler.take(frames[0]));
    FrameAssembler agreed;
    agreed.setWelcomed(true);
    agreed.setCompression(zstd());
    QVERIFY(agreed.take(frames[0]));
}

void TestFraming::crumbsAreRefused()
{
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    for (int message = 0; message < 3; ++message) { // the count begins anew with each message
        for (int i = 1; i < Limits::framesPerMessageMax; ++i)
            QVERIFY(assembler.take(QByteArray::fromHex("00aa")));
        QVERIFY(assembler.take(QByteArray::fromHex("01aa")));
    }
    for (int i = 0; i < Limits::framesPerMessageMax; ++i)
        QVERIFY(assembler.take(QByteArray::fromHex("00aa")));
    QVERIFY(!assembler.take(QByteArray::fromHex("01aa")));
}

void TestFraming::whatPacksWellIsPackedAndStaysWithinTheRatio()
{
    for (const qsizetype size : {513, 4000, 65'536, 300'001, 1024 * 1024}) {
        const QList<QByteArray> frames = *frameMessage(QByteArray(size, 'z'), zstd().get());
        qsizetype sent = 0;
        FrameAssembler assembler;
        assembler.setWelcomed(true);
        assembler.setCompression(zstd());
        for (const QByteArray &frame : frames) {
            sent += frame.size();
            const auto taken = assembler.take(frame);
            QVERIFY(taken);
            if (taken->has_value())
                QCOMPARE(**taken, QByteArray(size, 'z'));
        }
        QVERIFY2(sent <= size / Limits::compressionRatioMax + 32, qPrintable(QString::number(sent)));
    }
}

void TestFraming::bombsAreDefused()
{
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    assembler.setCompression(zstd());
    // Declares a megabyte behind a few bytes.
    const auto bomb = assembler.take(QByteArray::fromHex("0380804004aabbccdd"));
    QVERIFY(!bomb);
    QCOMPARE(bomb.error().code, u"too_large"_s);
}

QTEST_GUILESS_MAIN(TestFraming)
#include "tst_framing.moc"
