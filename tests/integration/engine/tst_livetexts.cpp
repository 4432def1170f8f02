// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "cable.h"
#include "engine/textdocument.h"
#include "twodevices.h"

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

/// Somebody who types into page 1 of a device, at a caret that stays with what was typed.
class Typist
{
public:
    Typist(Device &device, const QString &name) : m_device(device), m_name(name) { open(); }

    void open()
    {
        m_document = std::make_unique<TextDocument>();
        m_document->setEngine(&m_device.engine());
        m_document->setTable(u"pages"_s);
        m_document->setColumn(u"body"_s);
        m_document->setKey({u"1"_s});
        if (!QTest::qWaitFor([&] { return m_document->isLoaded(); }, patienceMs))
            qFatal("the text cannot be opened: %s", qUtf8Printable(m_document->errorText()));
        QObject::connect(m_document.get(), &TextDocument::edited, m_document.get(),
                         [this](const Text::Delta &delta, TextDocument::Author author) {
                             m_seen.append(m_document->text());
                             if (author == TextDocument::Author::Others)
                                 m_caret = static_cast<int>(Text::positionAfter(delta, static_cast<quint32>(m_caret), true));
                         });
    }
    void close() { m_document.reset(); }
    void moveTo(int position) { m_caret = position; }
    /// One key; every fifth is a backspace.
    void key() { press(m_keys % 5 == 0 ? m_name + QString::number(m_keys + 1) : u"."_s); }
    /// The same with letters of which each is typed once, from `first` on.
    void letter(char16_t first) { press(QChar(static_cast<char16_t>(first + m_keys))); }

    [[nodiscard]] TextDocument &document() { return *m_document; }
    [[nodiscard]] QString typed() const { return m_typed; }
    /// The text after each change.
    [[nodiscard]] const QStringList &seen() const { return m_seen; }
    [[nodiscard]] QString stored() { return m_device.value(u"SELECT body FROM pages WHERE id = '1'"_s).toString(); }

private:
    void press(const QString &key)
    {
        if (++m_keys % 5 == 0) {
            m_document->replace(m_caret - 1, 1, {});
            m_typed.chop(1);
            --m_caret;
            return;
        }
        m_document->replace(m_caret, 0, key);
        m_typed += key;
        m_caret += static_cast<int>(key.size());
    }

    Device &m_device;
    QString m_name;
    std::unique_ptr<TextDocument> m_document;
    QString m_typed;
    QStringList m_seen;
    int m_caret = 0;
    int m_keys = 0;
};

} // namespace

