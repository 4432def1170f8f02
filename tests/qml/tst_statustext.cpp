// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "statustext.h"

#include <QDateTime>
#include <QTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;
using State = SyncEngine::State;
using Tone = StatusText::Tone;

class TestStatusText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void words_data();
    void words();
    void firstDownload();
    void retryingIsStillOffline();
    void bannerAfterALongAbsence();
    void bannerOnlyWhenTheUserMustAct();
};

void TestStatusText::words_data()
{
    QTest::addColumn<StatusInput>("input");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("link");
    QTest::addColumn<int>("tone");
    const qint64 time = QDateTime(QDate(2026, 11, 21), QTime(10, 42)).toMSecsSinceEpoch();
    const auto row = [](const char *name, const StatusInput &input, const QString &text, const QString &link, Tone tone) {
        QTest::newRow(name) << input << text << link << int(tone);
    };
    row("local only", {}, u"On this device only"_s, u"Connect"_s, Tone::Quiet);
    row("synced", {.state = State::Synced, .syncedAtMs = time}, u"Synced · 10:42"_s, {}, Tone::Good);
    row("syncing", {.state = State::Syncing, .progressDone = 120, .progressTotal = 1540, .syncedAtMs = time},
        u"Syncing 120 of 1540"_s, {}, Tone::Active);
    row("offline", {.state = State::Offline}, u"Offline"_s, {}, Tone::Quiet);
    row("offline, one", {.state = State::Offline, .pending = 1}, u"Offline · 1 change waiting"_s, {}, Tone::Quiet);
    row("offline, many", {.state = State::Offline, .pending = 12}, u"Offline · 12 changes waiting"_s, {}, Tone::Quiet);
    row("paused", {.state = State::Paused, .pending = 1}, u"Offline · 1 change waiting"_s, {}, Tone::Quiet);
    row("reconnecting", {.state = State::Reconnecting, .reconnectInMs = 7001}, u"Reconnecting in 8 s"_s, u"Now"_s, Tone::Quiet);
    row("reconnecting, one", {.state = State::Reconnecting, .pending = 1, .reconnectInMs = 7001}, u"Offline · 1 change waiting"_s,
        u"Now"_s, Tone::Quiet);
    row("uploading",
        {.state = State::Syncing, .pending = 200, .mostPending = 1540, .progressDone = 7, .progressTotal = 7, .syncedAtMs = time},
        u"Syncing 1340 of 1540"_s, {}, Tone::Active);
    row("uploading a few", {.state = State::Syncing, .pending = 2, .mostPending = 3, .syncedAtMs = time}, u"Syncing"_s, {},
        Tone::Active);
    row("long away", {.state = State::Reconnecting, .reconnectInMs = 7001, .longAway = true, .server = u"sync.example.org"_s},
        u"Can't reach sync.example.org"_s, u"Details"_s, Tone::Attention);
    row("long away with changes",
        {.state = State::Reconnecting, .pending = 12, .longAway = true, .server = u"sync.example.org"_s},
        u"Offline · 12 changes waiting"_s, u"Now"_s, Tone::Quiet);
    row("unreachable", {.state = State::Error, .errorCode = u"unreachable"_s, .server = u"sync.example.org"_s},
        u"Can't reach sync.example.org"_s, u"Details"_s, Tone::Attention);
    row("signed out", {.state = State::Error, .pending = 12, .errorCode = u"bad_token"_s},
        u"Signed out — sign in to send 12 changes"_s, u"Sign in"_s, Tone::Danger);
    row("no space", {.state = State::Error, .errorCode = u"no_access"_s}, u"No access on the server — ask for access to a list"_s,
        u"Details"_s, Tone::Danger);
    row("no access any more", {.state = State::Error, .pending = 3, .errorCode = u"no_access"_s},
        u"No access on the server — 3 changes kept on this device"_s, u"Details"_s, Tone::Danger);
    row("not repaired", {.state = State::Error, .errorCode = u"not_repaired"_s},
        u"This device and the server differ — everything is kept on both"_s, u"Details"_s, Tone::Danger);
    row("server full", {.state = State::Reconnecting, .pending = 12, .reconnectInMs = 7001, .errorCode = u"server_full"_s},
        u"Server is full — changes stay on this device"_s, u"Details"_s, Tone::Danger);
    row("disk full", {.state = State::Reconnecting, .reconnectInMs = 7001, .errorCode = u"disk_full"_s},
        u"The disk of this device is full — make room to go on syncing"_s, u"Details"_s, Tone::Danger);
    row("damaged", {.state = State::Error, .errorCode = u"database_damaged"_s},
        u"The data on this device is damaged — restore it from a backup"_s, u"Details"_s, Tone::Danger);
    row("no common version",
        {.state = State::Error, .errorCode = u"bad_version"_s, .errorText = u"server speaks version 4, this app 2–3"_s},
        u"Update needed: server speaks version 4, this app 2–3"_s, u"Details"_s, Tone::Danger);
    row("update",
        {.state = State::Error, .errorCode = u"update_needed"_s, .errorText = u"server speaks version 4, this app 2–3"_s},
        u"Update needed: server speaks version 4, this app 2–3"_s, u"Details"_s, Tone::Danger);
}

void TestStatusText::words()
{
    QFETCH(const StatusInput, input);
    const StatusText status = describeStatus(input);
    QTEST(status.text, "text");
    QTEST(status.link, "link");
    QTEST(int(status.tone), "tone");
    QCOMPARE(status.link.isEmpty(), status.action.isEmpty());
}

void TestStatusText::firstDownload()
{
    StatusInput input{.state = State::Syncing, .progressDone = 3200, .progressTotal = 10000};
    QCOMPARE(describeStatus(input).download, u"Downloading 3200 of 10000 — newest first"_s);
    input.progressDone = 10000;
    QVERIFY(describeStatus(input).download.isEmpty());
    input.progressDone = 3200;
    input.syncedAtMs = 1;
    QVERIFY(describeStatus(input).download.isEmpty());
}

void TestStatusText::retryingIsStillOffline()
{
    StatusInput input{.state = State::Connecting, .pending = 3};
    QCOMPARE(describeStatus(input).text, u"Connecting"_s);
    input.retrying = true;
    QCOMPARE(describeStatus(input).text, u"Offline · 3 changes waiting"_s);
    input.pending = 0;
    QCOMPARE(describeStatus(input).text, u"Offline"_s);
}

void TestStatusText::bannerAfterALongAbsence()
{
    StatusInput input{.state = State::Reconnecting, .reconnectInMs = 5000, .server = u"sync.example.org"_s};
    QVERIFY(describeStatus(input).banner.isEmpty());
    input.longAway = true;
    QCOMPARE(describeStatus(input).banner, u"Can't reach sync.example.org — everything is stored on this device"_s);
    QCOMPARE(describeStatus(input).bannerTone, Tone::Attention);
    input.pending = 12;
    QCOMPARE(describeStatus(input).banner, u"Can't reach sync.example.org — 12 changes waiting on this device"_s);
}

void TestStatusText::bannerOnlyWhenTheUserMustAct()
{
    const auto banner = [](State state, const QString &code) {
        return describeStatus({.state = state, .errorCode = code}).banner;
    };
    QVERIFY(banner(State::Synced, {}).isEmpty());
    QVERIFY(banner(State::Offline, {}).isEmpty());
    QVERIFY(banner(State::Error, u"unreachable"_s).isEmpty());
    QCOMPARE(banner(State::Error, u"bad_token"_s), u"Signed out — sign in to sync"_s);
}

QTEST_GUILESS_MAIN(TestStatusText)
#include "tst_statustext.moc"
