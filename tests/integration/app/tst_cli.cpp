// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/localcontrol.h"
#include "programs.h"
#include "serverprocess.h"
#include "support/tampering.h"

#include <QDir>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// sheaf-cli as a person uses it, alone and beside the running app.
class TestCli : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void addListShow();
    void editChangesTheText();
    void editsOfTwoDevicesMerge();
    void historyOfANote();
    void anExportImportedAgainIsEqual();
    void importingTwiceMakesNothingTwice();
    void whileTheAppRuns();
    void besideTheWindow();
    void repairSaysWhatItFound();
    void syncThroughTheApp();
    void aSecondWriterIsRefused();
    void usage();

private:
    /// What a command prints; the test ends when it fails.
    QString cli(const QStringList &arguments, const QString &profile = {});
    QJsonArray list(const QString &profile = {}, const QString &kind = u"--notes"_s);

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_profile;
};

void TestCli::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_profile = m_folder->filePath(u"profile"_s);
}

QString TestCli::cli(const QStringList &arguments, const QString &profile)
{
    const ProgramRun run = runCli(profile.isEmpty() ? m_profile : profile, arguments);
    if (run.exitCode != 0)
        qFatal("sheaf-cli %s: %s", qUtf8Printable(arguments.join(u' ')), qUtf8Printable(run.errors));
    return run.output;
}

QJsonArray TestCli::list(const QString &profile, const QString &kind)
{
    return QJsonDocument::fromJson(cli({u"list"_s, kind, u"--json"_s}, profile).toUtf8()).array();
}

void TestCli::addListShow()
{
    const QString task = cli({u"add"_s, u"--list"_s, u"Home"_s, u"Water"_s, u"the"_s, u"plants"_s}).trimmed();
    const QString note = cli({u"add"_s, u"--note"_s, u"Plan\nأولاً 然后 🌱\nlast line without end"_s}).trimmed();
    QCOMPARE(cli({u"list"_s}), u"%1  [ ] Water the plants  (Home)\n%2  Plan\n"_s.arg(task, note));
    QCOMPARE(cli({u"list"_s, u"--list"_s, u"home"_s}), u"%1  [ ] Water the plants  (Home)\n"_s.arg(task));
    QCOMPARE(cli({u"list"_s, u"--list"_s, u"inbox"_s}), u"%1  Plan\n"_s.arg(note));
    const QJsonObject item = QJsonDocument::fromJson(cli({u"show"_s, u"--json"_s, note}).toUtf8()).object();
    QCOMPARE(item.value("title"_L1).toString(), u"Plan"_s);
    QCOMPARE(item.value("text"_L1).toString(), u"أولاً 然后 🌱\nlast line without end"_s);
    QVERIFY(cli({u"show"_s, task}).startsWith(u"title:   Water the plants\nid:      %1\nlist:    Home\n"_s.arg(task)));
    const ProgramRun none = runCli(m_profile, {u"show"_s, u"zzz"_s});
    QCOMPARE(none.exitCode, 1);
    QCOMPARE(none.errors, u"sheaf-cli: Nothing has an id that starts with “zzz”; `sheaf-cli list` shows the ids.\n"_s);
}

void TestCli::editChangesTheText()
{
    const auto textOf = [this](const QString &id) {
        return QJsonDocument::fromJson(cli({u"show"_s, u"--json"_s, id}).toUtf8()).object().value("text"_L1).toString();
    };
    const QString note = cli({u"add"_s, u"--note"_s, u"Plan\none two 🌱"_s}).trimmed();
    const QString task = cli({u"add"_s, u"Water"_s}).trimmed();
    QCOMPARE(cli({u"edit"_s, note, u"one 2 🌱"_s}), note + u'\n');
    QCOMPARE(textOf(note), u"one 2 🌱"_s);
    cli({u"edit"_s, task, u"all"_s, u"of them"_s});
    QCOMPARE(textOf(task), u"all of them"_s);
    cli({u"edit"_s, note, u""_s});
    QCOMPARE(textOf(note), QString());
    const ProgramRun none = runCli(m_profile, {u"edit"_s, u"zzz"_s, u"x"_s});
    QCOMPARE(none.exitCode, 1);
    QVERIFY2(none.errors.startsWith("sheaf-cli: Nothing has an id"_L1), qUtf8Printable(none.errors));
    QCOMPARE(runCli(m_profile, {u"edit"_s, note}).exitCode, 2);
}

