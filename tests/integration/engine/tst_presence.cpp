// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "engine/presence.h"
#include "serverprocess.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

/// Somebody who has page 1 of a device open.
struct Reader {
    explicit Reader(Device &device, const QString &name)
    {
        document.setTable(u"pages"_s);
        document.setColumn(u"body"_s);
        document.setKey({u"1"_s});
        document.setEngine(&device.engine());
        presence.setDocument(&document);
        presence.setState(QVariantMap{{u"user"_s, QVariantMap{{u"name"_s, name}, {u"color"_s, u"#C2453D"_s}}}});
        presence.setEngine(&device.engine());
    }

    [[nodiscard]] QVariant other(Presence::Role role) const { return presence.data(presence.index(0), role); }

    TextDocument document;
    Presence presence;
};

} // namespace

/// Two devices and a real server: who is here, and where in a text.
class TestPresence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void peopleOfASpaceSeeEachOther();
    void caretsMoveWithTheText();
    void selectionsKeepTheirWords();
    void whoLosesTheConnectionIsGone();
    void whoGoesToAnotherTextIsGoneHere();
    void aDraftIsNowhere();

private:
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<Device> m_a, m_b;
};

void TestPresence::init()
{
    m_server = std::make_unique<ServerProcess>();
    m_server->start();
    m_a = std::make_unique<Device>(u"a"_s);
    m_b = std::make_unique<Device>(u"b"_s);
    m_a->engine().connectToServer(m_server->url(), m_server->token(u"a"_s));
    m_b->engine().connectToServer(m_server->url(), m_server->token(u"b"_s));
    m_a->write(u"INSERT INTO pages(id, body) VALUES('1', 'one two three'), ('2', '')"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_b->value(u"SELECT count(*) FROM pages"_s).toInt(), 2, patienceMs);
}

void TestPresence::cleanup()
{
    m_a.reset();
    m_b.reset();
    m_server.reset();
}

void TestPresence::peopleOfASpaceSeeEachOther()
{
    Presence a;
    Presence b;
    a.setState({{u"user"_s, QVariantMap{{u"name"_s, u"Ada"_s}, {u"color"_s, u"#2F8F4E"_s}}}, {u"place"_s, u"inbox"_s}});
    a.setEngine(&m_a->engine());
    b.setEngine(&m_b->engine()); // looks on, unseen
    QTRY_COMPARE_WITH_TIMEOUT(b.count(), 1, patienceMs);
    const QModelIndex first = b.index(0);
    QCOMPARE(b.data(first, Presence::Name).toString(), u"Ada"_s);
    QCOMPARE(b.data(first, Presence::Color).toString(), u"#2F8F4E"_s);
    QCOMPARE(b.data(first, Presence::State).toMap().value(u"place"_s).toString(), u"inbox"_s);
    QCOMPARE(b.data(first, Presence::Head).toInt(), -1);
    QCOMPARE(a.count(), 0);
    a.setState({{u"user"_s, QVariantMap{{u"name"_s, u"Ada L."_s}}}});
    QTRY_COMPARE_WITH_TIMEOUT(b.data(b.index(0), Presence::Name).toString(), u"Ada L."_s, patienceMs);
    a.setState({});
    QTRY_COMPARE_WITH_TIMEOUT(b.count(), 0, patienceMs);
}

void TestPresence::caretsMoveWithTheText()
{
    Reader a(*m_a, u"Ada"_s);
    Reader b(*m_b, u"Ben"_s);
    QTRY_VERIFY_WITH_TIMEOUT(a.document.isLoaded() && b.document.isLoaded(), patienceMs);
    a.presence.setCaret(7, 7); // behind "two"
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 7, patienceMs);
    b.document.replace(0, 0, u"zero "_s); // at once, without a word of the other
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 12, patienceMs);
    b.document.replace(12, 0, u" and"_s); // behind the caret
    b.document.replace(0, 5, {});
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 7, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a.document.text(), b.document.text(), patienceMs);
    a.document.replace(7, 0, u"!"_s); // typed: the caret goes along
    a.presence.setCaret(8, 8);
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 8, patienceMs);
    a.presence.clearCaret();
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), -1, patienceMs);
    QCOMPARE(b.presence.count(), 1);
}

void TestPresence::selectionsKeepTheirWords()
{
    Reader a(*m_a, u"Ada"_s);
    Reader b(*m_b, u"Ben"_s);
    QTRY_VERIFY_WITH_TIMEOUT(a.document.isLoaded() && b.document.isLoaded(), patienceMs);
    a.presence.setCaret(7, 4); // "two", backwards
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 4, patienceMs);
    QCOMPARE(b.other(Presence::Anchor).toInt(), 7);
    b.document.replace(7, 0, u"<"_s); // outside of it, at both ends
    b.document.replace(4, 0, u">"_s);
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Head).toInt(), 5, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(b.other(Presence::Anchor).toInt(), 8, patienceMs);
}

void TestPresence::whoLosesTheConnectionIsGone()
{
    Reader a(*m_a, u"Ada"_s);
    Reader b(*m_b, u"Ben"_s);
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a.presence.count(), 1, patienceMs);
    m_a->engine().disconnectFromServer();
    QTRY_COMPARE_WITH_TIMEOUT(a.presence.count(), 0, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 0, patienceMs);
    m_a->engine().connectToServer(m_server->url(), "a token of nobody"_ba);
    QTRY_COMPARE_WITH_TIMEOUT(m_a->engine().state(), SyncEngine::State::Error, patienceMs);
    QCOMPARE(b.presence.count(), 0);
}

void TestPresence::whoGoesToAnotherTextIsGoneHere()
{
    Reader a(*m_a, u"Ada"_s);
    Reader b(*m_b, u"Ben"_s);
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    a.document.setKey({u"2"_s});
    QCOMPARE(a.presence.count(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 0, patienceMs);
    b.document.setKey({u"2"_s});
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a.presence.count(), 1, patienceMs);
}

void TestPresence::aDraftIsNowhere()
{
    Reader a(*m_a, u"Ada"_s);
    Reader b(*m_b, u"Ben"_s);
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
    a.document.setKey({});
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 0, patienceMs);
    a.document.setKey({u"1"_s});
    QTRY_COMPARE_WITH_TIMEOUT(b.presence.count(), 1, patienceMs);
}

QTEST_GUILESS_MAIN(TestPresence)
#include "tst_presence.moc"
