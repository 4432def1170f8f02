// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include "trace.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Bench {

Result<Session> readSession(const QString &file, qsizetype limit)
{
    const auto trace = TextBridge::readTrace(file);
    if (!trace)
        return fail(trace.error());
    Session session;
    std::vector<std::pair<qsizetype, qsizetype>> ranges;
    for (const auto &transaction : trace->transactions) {
        for (const auto &patch : transaction) {
            if (limit > 0 && std::ssize(session.edits) == limit)
                break;
            ranges.emplace_back(session.text.size(), patch.inserted.size());
            session.text.append(patch.inserted);
            session.edits.push_back({patch.position, patch.removed, {}});
        }
    }
    for (size_t i = 0; i < ranges.size(); ++i)
        session.edits[i].inserted = QStringView(session.text).mid(ranges[i].first, ranges[i].second);
    if (limit == 0)
        session.end = trace->end;
    return session;
}

void play(Text::Doc &doc, const Session &session)
{
    Text::Text text = doc.text();
    for (const Edit &edit : session.edits) {
        text.remove(edit.position, edit.removed);
        text.insert(edit.position, edit.inserted);
    }
}

std::vector<QByteArray> updatesOf(const Session &session)
{
    std::vector<QByteArray> updates;
    Text::Doc doc({1, true, true});
    doc.onUpdate([&updates](const QByteArray &update, bool, quint64) { updates.push_back(update); });
    play(doc, session);
    return updates;
}

Result<std::vector<QByteArray>> concurrentUpdates(const QString &file)
{
    const auto json = TextBridge::readMaybeGzipped(file);
    if (!json)
        return fail(json.error());
    const QJsonObject root = QJsonDocument::fromJson(*json).object();
    const QJsonArray transactions = root.value(u"txns"_s).toArray();
    if (root.value(u"kind"_s) != u"concurrent"_s)
        return fail(u"bad_trace"_s, u"The file is not a concurrent editing trace."_s);
    std::vector<QByteArray> updates(static_cast<size_t>(transactions.size()));
    struct Author {
        std::unique_ptr<Text::Doc> doc;
        std::vector<bool> knows; ///< by transaction
    };
    std::vector<Author> authors(static_cast<size_t>(root.value(u"numAgents"_s).toInt()));
    size_t now = 0;
    for (size_t i = 0; i < authors.size(); ++i) {
        authors[i].doc = std::make_unique<Text::Doc>(Text::Doc::Options{i + 1, true, true});
        authors[i].knows.resize(updates.size());
        authors[i].doc->onUpdate([&updates, &now](const QByteArray &update, bool local, quint64) {
            if (local)
                updates[now] = update;
        });
    }
    for (now = 0; now < updates.size(); ++now) {
        const QJsonObject one = transactions.at(static_cast<qsizetype>(now)).toObject();
        Author &author = authors.at(static_cast<size_t>(one.value(u"agent"_s).toInt()));
        // Bring the author to the state in which the change was made.
        std::vector<size_t> news;
        std::vector<size_t> open{now};
        author.knows[now] = true;
        while (!open.empty()) {
            const QJsonArray parents =
                transactions.at(static_cast<qsizetype>(open.back())).toObject().value(u"parents"_s).toArray();
            open.pop_back();
            for (const QJsonValue parent : parents) {
                const auto number = static_cast<size_t>(parent.toInteger());
                if (author.knows[number])
                    continue;
                author.knows[number] = true;
                news.push_back(number);
                open.push_back(number);
            }
        }
        std::ranges::sort(news);
        for (const size_t number : news) {
            if (const auto applied = author.doc->apply(updates[number]); !applied)
                return fail(applied.error());
        }
        author.doc->transact([&] {
            Text::Text text = author.doc->text();
            for (const QJsonValue value : one.value(u"patches"_s).toArray()) {
                const QJsonArray patch = value.toArray();
                text.remove(static_cast<quint32>(patch.at(0).toInteger()), static_cast<quint32>(patch.at(1).toInteger()));
                text.insert(static_cast<quint32>(patch.at(0).toInteger()), patch.at(2).toString());
            }
        });
    }
    return updates;
}

} // namespace Sheaf::Bench
