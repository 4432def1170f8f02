// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "jsonvalues.h"
#include "shared.h"
#include "text/columns.h"
#include "text/doc.h"
#include "text/relativejson.h"
#include "text/updatealgebra.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

/// Bytes recorded from yjs 13.6.33 must come out the same.
class TestTextFixtures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QFile file(sharedFile(u"yjs-fixtures.json"_s));
        if (file.fileName().isEmpty() || !file.open(QIODevice::ReadOnly))
            QSKIP("yjs-fixtures.json is not there");
        m_fixtures = QJsonDocument::fromJson(file.readAll()).object();
    }

    void documents()
    {
        for (const QJsonValue value : m_fixtures.value(u"docs"_s).toArray()) {
            const QJsonObject one = value.toObject();
            const QByteArray name = one.value(u"name"_s).toString().toUtf8();
            for (const Format format : {Format::V1, Format::V2}) {
                const QByteArray own = hex(one, format == Format::V1 ? u"v1"_s : u"v2"_s);
                Doc doc({99, true, true});
                QVERIFY2(doc.apply(own, format), name.constData());
                QCOMPARE(doc.check(), QString());
                QCOMPARE(doc.text().toString(), one.value(u"text"_s).toString());
                QVERIFY2(joined(doc.text().toDelta()) == joined(Sheaf::TextBridge::toDelta(one.value(u"delta"_s).toArray())),
                         name.constData());
                // A live undo stack keeps items apart and uncollected; who loads such a state joins them.
                if (name.startsWith("undo"))
                    continue;
                QVERIFY2(doc.encode(Format::V1) == hex(one, u"v1"_s), name.constData());
                QVERIFY2(doc.encode(Format::V2) == hex(one, u"v2"_s), name.constData());
                QVERIFY2(writeStateVector(doc.stateVector()) == hex(one, u"sv"_s), name.constData());
                QVERIFY2(writeSnapshot(doc.snapshot(), Format::V1) == hex(one, u"snapshot1"_s), name.constData());
                QVERIFY2(writeSnapshot(doc.snapshot(), Format::V2) == hex(one, u"snapshot2"_s), name.constData());
            }
        }
    }

    void increments()
    {
        for (const QJsonValue value : m_fixtures.value(u"docs"_s).toArray()) {
            const QJsonObject one = value.toObject();
            const QByteArray name = one.value(u"name"_s).toString().toUtf8();
            for (const Format format : {Format::V1, Format::V2}) {
                Doc doc({99, true, true});
                const QJsonArray updates = one.value(format == Format::V1 ? u"updates"_s : u"updatesV2"_s).toArray();
                // Backwards, so that all but the last wait for others.
                for (qsizetype i = updates.size(); i-- > 0;)
                    QVERIFY2(doc.apply(QByteArray::fromHex(updates[i].toString().toLatin1()), format), name.constData());
                QCOMPARE(doc.check(), QString());
                QCOMPARE(doc.text().toString(), one.value(u"text"_s).toString());
                if (one.value(u"clients"_s).toArray().size() == 1 && !name.startsWith("undo"))
                    QVERIFY2(doc.encode() == hex(one, u"v1"_s), name.constData());
            }
            const auto converted = convertUpdate(hex(one, u"v1"_s), Format::V1, Format::V2);
            QVERIFY(converted.has_value());
            Doc direct({99, true, true});
            Doc indirect({99, true, true});
            QVERIFY(direct.apply(hex(one, u"v1"_s)));
            QVERIFY2(indirect.apply(*converted, Format::V2), name.constData());
            QVERIFY2(indirect.encode(Format::V2) == direct.encode(Format::V2), name.constData());
        }
    }

    void relativePositions()
    {
        Doc doc({7, true, true});
        doc.text().insert(0, u"hello");
        for (const QJsonValue value : m_fixtures.value(u"relpos"_s).toArray()) {
            const QJsonObject one = value.toObject();
            const auto index = static_cast<quint32>(one.value(u"index"_s).toInt());
            const QByteArray bytes = doc.relativePosition(doc.text(), index, one.value(u"assoc"_s).toInt());
            QCOMPARE(bytes.toHex(), one.value(u"hex"_s).toString().toLatin1());
            const auto back = doc.absolutePosition(doc.text(), bytes);
            QVERIFY(back && *back);
            QCOMPARE(**back, index);
            QJsonObject json = one.value(u"json"_s).toObject();
            QCOMPARE(relativeFromJson(json), bytes);
            if (json.contains(u"item"_s))
                json.remove(u"tname"_s); // which the item says
            QCOMPARE(relativeToJson(bytes), json);
        }
    }

    void primitives()
    {
        const QJsonArray recorded = m_fixtures.value(u"lib0"_s).toArray();
        QCOMPARE(recorded.size(), 48);
        for (const QJsonValue &entry : recorded) {
            const QString name = entry[u"name"_s].toString();
            const QJsonValue value = entry[u"value"_s];
            const QByteArray bytes = hex(entry.toObject(), u"hex"_s);
            ByteReader in(bytes);
            ByteWriter out;
            ByteWriter again;
            if (name == u"varUint") {
                out.varUint(static_cast<quint64>(value.toInteger()));
                again.varUint(in.varUint());
            } else if (name == u"varInt") {
                out.varInt(static_cast<quint64>(std::abs(value.toInteger())), value.toInteger() < 0 || value.isString());
                const ByteReader::Signed number = in.varInt();
                again.varInt(number.magnitude, number.negative);
            } else if (name == u"varString") {
                const QString text = value.toString();
                out.varString(text.startsWith(u"lone surrogate") ? QString(QChar(0xD83D)) : text);
                again.varString(in.varString());
            } else {
                QCOMPARE(name, u"any"_s);
                out.any(valueOf(value.toString()));
                again.any(in.any());
            }
            QCOMPARE(out.bytes().toByteArray().toHex(), bytes.toHex());
            QVERIFY2(in.ok() && in.atEnd(), bytes.toHex().constData());
            QCOMPARE(again.bytes().toByteArray().toHex(), bytes.toHex());
        }
    }

    void columns()
    {
        for (const QJsonValue value : m_fixtures.value(u"column"_s).toArray()) {
            const QJsonObject one = value.toObject();
            const QString kind = one.value(u"kind"_s).toString();
            RleWriter rle;
            UintOptRleWriter uints;
            IntDiffOptRleWriter diffs;
            StringColumnWriter strings;
            for (const QJsonValue entry : one.value(u"vals"_s).toArray()) {
                rle.write(static_cast<quint8>(entry.toInt()));
                uints.write(static_cast<quint64>(entry.toInteger()));
                diffs.write(static_cast<quint64>(entry.toInteger()));
                strings.write(entry.toString());
            }
            const QByteArray got = kind == u"rle8"            ? rle.finish().toByteArray()
                                   : kind == u"uintOptRle"    ? uints.finish().toByteArray()
                                   : kind == u"intDiffOptRle" ? diffs.finish().toByteArray()
                                                              : strings.finish();
            QCOMPARE(got.toHex(), one.value(u"hex"_s).toString().toLatin1());
        }
    }