/// An edit is the difference alone: what was written elsewhere in the text meanwhile stays.
void TestCli::editsOfTwoDevicesMerge()
{
    ServerProcess server;
    server.start();
    const QString other = m_folder->filePath(u"other"_s);
    const auto textOf = [this](const QString &id, const QString &profile) {
        return QJsonDocument::fromJson(cli({u"show"_s, u"--json"_s, id}, profile).toUtf8()).object().value("text"_L1).toString();
    };
    const auto connect = [&](const QString &name, const QString &profile) {
        QFile token(m_folder->filePath(name));
        QVERIFY(token.open(QIODevice::WriteOnly) && token.write(server.token(name) + '\n') > 0);
        token.close();
        cli({u"sync"_s, u"--url"_s, server.url().toString(), u"--token-file"_s, token.fileName()}, profile);
    };
    const QString note = cli({u"add"_s, u"--note"_s, u"Plan\none two three four"_s}).trimmed();
    connect(u"a"_s, m_profile);
    connect(u"b"_s, other);
    cli({u"edit"_s, note, u"one 2 three four"_s});
    cli({u"edit"_s, note, u"one two three 4 five"_s}, other);
    cli({u"sync"_s});
    cli({u"sync"_s}, other);
    cli({u"sync"_s});
    QCOMPARE(textOf(note, m_profile), u"one 2 three 4 five"_s);
    QCOMPARE(textOf(note, other), u"one 2 three 4 five"_s);
}

void TestCli::historyOfANote()
{
    const QString note = cli({u"add"_s, u"--note"_s, u"Plan\none two"_s}).trimmed();
    QCOMPARE(cli({u"history"_s, note}), QString());
    cli({u"edit"_s, note, u"one three"_s});
    cli({u"edit"_s, note, u"one three 🌱 four"_s});
    const auto versions = [&] { return QJsonDocument::fromJson(cli({u"history"_s, u"--json"_s, note}).toUtf8()).array(); };
    QCOMPARE(versions().size(), 3);
    QCOMPARE(versions()[0]["added"_L1].toInt(), 1);
    QCOMPARE(versions()[2]["reason"_L1].toString(), u"found"_s);
    const QString newest = cli({u"history"_s, note}).section(u'\n', 0, 0);
    QVERIFY2(newest.startsWith(u"  1  20"_s) && newest.endsWith(u"  +1 \u22120  Plan"_s), qUtf8Printable(newest));
    QCOMPARE(cli({u"history"_s, note, u"--show"_s, u"3"_s}), u"one two"_s);
    QCOMPARE(cli({u"history"_s, note, u"--restore"_s, u"2"_s}), note + u'\n');
    QCOMPARE(cli({u"history"_s, note, u"--show"_s, u"1"_s}), u"one three"_s);
    QCOMPARE(list()[0]["text"_L1].toString(), u"one three"_s);
    QCOMPARE(versions().size(), 4);
    QCOMPARE(versions()[0]["reason"_L1].toString(), u"restore"_s);
    const ProgramRun none = runCli(m_profile, {u"history"_s, note, u"--show"_s, u"9"_s});
    QCOMPARE(none.exitCode, 1);
    QVERIFY2(none.errors.startsWith("sheaf-cli: There is no version 9"_L1), qUtf8Printable(none.errors));
    QCOMPARE(runCli(m_profile, {u"history"_s, note, u"--show"_s, u"x"_s}).exitCode, 2);
    QCOMPARE(runCli(m_profile, {u"history"_s}).exitCode, 2);
    QCOMPARE(runCli(m_profile, {u"history"_s, u"--keep"_s, u"weekly"_s}).exitCode, 1);
    cli({u"history"_s, u"--keep"_s, u"none"_s});
    cli({u"edit"_s, note, u"unseen"_s});
    QCOMPARE(versions().size(), 4);
}

void TestCli::anExportImportedAgainIsEqual()
{
    const QStringList texts{u"# Heading stays\ntext"_s,   u"---\nnot: front matter of ours\n---\nrest"_s,
                            u"Same title\none"_s,         u"Same title\ntwo"_s,
                            u"CON\nreserved elsewhere"_s, u"a/b:c*?\r\nwindows line\r\n"_s,
                            u"…\n\n\nspace below\n\n"_s};
    for (const QString &text : texts)
        cli({u"add"_s, u"--note"_s, u"--"_s, text});
    cli({u"add"_s, u"--note"_s, u"--list"_s, u"Work: 2026/Q4?"_s, u"In a list\nwith a difficult name"_s});
    const QString out = m_folder->filePath(u"out"_s);
    QCOMPARE(cli({u"export"_s, out}), u"%1 exported\n"_s.arg(texts.size() + 1));
    const QString again = m_folder->filePath(u"again"_s);
    QCOMPARE(cli({u"import"_s, out}, again), u"%1 read, %1 made, 0 skipped\n"_s.arg(texts.size() + 1));
    QCOMPARE(list(again), list());
    const ProgramRun twice = runCli(m_profile, {u"export"_s, out});
    QCOMPARE(twice.exitCode, 1);
    QVERIFY2(twice.errors.contains("is not empty; name a new folder"_L1), qUtf8Printable(twice.errors));
    QCOMPARE(cli({u"export"_s, u"--force"_s, out}), u"%1 exported, %1 files replaced\n"_s.arg(texts.size() + 1));
}

