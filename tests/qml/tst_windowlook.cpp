// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"
#include "windowdriver.h"

#include <QDBusConnection>
#include <QDBusMetaType>
#include <QDBusVariant>
#include <QElapsedTimer>
#include <QLocalServer>
#include <QLocalSocket>
#include <QProcess>
#include <QQmlContext>
#include <QQmlExpression>
#include <QSettings>
#include <QTemporaryDir>

#include <csignal>

using namespace Sheaf;
using namespace Qt::StringLiterals;

using Namespaces = QMap<QString, QVariantMap>;

/// The portal of a desktop, as far as programs ask it how they should look.
class FakePortal : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

public:
    void set(const QString &space, const QString &key, const QVariant &value)
    {
        m_values[space][key] = value;
        Q_EMIT SettingChanged(space, key, QDBusVariant(value));
    }
    [[nodiscard]] int asked() const { return m_asked; }

public Q_SLOTS:
    Namespaces ReadAll(const QStringList &spaces)
    {
        ++m_asked;
        Namespaces found;
        for (const QString &space : spaces)
            found[space] = m_values.value(space);
        return found;
    }

Q_SIGNALS:
    void SettingChanged(const QString &space, const QString &key, const QDBusVariant &value);

private:
    Namespaces m_values;
    int m_asked = 0;
};

/// Light and dark, and whether things move: by the desktop, and by choice.
class TestWindowLook : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();
    void desktopIsFollowed();
    void choiceIsAboveTheDesktop();
    void animationsFollowTheDesktop();
    void reducedMotionIsChosen();
    void busThatDoesNotAnswerDelaysNothing();
    void busThatDoesNotAnswerDoesNotHoldTheEnd();
    void withoutBusThePaletteDecides();

private:
    static bool isDark(WindowDriver &app) { return app.window()->color().lightnessF() < 0.5; }
    /// What the theme gives an animation of what the user did.
    static int quickMs(WindowDriver &app);

    const QString m_appearance = u"org.freedesktop.appearance"_s;
    const QString m_gnome = u"org.gnome.desktop.interface"_s;
    QTemporaryDir m_folder;
    QProcess m_bus;
    std::unique_ptr<QTemporaryDir> m_profile;
    std::unique_ptr<FakePortal> m_portal;
};

void TestWindowLook::initTestCase()
{
    qDBusRegisterMetaType<Namespaces>();
    qRegisterMetaType<QDBusVariant>("QDBusVariant");
    const QString address = u"unix:path=%1/bus"_s.arg(m_folder.path());
    m_bus.start(u"dbus-daemon"_s, {u"--session"_s, u"--nofork"_s, u"--print-address"_s, u"--address"_s, address});
    QVERIFY2(m_bus.waitForReadyRead(10000), "package dbus-daemon is needed");
    qputenv("DBUS_SESSION_BUS_ADDRESS", address.toUtf8());
    QVERIFY(QDBusConnection::connectToBus(address, u"portal"_s).registerService(u"org.freedesktop.portal.Desktop"_s));
}

void TestWindowLook::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
    m_portal = std::make_unique<FakePortal>();
    QVERIFY(QDBusConnection(u"portal"_s)
                .registerObject(u"/org/freedesktop/portal/desktop"_s, m_portal.get(), QDBusConnection::ExportAllContents));
}

void TestWindowLook::cleanup()
{
    m_portal.reset();
}

void TestWindowLook::cleanupTestCase()
{
    m_bus.kill();
    m_bus.waitForFinished();
}

int TestWindowLook::quickMs(WindowDriver &app)
{
    return QQmlExpression(qmlContext(app.window()), app.window(), u"Theme.quick"_s).evaluate().toInt();
}

void TestWindowLook::desktopIsFollowed()
{
    m_portal->set(m_appearance, u"color-scheme"_s, 1U);
    WindowDriver app(m_profile->path(), QString());
    app.app().look().follow();
    QVERIFY(app.waitForWindow());
    QTRY_VERIFY(isDark(app));
    m_portal->set(m_appearance, u"color-scheme"_s, 2U);
    QTRY_VERIFY(!isDark(app));
    m_portal->set(m_appearance, u"color-scheme"_s, 1U);
    QTRY_VERIFY(isDark(app));
    m_portal->set(m_appearance, u"color-scheme"_s, 0U); // no preference: as the palette is, which is light here
    QTRY_VERIFY(!isDark(app));
    QCOMPARE(m_portal->asked(), 1);
}