/// One text on two devices and a real server, written on both at once.
class TestLiveTexts : public TwoDevices
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        TwoDevices::init();
        connectBoth();
        a->write(u"INSERT INTO pages(id, body) VALUES('1', ?)"_s, {u"start end"_s});
        QTRY_COMPARE_WITH_TIMEOUT(b->value(u"SELECT count(*) FROM pages"_s).toInt(), 1, patienceMs);
    }

    void keysAreSeenOnTheOtherSide()
    {
        Typist one(*a, u"A"_s);
        Typist other(*b, u"B"_s);
        one.moveTo(6);
        other.moveTo(9);
        for (int i = 0; i < 20; ++i) {
            one.key();
            other.key();
            QTest::qWait(1);
        }
        verifyEqual(one, other);
        QCOMPARE(one.document().text(), u"start "_s + one.typed() + u"end"_s + other.typed());
    }

    /// The network goes away in the middle of fast typing on both sides, twice, and at different times.
    void aPulledNetworkLosesNothing()
    {
        Cable toOne(server->url());
        Cable toOther(server->url());
        a->engine().connectToServer(toOne.url(), tokenA);
        b->engine().connectToServer(toOther.url(), tokenB);
        verifyProven();
        Typist one(*a, u"A"_s);
        Typist other(*b, u"B"_s);
        one.moveTo(6);
        other.moveTo(6); // both at one place
        for (int i = 0; i < 600; ++i) {
            one.letter(u'\u4e00');
            if (i % 3 != 0)
                other.letter(u'\u6000');
            if (i % 300 == 50)
                toOne.pull();
            if (i % 300 == 100)
                toOther.pull();
            if (i % 300 == 200) {
                toOne.plug();
                a->engine().reconnectNow();
            }
            if (i % 300 == 250) {
                toOther.plug();
                b->engine().reconnectNow();
            }
            QTest::qWait(i % 4 == 0 ? 1 : 0);
        }
        verifyEqual(one, other);
        const QString both = one.document().text();
        QVERIFY2(both.contains(one.typed()), qPrintable(both));
        QVERIFY2(both.contains(other.typed()), qPrintable(both));
        QCOMPARE(both.size(), 9 + one.typed().size() + other.typed().size());
        verifyOrder(one.seen(), both);
        verifyOrder(other.seen(), both);
        one.close();
        other.close();
        a->restart();
        one.open();
        QCOMPARE(one.document().text(), both);
    }

    /// What verifyOrder() would say of a text that changed places.
    void anOrderThatWasSeenAndIsGoneIsFound()
    {
        const QString end = u"start \u4e01\u4e02\u4e04 end"_s;
        QVERIFY(keepsOrder(u"start \u4e01\u4e03\u4e04 end"_s, end)); // the third was deleted
        QVERIFY(!keepsOrder(u"start \u4e04\u4e01 end"_s, end));
    }

    void lastKeysBeforeTheEndAreKept()
    {
        Typist one(*a, u"A"_s);
        for (int i = 0; i < 50; ++i)
            one.key();
        a->close(); // with the document open
        one.close();
        a->restart();
        one.open();
        QCOMPARE(one.document().text(), one.typed() + u"start end"_s);
        QCOMPARE(one.stored(), one.document().text());
    }

    void sqlBesideAnOpenEditor()
    {
        Typist one(*a, u"A"_s);
        Typist other(*b, u"B"_s);
        one.moveTo(9);
        for (int i = 0; i < 10; ++i) {
            one.key();
            b->write(u"UPDATE pages SET body = replace(body, 'start', 'restart') WHERE body NOT LIKE '%restart%'"_s);
            QTest::qWait(1);
        }
        verifyEqual(one, other);
        QCOMPARE(one.document().text(), u"restart end"_s + one.typed());
    }

    void undoLeavesWhatTheOtherWrote()
    {
        Typist one(*a, u"A"_s);
        Typist other(*b, u"B"_s);
        one.moveTo(6);
        one.key();
        verifyEqual(one, other);
        other.moveTo(7); // inside what the first one wrote
        other.key();
        verifyEqual(one, other);
        QCOMPARE(one.document().text(), u"start AB11end"_s);
        one.document().undo();
        verifyEqual(one, other);
        QCOMPARE(other.document().text(), u"start B1end"_s);
    }

private:
    /// Whether the letters that are typed once and are in both texts stand in one order there.
    [[nodiscard]] static bool keepsOrder(const QString &seen, const QString &end)
    {
        qsizetype last = -1;
        for (const QChar letter : seen) {
            const qsizetype place = letter >= u'\u4e00' ? end.indexOf(letter) : -1;
            if (place >= 0 && place < last)
                return false;
            last = std::max(last, place);
        }
        return true;
    }
    static void verifyOrder(const QStringList &seen, const QString &end)
    {
        QVERIFY(!seen.isEmpty());
        for (const QString &text : seen)
            QVERIFY2(keepsOrder(text, end), qPrintable(text));
    }
    void verifyEqual(Typist &one, Typist &other)
    {
        QTRY_VERIFY_WITH_TIMEOUT(one.document().isSaved() && other.document().isSaved(), patienceMs);
        verifyProven();
        QTRY_COMPARE_WITH_TIMEOUT(one.document().text(), other.document().text(), patienceMs);
        QCOMPARE(one.stored(), one.document().text());
        QCOMPARE(other.stored(), one.document().text());
        QCOMPARE(a->engine().pending(), 0);
    }
};

QTEST_GUILESS_MAIN(TestLiveTexts)
#include "tst_livetexts.moc"