void TestCli::importingTwiceMakesNothingTwice()
{
    cli({u"add"_s, u"--note"_s, u"One\ntext"_s});
    const QString out = m_folder->filePath(u"out"_s);
    cli({u"export"_s, out});
    QCOMPARE(cli({u"import"_s, out}), u"1 read, 0 made, 0 skipped, 1 were here already\n"_s);
    QCOMPARE(list().size(), 1);
}

void TestCli::whileTheAppRuns()
{
    const Profile profile(m_profile);
    QVERIFY(profile.make());
    SyncEngine engine(profile.engineOptions(u"test"_s));
    LocalControl control(engine, profile);
    QVERIFY(engine.open().result());
    QVERIFY(control.listen());
    const QString id = cli({u"add"_s, u"--note"_s, u"Through the door\ntext"_s}).trimmed();
    const auto rows = engine.query({u"SELECT body FROM notes WHERE id = ?"_s, {id}, {}}).result();
    QVERIFY(rows && rows->rows.size() == 1);
    QCOMPARE(rows->rows[0][0].toString(), u"text"_s);
    QCOMPARE(list().size(), 1);
    const QString out = m_folder->filePath(u"out"_s);
    QCOMPARE(cli({u"export"_s, out}), u"1 exported\n"_s);
    QCOMPARE(cli({u"import"_s, out}), u"1 read, 0 made, 0 skipped, 1 were here already\n"_s);
    const ProgramRun run = runCli(m_profile, {u"show"_s, u"zzz"_s});
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.errors.startsWith("sheaf-cli: Nothing has an id"_L1), qUtf8Printable(run.errors));
    QVERIFY(cli({u"show"_s, id}).startsWith("title:   Through the door\n"_L1));
}

/// The same with the real program: nobody else may open its store, so what is answered came through its socket.
void TestCli::besideTheWindow()
{
    QProcess window;
    window.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    window.start(ServerProcess::program(u"sheaf"_s), {u"--data"_s, m_profile});
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(Profile(m_profile).controlName()), programMsMax);
    const QString id = cli({u"add"_s, u"--note"_s, u"Through the window\ntext"_s}).trimmed();
    QVERIFY(cli({u"show"_s, id}).startsWith("title:   Through the window\n"_L1));
    QCOMPARE(window.state(), QProcess::Running);
    window.terminate();
    QVERIFY(window.waitForFinished(programMsMax));
    QCOMPARE(window.exitCode(), 0);
    QVERIFY(list().size() >= 1); // an empty note may stand beside it: the window's first one
    QVERIFY(cli({u"show"_s, id}).contains("text"_L1));
}

