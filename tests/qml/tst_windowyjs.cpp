// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"
#include "windowdriver.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 60'000;

/// Somebody with npm's yjs and y-websocket in the same note: tests/integration/yjs/guest.mjs.
class YjsGuest
{
public:
    YjsGuest(const ServerProcess &server, const QString &note, const QString &name)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral(SHEAF_NODE),
                        {QStringLiteral(SHEAF_YJS_GUEST), QStringLiteral(SHEAF_NODE_MODULES),
                         QString::number(server.url().port()), QString::fromUtf8(server.token(name)), note, name});
    }
    ~YjsGuest()
    {
        m_process.closeWriteChannel();
        if (!m_process.waitForFinished(patienceMs))
            m_process.kill();
    }

    void order(const QJsonObject &order) { m_process.write(QJsonDocument(order).toJson(QJsonDocument::Compact) + '\n'); }
    [[nodiscard]] QString text() { return last()["text"_L1].toString(); }
    /// The only other one who is there.
    [[nodiscard]] QJsonObject other() { return last()["people"_L1].toArray().at(0).toObject(); }

private:
    const QJsonObject &last()
    {
        while (m_process.canReadLine())
            m_last = QJsonDocument::fromJson(m_process.readLine()).object();
        return m_last;
    }

    QProcess m_process;
    QJsonObject m_last;
};

} // namespace

/// The real window and npm's real client in one note, through the real server.
class TestWindowYjs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void bothWriteAndSeeEachOther();
    void undoIsEachOnesOwn();
    void bothGoOnWhileTheServerIsGone();

private:
    [[nodiscard]] QString shown() const { return m_app->property(u"noteEditor"_s, "text").toString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<WindowDriver> m_app;
    std::unique_ptr<YjsGuest> m_guest;
};

void TestWindowYjs::initTestCase()
{
    for (const char *package : {"yjs", "y-protocols", "y-websocket", "ws"}) {
        if (!QFileInfo::exists(QStringLiteral(SHEAF_NODE_MODULES "/") + QLatin1StringView(package)))
            QSKIP("npm's packages are not there; ./dev test installs what tests/npm names");
    }
}

void TestWindowYjs::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<ServerProcess>();
    m_server->start();
    m_app = std::make_unique<WindowDriver>(m_folder->filePath(u"app"_s), m_server->url(), m_server->token(u"app"_s), u"light"_s);
    QVERIFY(m_app->waitForWindow());
    const QString note = m_app->store().createNote({}, u"Plan"_s, u"milk, eggs"_s);
    QTRY_VERIFY(m_app->item(u"row-"_s + note));
    QMetaObject::invokeMethod(m_app->window(), "open", Q_ARG(QString, u"note"_s), Q_ARG(QString, note));
    QMetaObject::invokeMethod(m_app->window(), "enterDetail");
    QTRY_COMPARE(shown(), u"milk, eggs"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_app->engine().state(), SyncEngine::State::Synced, patienceMs);
    m_guest = std::make_unique<YjsGuest>(*m_server, note, u"Ada"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), u"milk, eggs"_s, patienceMs);
}

void TestWindowYjs::cleanup()
{
    m_guest.reset();
    m_app.reset();
    m_server.reset();
    m_folder.reset();
}

void TestWindowYjs::bothWriteAndSeeEachOther()
{
    QTRY_VERIFY_WITH_TIMEOUT(m_app->item(u"avatar"_s), patienceMs);
    m_app->key(Qt::Key_End, Qt::ControlModifier);
    m_app->type(u", tea"_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), u"milk, eggs, tea"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->other()["head"_L1].toInt(), 15, patienceMs); // the window's caret
    m_guest->order({{u"caret"_s, QJsonArray{6, 10}}});
    QTRY_COMPARE_WITH_TIMEOUT(m_app->items(u"remoteSelection"_s).size(), 1, patienceMs);
    QCOMPARE(m_app->property(u"remoteCaret"_s, "color").value<QColor>(), QColor(u"#2f8f4e"_s));
    m_guest->order({{u"insert"_s, QJsonArray{4, u" (2 l) \U0001F600"_s}}});
    QTRY_COMPARE_WITH_TIMEOUT(shown(), u"milk (2 l) \U0001F600, eggs, tea"_s, patienceMs);
    m_app->type(u"!"_s); // where its own caret was
    m_guest->order({{u"delete"_s, QJsonArray{13, 6}}});
    QTRY_COMPARE_WITH_TIMEOUT(shown(), u"milk (2 l) \U0001F600, tea!"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), shown(), patienceMs);
    m_guest.reset();
    QTRY_VERIFY_WITH_TIMEOUT(!m_app->item(u"avatar"_s) && !m_app->item(u"remoteCaret"_s), patienceMs);
}

void TestWindowYjs::undoIsEachOnesOwn()
{
    m_app->key(Qt::Key_Home, Qt::ControlModifier);
    m_app->type(u"two "_s);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), u"two milk, eggs"_s, patienceMs);
    m_guest->order({{u"insert"_s, QJsonArray{0, u"buy "_s}}});
    QTRY_COMPARE_WITH_TIMEOUT(shown(), u"buy two milk, eggs"_s, patienceMs);
    m_app->key(Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), u"buy milk, eggs"_s, patienceMs);
    m_guest->order({{u"undo"_s, true}});
    QTRY_COMPARE_WITH_TIMEOUT(shown(), u"milk, eggs"_s, patienceMs);
}

void TestWindowYjs::bothGoOnWhileTheServerIsGone()
{
    m_app->key(Qt::Key_End, Qt::ControlModifier);
    for (int round = 0; round < 2; ++round) {
        m_server->kill();
        m_app->type(u" app%1"_s.arg(round));
        m_guest->order({{u"insert"_s, QJsonArray{0, u"guest%1 "_s.arg(round)}}});
        m_server->start();
        m_app->engine().reconnectNow();
        QTRY_VERIFY_WITH_TIMEOUT(shown().contains(u"guest%1 "_s.arg(round)), patienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(m_guest->text().contains(u" app%1"_s.arg(round)), patienceMs);
    }
    QTRY_COMPARE_WITH_TIMEOUT(shown(), u"guest1 guest0 milk, eggs app0 app1"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(m_guest->text(), shown(), patienceMs);
}

QTEST_MAIN(TestWindowYjs)
#include "tst_windowyjs.moc"
