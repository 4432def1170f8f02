// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/presence.h"
#include "serverprocess.h"
#include "windowdriver.h"

#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 60'000;

/// Somebody else on another device, with a note open.
struct Guest {
    Guest(const QString &database, const ServerProcess &server, const QString &name)
    {
        SyncEngine::Options options;
        options.databasePath = database;
        options.schemaPath = u":/sheaf/schema"_s;
        engine = std::make_unique<SyncEngine>(options);
        engine->open();
        engine->connectToServer(server.url(), server.token(name));
        document = std::make_unique<TextDocument>();
        document->setTable(u"notes"_s);
        document->setColumn(u"body"_s);
        document->setEngine(engine.get());
        presence = std::make_unique<Presence>();
        presence->setDocument(document.get());
        presence->setState({{u"user"_s, QVariantMap{{u"name"_s, name}, {u"color"_s, u"#2F8F4E"_s}}}});
        presence->setEngine(engine.get());
    }
    ~Guest()
    {
        presence.reset();
        document.reset();
    }

    std::unique_ptr<SyncEngine> engine;
    std::unique_ptr<TextDocument> document;
    std::unique_ptr<Presence> presence;
};

QRectF placeOf(QQuickItem *editor, int position)
{
    QRectF place;
    QMetaObject::invokeMethod(editor, "positionToRectangle", Q_RETURN_ARG(QRectF, place), Q_ARG(int, position));
    return place;
}

} // namespace

/// The real window with a note that somebody else has open too.
class TestRemoteCarets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aCaretAppearsMovesAndGoesAway();
    void selectionsAreTinted();
    void theWindowShowsItsOwnCaret();
    void peopleBeyondFiveAreCounted();

private:
    [[nodiscard]] std::unique_ptr<Guest> guest(const QString &name);
    /// Whether the caret of somebody stands where the editor would put its own.
    [[nodiscard]] bool stands(int position)
    {
        const QQuickItem *caret = m_app->item(u"remoteCaret"_s);
        if (!caret)
            return false;
        const QRectF place = placeOf(m_editor, position);
        return qAbs(caret->x() + caret->width() / 2 - place.x()) < 1 && qAbs(caret->y() - place.y()) < 1 &&
               qAbs(caret->height() - place.height()) < 1;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<WindowDriver> m_app;
    QQuickItem *m_editor = nullptr;
    QString m_note;
};

void TestRemoteCarets::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<ServerProcess>();
    m_server->start();
    m_app = std::make_unique<WindowDriver>(m_folder->filePath(u"app"_s), m_server->url(), m_server->token(u"app"_s), u"light"_s);
    QVERIFY(m_app->waitForWindow());
    m_note = m_app->store().createNote({}, u"Plan"_s, u"one two three\nfour five six"_s);
    QTRY_VERIFY(m_app->item(u"row-"_s + m_note));
    QMetaObject::invokeMethod(m_app->window(), "open", Q_ARG(QString, u"note"_s), Q_ARG(QString, m_note));
    QMetaObject::invokeMethod(m_app->window(), "enterDetail");
    QTRY_COMPARE(m_app->property(u"noteEditor"_s, "length").toInt(), 27);
    m_editor = m_app->item(u"noteEditor"_s);
}

void TestRemoteCarets::cleanup()
{
    m_app.reset();
    m_server.reset();
    m_folder.reset();
}

std::unique_ptr<Guest> TestRemoteCarets::guest(const QString &name)
{
    auto somebody = std::make_unique<Guest>(m_folder->filePath(name + u".sqlite"_s), *m_server, name);
    somebody->document->setKey({m_note});
    return somebody;
}