void TestCli::repairSaysWhatItFound()
{
    cli({u"add"_s, u"Buy bread"_s});
    const ProgramRun alone = runCli(m_profile, {u"repair"_s});
    QCOMPARE(alone.exitCode, 1);
    QVERIFY2(alone.output.startsWith("home: "_L1) && alone.errors.contains("Not compared with the server: No server is set"_L1),
             qUtf8Printable(alone.output + alone.errors));

    ServerProcess server;
    server.start();
    const QByteArray token = server.token(u"a"_s);
    cli({u"sync"_s, u"--url"_s, server.url().toString(), u"--token"_s, QString::fromUtf8(token)});
    const QString equal = u"This device and the server hold the same.\n"_s;
    QVERIFY(cli({u"repair"_s}).endsWith("equal with the server\n"_L1 + equal));
    const Profile profile(m_profile);
    writePastTheEngine(profile.databasePath(), {u"DELETE FROM tasks"_s});
    QCOMPARE(list({}, u"--tasks"_s).size(), 0);
    const QString mended = cli({u"repair"_s});
    QVERIFY2(mended.contains("1 rows had lost their content"_L1) && mended.endsWith(equal), qUtf8Printable(mended));
    QCOMPARE(list({}, u"--tasks"_s).size(), 1);

    {
        writePastTheEngine(profile.databasePath(), {u"UPDATE tasks SET title = 'Buy more'"_s});
        AppReplica replica(m_profile, {u"--url"_s, server.url().toString(), u"--token"_s, QString::fromUtf8(token)});
        const QJsonValue quick = replica.demand({{u"do"_s, u"repair"_s}});
        QVERIFY(quick["proven"_L1].toBool() && quick["spaces"_L1][0]["rows_mended"_L1].toInt(-1) == 0);
        const QJsonValue report = replica.demand({{u"do"_s, u"repair"_s}, {u"deep"_s, true}});
        QVERIFY(report["proven"_L1].toBool() && report["deep"_L1].toBool());
        QCOMPARE(report["spaces"_L1][0]["rows_mended"_L1].toInt(), 1);
        replica.disconnect();
        QCOMPARE(replica.demand({{u"do"_s, u"repair"_s}})["error"_L1]["code"_L1].toString(), u"not_connected"_s);
    }
    writePastTheEngine(profile.databasePath(), {u"UPDATE tasks SET title = 'Buy nothing'"_s});
    SyncEngine engine(profile.engineOptions(u"test"_s)); // the app
    LocalControl control(engine, profile);
    QVERIFY(engine.open().result());
    QVERIFY(control.listen());
    const QString deep = cli({u"repair"_s, u"--deep"_s});
    QVERIFY2(deep.contains("1 rows had other content than the server's"_L1) && deep.endsWith(equal), qUtf8Printable(deep));
    const QJsonObject json = QJsonDocument::fromJson(cli({u"repair"_s, u"--json"_s}).toUtf8()).object();
    QCOMPARE(json["proven"_L1].toBool(), true);
    QCOMPARE(json["spaces"_L1][0]["rows_lost"_L1].toInt(-1), 0);
    QCOMPARE(list({}, u"--tasks"_s)[0]["title"_L1].toString(), u"Buy bread"_s);
}

void TestCli::syncThroughTheApp()
{
    ServerProcess server;
    server.start();
    const QStringList choice{u"sync"_s, u"--url"_s, server.url().toString(), u"--token"_s,
                             QString::fromUtf8(server.token(u"a"_s))};
    {
        const Profile profile(m_profile);
        QVERIFY(profile.make());
        SyncEngine engine(profile.engineOptions(u"test"_s));
        LocalControl control(engine, profile);
        QVERIFY(engine.open().result());
        QVERIFY(control.listen());
        const ProgramRun unknown = runCli(m_profile, {u"sync"_s});
        QCOMPARE(unknown.exitCode, 1);
        QVERIFY2(unknown.errors.contains("No server is known yet"_L1), qUtf8Printable(unknown.errors));
        cli({u"add"_s, u"Buy bread"_s});
        QCOMPARE(cli(choice), u"Synced: this device and the server hold the same.\n"_s);
        QCOMPARE(engine.state(), SyncEngine::State::Synced);
    }
    // Without the app, and with the server that was remembered.
    QCOMPARE(cli({u"sync"_s}), u"Synced: this device and the server hold the same.\n"_s);
    const QString other = m_folder->filePath(u"other"_s);
    cli({u"sync"_s, u"--url"_s, server.url().toString(), u"--token"_s, QString::fromUtf8(server.token(u"b"_s))}, other);
    QCOMPARE(list(other, u"--tasks"_s), list({}, u"--tasks"_s));
    QCOMPARE(list(other, u"--tasks"_s).size(), 1);
}

void TestCli::aSecondWriterIsRefused()
{
    cli({u"add"_s, u"before"_s});
    AppReplica writer(m_profile);
    QVERIFY(!writer.value(u"SELECT count(*) FROM tasks"_s).isUndefined());
    const ProgramRun run = runCli(m_profile, {u"add"_s, u"meanwhile"_s});
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.errors.startsWith("sheaf-cli: Another program is using "_L1) &&
                 run.errors.endsWith("close it and try again.\n"_L1),
             qUtf8Printable(run.errors));
    QCOMPARE(writer.value(u"SELECT count(*) FROM tasks"_s).toInt(), 1);
}

void TestCli::usage()
{
    const QList<QStringList> nonsense{{},
                                      {u"frobnicate"_s},
                                      {u"import"_s},
                                      {u"add"_s},
                                      {u"list"_s, u"--force"_s},
                                      {u"sync"_s, u"--url"_s, u"ws://x"_s},
                                      {u"show"_s, u"a"_s, u"b"_s}};
    for (const QStringList &arguments : nonsense) {
        const ProgramRun run = runCli(m_profile, arguments);
        QCOMPARE(run.exitCode, 2);
        QVERIFY2(run.errors.startsWith("sheaf-cli: "_L1) && run.errors.count(u'\n') == 1, qUtf8Printable(run.errors));
    }
    QVERIFY(!QFile::exists(m_profile));
    QVERIFY(cli({u"--help"_s}).contains("import DIR"_L1));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
