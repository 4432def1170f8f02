// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "conflictresolver.h"

#include <QQmlComponent>
#include <QQmlEngine>
#include <QTest>
#include <QtQml/QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(Sheaf_SyncPlugin)

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

Conflict conflictOf(const QVariant &mine, const QVariant &theirs)
{
    Conflict conflict;
    conflict.mine = mine;
    conflict.theirs = theirs;
    return conflict;
}

} // namespace

/// Handlers written in QML, and what becomes of their answers.
class TestConflictResolver : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data();
    void answers();
    void whatThrowsDecidesNothing_data();
    void whatThrowsDecidesNothing();
    void numbersStayWhatTheyAre_data();
    void numbersStayWhatTheyAre();
    void groupsAreAnsweredWhole_data();
    void groupsAreAnsweredWhole();

private:
    std::optional<QVariant> ask(const QString &decide, const Conflict &conflict);

    QQmlEngine m_engine;
};

std::optional<QVariant> TestConflictResolver::ask(const QString &decide, const Conflict &conflict)
{
    QQmlComponent component(&m_engine);
    component.setData(u"import Sheaf.Sync\nConflictResolver { decide: %1 }"_s.arg(decide).toUtf8(), {});
    const std::unique_ptr<QObject> made(component.create());
    auto *resolver = qobject_cast<ConflictResolver *>(made.get());
    if (resolver == nullptr)
        qFatal("%s", qPrintable(component.errorString()));
    return resolver->ask(conflict);
}

void TestConflictResolver::answers_data()
{
    QTest::addColumn<QString>("decide");
    QTest::addColumn<QVariant>("answer");
    QTest::newRow("a text of both") << u"c => c.mine + ', ' + c.theirs"_s << QVariant(u"tea, milk"_s);
    QTest::newRow("null") << u"c => null"_s << QVariant();
    QTest::newRow("a number") << u"c => 7"_s << QVariant(qint64(7));
    QTest::newRow("a fraction") << u"c => 0.5"_s << QVariant(0.5);
    QTest::newRow("too large for an integer") << u"c => 1e300"_s << QVariant(1e300);
}

void TestConflictResolver::answers()
{
    QFETCH(const QString, decide);
    const auto answer = ask(decide, conflictOf(u"tea"_s, u"milk"_s));
    QVERIFY(answer);
    QTEST(*answer, "answer");
}

void TestConflictResolver::whatThrowsDecidesNothing_data()
{
    QTest::addColumn<QString>("decide");
    QTest::addColumn<QString>("warning");
    QTest::newRow("undefined") << u"c => undefined"_s << QString();
    QTest::newRow("no answer") << u"c => {}"_s << QString();
    QTest::newRow("an error") << u"c => { throw new Error('no idea'); }"_s << u"Error: no idea"_s;
    QTest::newRow("a text") << u"c => { throw 'no idea'; }"_s << u"no idea"_s;
    QTest::newRow("a number") << u"c => { throw 7; }"_s << u"7"_s;
    QTest::newRow("a mistake") << u"c => c.nothing.here"_s << u"TypeError: Cannot read property 'here' of undefined"_s;
}

void TestConflictResolver::whatThrowsDecidesNothing()
{
    QFETCH(const QString, decide);
    QFETCH(const QString, warning);
    if (!warning.isEmpty())
        QTest::ignoreMessage(QtWarningMsg, qUtf8Printable(u"ConflictResolver: decide() threw: "_s + warning));
    QVERIFY(!ask(decide, conflictOf(u"tea"_s, u"milk"_s)));
}

void TestConflictResolver::numbersStayWhatTheyAre_data()
{
    QTest::addColumn<QVariant>("mine");
    QTest::newRow("an integer") << QVariant(qint64(3));
    QTest::newRow("a time") << QVariant(qint64(1'700'000'000'123));
    QTest::newRow("more than a double holds") << QVariant(qint64(9'007'199'254'740'993));
    QTest::newRow("a whole real") << QVariant(2.0);
}

void TestConflictResolver::numbersStayWhatTheyAre()
{
    QFETCH(const QVariant, mine);
    const auto answer = ask(u"c => c.mine"_s, conflictOf(mine, 1));
    QVERIFY(answer);
    QCOMPARE(*answer, mine);
    QCOMPARE(answer->typeId(), mine.typeId());
}

void TestConflictResolver::groupsAreAnsweredWhole_data()
{
    QTest::addColumn<QString>("decide");
    QTest::addColumn<QVariant>("answer");
    const QVariantMap theirs{{u"lat"_s, 2.5}, {u"lon"_s, qint64(3)}};
    const QVariantMap other{{u"lat"_s, qint64(7)}, {u"lon"_s, QVariant()}};
    QTest::newRow("one side") << u"c => c.theirs"_s << QVariant(theirs);
    QTest::newRow("new values") << u"c => ({ lat: 7, lon: null })"_s << QVariant(other);
    QTest::newRow("half of it is none") << u"c => ({ lat: 7 })"_s << QVariant();
}

void TestConflictResolver::groupsAreAnsweredWhole()
{
    QFETCH(const QString, decide);
    QFETCH(const QVariant, answer);
    const QVariantMap mine{{u"lat"_s, 1.5}, {u"lon"_s, 2.0}};
    const QVariantMap theirs{{u"lat"_s, 2.5}, {u"lon"_s, qint64(3)}};
    QCOMPARE(ask(decide, conflictOf(mine, theirs)).value_or(QVariant()), answer);
}

QTEST_MAIN(TestConflictResolver)
#include "tst_conflictresolver.moc"
