// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"
#include "protocol/codec.h"
#include "protocol/framing.h"
#include "samples.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <algorithm>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The vectors of tests/data, which reader.py reads by PROTOCOL.md alone, against the codec.
/// What they say may change only together with the version of the protocol.
class TestVectors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messagesAreTheGoldenOnes();
    void messagesAreRefused_data() { rows("refused"); }
    void messagesAreRefused();
    void framesAreRead_data() { rows("frames"); }
    void framesAreRead();
    void digestsAreTheGoldenOnes();

private:
    static QJsonObject load(const char *name)
    {
        QFile file(QStringLiteral(VECTORS "/%1.json").arg(QLatin1StringView(name)));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read the vectors");
        return QJsonDocument::fromJson(file.readAll()).object();
    }
    static QByteArray bytes(const QJsonValue &hex) { return QByteArray::fromHex(hex.toString().toLatin1()); }
    static void rows(const char *name)
    {
        QTest::addColumn<QJsonObject>("vector");
        const QJsonObject all = load(name);
        for (auto it = all.begin(); it != all.end(); ++it)
            QTest::newRow(qPrintable(it.key())) << it->toObject();
    }
};

void TestVectors::messagesAreTheGoldenOnes()
{
    const QJsonObject golden = load("messages");
    const QMap<QString, Message> samples = sampleMessages();
    QCOMPARE(golden.keys(), QStringList(samples.keys()));
    for (auto it = samples.begin(); it != samples.end(); ++it) {
        const QJsonValue hex = golden[it.key()].toObject()["hex"_L1];
        QCOMPARE(QString::fromLatin1(encodeMessage(*it).toHex()), hex.toString());
        const auto decoded = decodeMessage(bytes(hex));
        QVERIFY2(decoded && *decoded == *it, qPrintable(it.key()));
    }
}

void TestVectors::messagesAreRefused()
{
    QFETCH(QJsonObject, vector);
    const auto decoded = decodeMessage(bytes(vector["hex"_L1]));
    QVERIFY(!decoded);
    QCOMPARE(decoded.error().code, vector["code"_L1].toString());
}

void TestVectors::framesAreRead()
{
    QFETCH(QJsonObject, vector);
    const QJsonArray frames = vector["frames"_L1].toArray();
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    assembler.setCompression(builtinCompressions().constFirst());
    std::optional<QByteArray> message;
    for (const QJsonValue &frame : frames) {
        QVERIFY2(!message, "a message ends with its last frame");
        auto taken = assembler.take(bytes(frame));
        if (!taken) {
            QVERIFY2(!vector.contains("message"_L1), qPrintable(taken.error().message));
            return;
        }
        message = *std::move(taken);
    }
    QVERIFY(message && vector.contains("message"_L1));
    QCOMPARE(*message, bytes(vector["message"_L1]));
}

void TestVectors::digestsAreTheGoldenOnes()
{
    const QJsonObject golden = load("digests");
    const QJsonArray rows = golden["rows"_L1].toArray();
    SpaceDigest digest;
    for (const QJsonValue &row : rows) {
        const QJsonObject columns = row["columns"_L1].toObject();
        std::vector<NamedColumn> named;
        for (auto it = columns.begin(); it != columns.end(); ++it)
            named.push_back({it->toString().toUtf8(), it.key().toUInt()});
        std::ranges::sort(named, {}, &NamedColumn::name);
        const QByteArray encoded = bytes(row["record"_L1]);
        RowRecord record;
        QVERIFY(decodeRecord(encoded, record));
        digest.add(fingerprint(row["table"_L1].toString().toUtf8(), bytes(row["key"_L1]), clockOf(record), named));
    }
    QCOMPARE(digest.totalBytes().toHex(), golden["total"_L1].toString().toLatin1());
    const QByteArray sums = digest.toBytes();
    const QJsonObject buckets = golden["buckets"_L1].toObject();
    for (int i = 0; i < SpaceDigest::bucketCount; ++i) {
        const QString expected = buckets[QString::number(i)].toString(QString(32, u'0'));
        QCOMPARE(sums.sliced(16 * i, 16).toHex(), expected.toLatin1());
    }
}

QTEST_GUILESS_MAIN(TestVectors)
#include "tst_vectors.moc"