void TestWindowLook::choiceIsAboveTheDesktop()
{
    m_portal->set(m_appearance, u"color-scheme"_s, 1U);
    WindowDriver app(m_profile->path(), u"light"_s);
    app.app().look().follow();
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(app.app().look().colorScheme(), u"dark"_s);
    QVERIFY(!isDark(app));
}

void TestWindowLook::animationsFollowTheDesktop()
{
    WindowDriver app(m_profile->path());
    app.app().look().follow();
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(m_portal->asked(), 1);
    QCOMPARE(quickMs(app), 120);
    m_portal->set(m_gnome, u"enable-animations"_s, false);
    QTRY_COMPARE(quickMs(app), 0);
    m_portal->set(m_gnome, u"enable-animations"_s, true);
    QTRY_COMPARE(quickMs(app), 120);
    m_portal->set(m_appearance, u"reduced-motion"_s, 1U);
    QTRY_COMPARE(quickMs(app), 0);
}

void TestWindowLook::reducedMotionIsChosen()
{
    const auto choose = [](WindowDriver &app) {
        QVERIFY(app.click(u"menuButton"_s));
        QTRY_VERIFY(app.item(u"reduceMotion"_s));
        QVERIFY(app.click(u"reduceMotion"_s));
        QTRY_VERIFY(!app.item(u"reduceMotion"_s));
    };
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        QCOMPARE(quickMs(app), 120);
        choose(app);
        QTRY_COMPARE(quickMs(app), 0);
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QCOMPARE(quickMs(app), 0);
    choose(app);
    QTRY_COMPARE(quickMs(app), 120);
    const QSettings kept(app.app().windowFile(), QSettings::IniFormat);
    QCOMPARE(kept.value(u"motion"_s).toString(), u"system"_s); // the desktop is followed again
}

void TestWindowLook::busThatDoesNotAnswerDelaysNothing()
{
    // A bus that takes the connection and says nothing.
    ::kill(static_cast<pid_t>(m_bus.processId()), SIGSTOP);
    QElapsedTimer clock;
    clock.start();
    {
        WindowDriver app(m_profile->path());
        app.app().look().follow();
        QVERIFY(clock.elapsed() < 1000);
        QVERIFY(app.waitForWindow());
        QVERIFY(clock.elapsed() < 10000);
    }
    ::kill(static_cast<pid_t>(m_bus.processId()), SIGCONT);
}

/// With the real program: what its libraries hold must let go too.
void TestWindowLook::busThatDoesNotAnswerDoesNotHoldTheEnd()
{
    QLocalServer silent;
    QVERIFY(silent.listen(m_folder.filePath(u"silent"_s)));
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"DBUS_SESSION_BUS_ADDRESS"_s, u"unix:path="_s + silent.fullServerName());
    program.setProcessEnvironment(environment);
    program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    program.start(ServerProcess::program(u"sheaf"_s), {u"--data"_s, m_profile->path()});
    QTRY_VERIFY_WITH_TIMEOUT(silent.hasPendingConnections(), 20000);
    const QLocalSocket *asking = silent.nextPendingConnection();
    QTRY_VERIFY_WITH_TIMEOUT(asking->bytesAvailable() > 0, 20000);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(Profile(m_profile->path()).controlName()), 20000); // the window is there
    program.terminate();
    QVERIFY(program.waitForFinished(5000)); // half a minute and more if something waits
    QCOMPARE(program.exitCode(), 0);
}

void TestWindowLook::withoutBusThePaletteDecides()
{
    m_bus.kill();
    QVERIFY(m_bus.waitForFinished());
    WindowDriver app(m_profile->path(), QString());
    app.app().look().follow();
    QVERIFY(app.waitForWindow());
    QCOMPARE(app.app().look().colorScheme(), QString());
    QVERIFY(!isDark(app));
}

QTEST_MAIN(TestWindowLook)
#include "tst_windowlook.moc"
