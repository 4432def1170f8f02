// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "historybench.h"

#include "firstcolumn.h"
#include "model/profile.h"
#include "model/storewrites.h"
#include "model/versiontext.h"

#include <QTest>

namespace Sheaf {

using namespace Qt::StringLiterals;

HistoryBench::HistoryBench() = default;

bool HistoryBench::start()
{
    m_engine = std::make_unique<SyncEngine>(Profile(m_folder.path()).engineOptions(u"test"_s));
    const auto opened = m_engine->open();
    if (!QTest::qWaitFor([&] { return opened.isFinished(); }, patienceMs) || !opened.result())
        return false;
    const ModelPorts ports{[this] { return m_clock.wallMs(); }, [this] { return m_random += 0x9E3779B97F4A7C15; }};
    m_store = std::make_unique<NotesStore>(*m_engine, ports);
    m_history = std::make_unique<NoteHistory>(*m_engine, m_clock, ports, VersionMaker{u"Anna"_s, u"laptop"_s});
    QObject::connect(m_history.get(), &NoteHistory::failed, m_engine.get(),
                     [](const QString &message) { qWarning("%s", qPrintable(message)); });
    return true;
}

void HistoryBench::stop()
{
    m_history.reset();
    m_store.reset();
    m_engine.reset();
}

QString HistoryBench::read(const QString &sql)
{
    return firstColumn(*m_engine, sql, patienceMs);
}

QString HistoryBench::textOf(const QString &versionId)
{
    const auto rows = m_engine->query(NoteVersions::selectText(versionId));
    if (!QTest::qWaitFor([&] { return rows.isFinished(); }, patienceMs) || !rows.result())
        return u"no answer"_s;
    const auto text = NoteVersions::textOf(*rows.result());
    return text ? *text : text.error().code;
}

QString HistoryBench::versions()
{
    QStringList out;
    const QStringList rows =
        read(u"SELECT id || '/' || reason FROM note_versions ORDER BY at, id"_s).split(u',', Qt::SkipEmptyParts);
    for (const QString &row : rows)
        out.append(row.section(u'/', 1) + u':' + textOf(row.section(u'/', 0, 0)));
    return out.join(u',');
}

QString HistoryBench::note(const QString &body, const QString &title)
{
    return m_store->createNote({}, title, body);
}

void HistoryBench::write(const QString &id, const QString &body)
{
    m_history->edited(u"note"_s, id);
    m_engine->write({StoreWrites::setText(u"notes"_s, u"body"_s, id, body, m_clock.wallMs())});
}

void HistoryBench::addVersion(const QString &id, const QString &item, qint64 atMs)
{
    m_engine->write(
        {{u"INSERT INTO note_versions(id, item, at, body) VALUES(?, ?, ?, ?)"_s, {id, item, atMs, packVersion(id).first()}, {}}});
}

} // namespace Sheaf
