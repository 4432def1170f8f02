// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "historybench.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

class TestVersionComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_bench = std::make_unique<HistoryBench>();
        QVERIFY(m_bench->start());
    }
    void cleanup() { m_bench.reset(); }
    void comparison();

private:
    std::unique_ptr<HistoryBench> m_bench;
};

void TestVersionComparison::comparison()
{
    QString text;
    for (int i = 0; i < 40; ++i)
        text += u"line %1\n"_s.arg(i);
    const QString id = m_bench->note(text);
    m_bench->write(id, QString(text).replace(u"line 20\n"_s, u"line twenty\nand more\n"_s));
    m_bench->history().leave(id);
    const QStringList ids = m_bench->read(u"SELECT id FROM note_versions ORDER BY at"_s).split(u',');
    VersionComparison *model = m_bench->history().comparison();
    const QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto marks = [model] {
        QString out;
        for (int row = 0; row < model->rowCount(); ++row)
            out += model->data(model->index(row), VersionComparison::MarkRole).toString();
        return out;
    };
    model->showChange(ids[1], ids[0]);
    QVERIFY(model->isLoading());
    QTRY_VERIFY_WITH_TIMEOUT(!model->isLoading(), HistoryBench::patienceMs);
    QCOMPARE(marks(), u"…  *+  …"_s);
    QCOMPARE(model->added(), 3);
    QCOMPARE(model->removed(), 1);
    QCOMPARE(model->data(model->index(0), VersionComparison::FoldedRole).toInt(), 18);
    QCOMPARE(model->data(model->index(3), VersionComparison::RunsRole).toList().size(), 3);
    QVERIFY(model->versionText().contains(u"line twenty"_s));
    model->unfold(0);
    model->unfold(0);
    QCOMPARE(marks(), u" "_s.repeated(20) + u"*+  …"_s);
    QCOMPARE(model->data(model->index(7), VersionComparison::TextRole).toString(), u"line 7"_s);
    // The first version has nothing before it.
    model->showChange(ids[0], {});
    QTRY_VERIFY_WITH_TIMEOUT(!model->isLoading(), HistoryBench::patienceMs);
    QVERIFY(model->isSame());
    QCOMPARE(model->rowCount(), 40);
    // Since then; a request that is overtaken by another is never shown.
    m_bench->write(id, text);
    (void)m_bench->read(u"SELECT 1"_s);
    model->showChange(ids[0], {});
    model->showSince(ids[1], u"note"_s, id);
    QTRY_VERIFY_WITH_TIMEOUT(!model->isLoading(), HistoryBench::patienceMs);
    QCOMPARE(marks(), u"…  *-  …"_s);
    QCOMPARE(model->added(), 1);
    QCOMPARE(model->removed(), 3);
    model->showChange(u"gone"_s, {});
    QTRY_VERIFY_WITH_TIMEOUT(!model->isLoading(), HistoryBench::patienceMs);
    QCOMPARE(model->rowCount(), 0);
    QVERIFY(!model->problem().isEmpty());
}

QTEST_GUILESS_MAIN(TestVersionComparison)
#include "tst_versioncomparison.moc"
