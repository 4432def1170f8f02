// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/options.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The command line of the desktop app.
class TestDesktopOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokenIsGiven_data();
    void tokenIsGiven();
};

void TestDesktopOptions::tokenIsGiven_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QString>("problem");
    const QString url = u"--url=wss://sync.example.org"_s;
    const QString file = u"--token-file=FILE"_s;
    QTest::newRow("file") << QByteArray("secret\n") << QStringList{url, file} << QByteArray("secret") << QString();
    QTest::newRow("itself") << QByteArray() << QStringList{url, u"--token=secret"_s} << QByteArray("secret") << QString();
    QTest::newRow("neither") << QByteArray() << QStringList{} << QByteArray() << QString();
    QTest::newRow("none for a server") << QByteArray() << QStringList{url} << QByteArray() << u"--url needs --token-file"_s;
    QTest::newRow("both") << QByteArray("secret") << QStringList{url, file, u"--token=other"_s} << QByteArray() << u"not both"_s;
    QTest::newRow("empty file") << QByteArray(" \n") << QStringList{url, file} << QByteArray() << u"holds no token"_s;
    QTest::newRow("another file") << QByteArray(5000, 'x') << QStringList{url, file} << QByteArray() << u"holds no token"_s;
    QTest::newRow("no file") << QByteArray() << QStringList{url, u"--token-file=/nowhere/token"_s} << QByteArray()
                             << u"The token file /nowhere/token cannot be read"_s;
}

void TestDesktopOptions::tokenIsGiven()
{
    QFETCH(QByteArray, file);
    QFETCH(QStringList, arguments);
    QFETCH(QString, problem);
    const QTemporaryDir folder;
    QFile token(folder.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly) && token.write(file) == file.size());
    token.close();
    arguments.replaceInStrings(u"FILE"_s, token.fileName());
    const auto options = DesktopOptions::fromArguments(QStringList{u"sheaf"_s} + arguments);
    QVERIFY2(options.problem.contains(problem) && options.problem.isEmpty() == problem.isEmpty(), qPrintable(options.problem));
    QTEST(options.token, "token");
}

QTEST_GUILESS_MAIN(TestDesktopOptions)
#include "tst_desktopoptions.moc"