private:
    /// A value as the fixtures write it down: JSON, or what JSON lacks.
    static Value valueOf(const QString &text)
    {
        if (text == u"undefined")
            return {};
        if (text == u"NaN")
            return Value(std::numeric_limits<double>::quiet_NaN());
        if (text == u"-0")
            return Value(-0.0);
        if (text.startsWith(u"bigint "))
            return Value(text.sliced(7).toLongLong());
        if (text.startsWith(u"bytes "))
            return Value(QByteArray::fromHex(text.sliced(6).toLatin1()));
        return fromJson(text).value();
    }
    /// yjs begins anew at each format, also where nothing changes.
    static Delta joined(const Delta &delta)
    {
        Delta result;
        for (const DeltaOp &op : delta) {
            if (op.kind == DeltaOp::Insert && !result.empty() && result.back().kind == DeltaOp::Insert &&
                result.back().attributes == op.attributes)
                result.back().text += op.text;
            else
                result.push_back(op);
        }
        return result;
    }
    static QByteArray hex(const QJsonObject &one, const QString &key)
    {
        return QByteArray::fromHex(one.value(key).toString().toLatin1());
    }
    QJsonObject m_fixtures;
};

QTEST_GUILESS_MAIN(TestTextFixtures)
#include "tst_textfixtures.moc"
