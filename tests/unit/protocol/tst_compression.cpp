// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/framing.h"
#include "protocol/limits.h"
#include "turnedcompression.h"

#include <QtTest>

#include <cstring>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// What an app's own compression can do to its connection, and what it cannot.
class TestCompression : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesGoThroughIt();
    void theFirstThatBothKnowIsUsed();
    void namesThatNobodyMayHaveAreNotOffered();
    void whatItPacksTooWellStaysWithinTheRatio();
    void whatDoesNotPayGoesPlain();
    void whatLiesAboutSizesIsRefused_data();
    void whatLiesAboutSizesIsRefused();
    void whatThrowsIsAnError();
    void nothingTooLargeComesToIt();

private:
    static FrameAssembler agreed(const std::shared_ptr<const Compression> &compression)
    {
        FrameAssembler assembler;
        assembler.setWelcomed(true);
        assembler.setCompression(compression);
        return assembler;
    }
    QByteArray m_message = QByteArray("0123456789").repeated(100);
};

void TestCompression::messagesGoThroughIt()
{
    const auto turned = std::make_shared<TurnedCompression>();
    const auto frames = frameMessage(m_message, turned.get());
    QVERIFY(frames);
    QCOMPARE(frames->size(), 1);
    QVERIFY(frames->constFirst().size() < m_message.size() / 2 + 8);
    QCOMPARE(**agreed(turned).take(frames->constFirst()), m_message);
    QVERIFY(!agreed(builtinCompressions().constFirst()).take(frames->constFirst()));
}

void TestCompression::theFirstThatBothKnowIsUsed()
{
    Compressions all = builtinCompressions();
    QCOMPARE(namesOf(all), QList<QByteArray>{"zstd"});
    all.append(std::make_shared<TurnedCompression>());
    QCOMPARE(namesOf(all), (QList<QByteArray>{"zstd", "turned"}));
    QCOMPARE(chooseCompression(all, {"other", "turned", "zstd"})->name(), "turned");
    QCOMPARE(compressionNamed(all, "zstd"), all[0]);
    QVERIFY(!chooseCompression(all, {"other"}));
    QVERIFY(!chooseCompression({}, {"zstd"}));
    QVERIFY(!compressionNamed(all, ""));
}

void TestCompression::namesThatNobodyMayHaveAreNotOffered()
{
    Compressions many;
    for (const QByteArray &name : {QByteArray(), QByteArray(129, 'x'), QByteArray("a"), QByteArray("a")})
        many.append(std::make_shared<TurnedCompression>(name));
    QCOMPARE(namesOf(many), QList<QByteArray>{"a"});
    for (int i = 0; i < 20; ++i)
        many.append(std::make_shared<TurnedCompression>(QByteArray::number(i)));
    QCOMPARE(namesOf(many).size(), Limits::compressionsPerHelloMax);
}

void TestCompression::whatItPacksTooWellStaysWithinTheRatio()
{
    TurnedCompression magic;
    magic.onCompress = [](QByteArrayView) { return QByteArray("x"); };
    magic.onDecompress = [this](QByteArrayView packed, std::span<char> message) -> qsizetype {
        if (packed != "x")
            return -1;
        std::memcpy(message.data(), m_message.constData(), message.size());
        return m_message.size();
    };
    const auto shared = std::make_shared<TurnedCompression>(magic);
    const auto frames = frameMessage(m_message, shared.get());
    QVERIFY(frames->constFirst().size() >= m_message.size() / Limits::compressionRatioMax);
    const auto taken = agreed(shared).take(frames->constFirst());
    QVERIFY2(taken, qPrintable(taken ? QString() : taken.error().message));
    QCOMPARE(**taken, m_message);
}

void TestCompression::whatDoesNotPayGoesPlain()
{
    TurnedCompression loose;
    for (const qsizetype size : {qsizetype(0), m_message.size(), 3 * m_message.size()}) {
        loose.onCompress = [size](QByteArrayView) { return QByteArray(size, 'y'); };
        QCOMPARE(*frameMessage(m_message, &loose), frameMessage(m_message));
    }
    loose.onCompress = [](QByteArrayView) -> QByteArray { throwSomething(); };
    QCOMPARE(*frameMessage("small", &loose), frameMessage("small")); // is not asked
}

void TestCompression::whatLiesAboutSizesIsRefused_data()
{
    QTest::addColumn<qsizetype>("said");
    const QList<qsizetype> lies{-1, 0, m_message.size() - 1, m_message.size() + 1, PTRDIFF_MAX, PTRDIFF_MIN};
    for (const qsizetype said : lies)
        QTest::addRow("%lld", qint64(said)) << said;
}

void TestCompression::whatLiesAboutSizesIsRefused()
{
    QFETCH(qsizetype, said);
    const auto liar = std::make_shared<TurnedCompression>();
    liar->onDecompress = [said](QByteArrayView, std::span<char>) { return said; };
    const auto taken = agreed(liar).take(frameMessage(m_message, liar.get())->constFirst());
    QVERIFY(!taken);
    QCOMPARE(taken.error().code, u"bad_frame"_s);
}

void TestCompression::whatThrowsIsAnError()
{
    const auto broken = std::make_shared<TurnedCompression>();
    const QByteArray packed = frameMessage(m_message, broken.get())->constFirst();
    broken->onCompress = [](QByteArrayView) -> QByteArray { throwSomething(); };
    broken->onDecompress = [](QByteArrayView, std::span<char>) -> qsizetype { throw 5; };
    const auto framed = frameMessage(m_message, broken.get());
    QVERIFY(!framed);
    QCOMPARE(framed.error().code, u"compression_failed"_s);
    const auto taken = agreed(broken).take(packed);
    QVERIFY(!taken);
    QCOMPARE(taken.error().code, u"compression_failed"_s);
}

/// Limits are looked at before: a compression that would unpack a bomb is not asked.
void TestCompression::nothingTooLargeComesToIt()
{
    int asked = 0;
    const auto eager = std::make_shared<TurnedCompression>();
    eager->onDecompress = [&asked](QByteArrayView, std::span<char> message) {
        ++asked;
        return static_cast<qsizetype>(message.size());
    };
    for (const char *hex : {"030903aabbcc", "031903aabbcc", "03808080400464646464"}) // 9 of 3 is within the ratio
        static_cast<void>(agreed(eager).take(QByteArray::fromHex(hex)));
    QCOMPARE(asked, 1);
}

QTEST_GUILESS_MAIN(TestCompression)
#include "tst_compression.moc"