void TestRemoteCarets::aCaretAppearsMovesAndGoesAway()
{
    QVERIFY(!m_app->item(u"remoteCaret"_s));
    QVERIFY(!m_app->item(u"avatar"_s));
    auto ada = guest(u"Ada Lovelace"_s);
    QTRY_COMPARE_WITH_TIMEOUT(ada->document->length(), 27, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_app->item(u"avatar"_s), patienceMs); // is here, but has no caret yet
    QVERIFY(!m_app->item(u"remoteCaret"_s));
    ada->presence->setCaret(7, 7);
    QTRY_VERIFY_WITH_TIMEOUT(stands(7), patienceMs);
    QCOMPARE(m_app->property(u"remoteCaret"_s, "color").value<QColor>(), QColor(u"#2F8F4E"_s));
    QVERIFY(m_app->item(u"remoteFlag"_s));
    QTRY_VERIFY_WITH_TIMEOUT(!m_app->item(u"remoteFlag"_s), patienceMs); // the name is shown for a moment
    QVERIFY(m_app->item(u"remoteCaret"_s));

    ada->document->replace(0, 0, u"zero "_s); // in front of it, by somebody else than the window
    QTRY_COMPARE_WITH_TIMEOUT(m_editor->property("length").toInt(), 32, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(stands(12), patienceMs);
    m_app->key(Qt::Key_Home, Qt::ControlModifier);
    m_app->type(u"ab "_s); // by the window's own keys
    QTRY_VERIFY_WITH_TIMEOUT(stands(15), patienceMs);
    ada->presence->setCaret(20, 20);
    QTRY_VERIFY_WITH_TIMEOUT(m_app->item(u"remoteFlag"_s), patienceMs);
    ada.reset();
    QTRY_VERIFY_WITH_TIMEOUT(!m_app->item(u"remoteCaret"_s) && !m_app->item(u"avatar"_s), patienceMs);
}

void TestRemoteCarets::selectionsAreTinted()
{
    auto ada = guest(u"Ada"_s);
    QTRY_COMPARE_WITH_TIMEOUT(ada->document->length(), 27, patienceMs);
    ada->presence->setCaret(4, 7);
    QTRY_COMPARE_WITH_TIMEOUT(m_app->items(u"remoteSelection"_s).size(), 1, patienceMs);
    const QQuickItem *tint = m_app->item(u"remoteSelection"_s);
    QTRY_VERIFY_WITH_TIMEOUT(qAbs(tint->x() - placeOf(m_editor, 4).x()) < 1, patienceMs);
    QVERIFY(qAbs(tint->x() + tint->width() - placeOf(m_editor, 7).x()) < 1);
    QVERIFY(qAbs(tint->property("color").value<QColor>().alphaF() - 0.25) < 0.01);
    ada->presence->setCaret(18, 4); // over the end of a line, backwards
    QTRY_COMPARE_WITH_TIMEOUT(m_app->items(u"remoteSelection"_s).size(), 3, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(stands(4), patienceMs);
}

void TestRemoteCarets::theWindowShowsItsOwnCaret()
{
    auto ada = guest(u"Ada"_s);
    QTRY_COMPARE_WITH_TIMEOUT(ada->presence->count(), 1, patienceMs);
    const auto other = [&](Presence::Role role) { return ada->presence->data(ada->presence->index(0), role); };
    m_app->key(Qt::Key_Home, Qt::ControlModifier);
    m_app->key(Qt::Key_Right);
    m_app->key(Qt::Key_Right);
    m_app->key(Qt::Key_Right, Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(other(Presence::Head).toInt(), 3, patienceMs);
    QCOMPARE(other(Presence::Anchor).toInt(), 2);
    QVERIFY(!other(Presence::Name).toString().isEmpty());
    QVERIFY(QColor(other(Presence::Color).toString()).isValid());
    m_app->type(u"xyz"_s);
    QTRY_COMPARE_WITH_TIMEOUT(other(Presence::Head).toInt(), 5, patienceMs);
    QMetaObject::invokeMethod(m_app->window(), "open", Q_ARG(QString, u""_s), Q_ARG(QString, u""_s));
    QTRY_COMPARE_WITH_TIMEOUT(ada->presence->count(), 0, patienceMs);
}

void TestRemoteCarets::peopleBeyondFiveAreCounted()
{
    std::vector<std::unique_ptr<Guest>> guests;
    for (int i = 0; i < 7; ++i)
        guests.push_back(guest(u"Guest %1"_s.arg(i)));
    QTRY_COMPARE_WITH_TIMEOUT(m_app->property(u"avatarsMore"_s, "text").toString(), u"+2"_s, patienceMs);
    QCOMPARE(m_app->items(u"avatar"_s).size(), 5);
    guests.resize(2);
    QTRY_COMPARE_WITH_TIMEOUT(m_app->items(u"avatar"_s).size(), 2, patienceMs);
    QVERIFY(!m_app->item(u"avatarsMore"_s));
}

QTEST_MAIN(TestRemoteCarets)
#include "tst_remotecarets.moc"
