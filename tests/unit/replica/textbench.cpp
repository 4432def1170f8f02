// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "textbench.h"

#include "crdt/rowkey.h"
#include "text/doc.h"

namespace Sheaf::TextBench {

using namespace Qt::StringLiterals;

const char schema[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
                      "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');"
                      "CREATE TABLE gone(id INTEGER PRIMARY KEY, body TEXT);"
                      "SELECT sheaf_sync('gone', '{\"columns\":{\"body\":\"text\"},\"deletes\":\"delete_wins\"}');";

namespace {

/// The text of the document as loadText() gives it.
QString loaded(Device &device, qint64 id)
{
    Text::Doc doc({.clientId = 1});
    const auto update = device.replica().loadText("notes", key(id), "body");
    if (!update || !doc.apply(*update) || doc.hasPending())
        return u"cannot be loaded"_s;
    return doc.text().toString();
}

bool isSettled(Device &device)
{
    return device.replica().pendingCount() == 0 && device.digestHolds() &&
           device.value(u"SELECT count(*) FROM sheaf_texts WHERE kind > 2"_s).toInt() == 0;
}

} // namespace

QByteArray key(qint64 id)
{
    QByteArray bytes;
    const ValueView value = ValueView::ofInteger(id);
    encodeKey({&value, 1}, bytes);
    return bytes;
}

QString body(Device &device, qint64 id)
{
    return device.value(u"SELECT body FROM notes WHERE id = %1"_s.arg(id)).toString();
}

void append(Device &device, const QString &words, qint64 id)
{
    device.exec(u"UPDATE notes SET body = body || ? WHERE id = ?"_s, {words, id});
}

void settle(Relay &relay, const QList<Device *> &devices)
{
    for (int round = 0; round < 4; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

QString differences(const QList<Device *> &devices)
{
    Device &first = *devices.first();
    for (Device *device : devices) {
        if (!isSettled(*device))
            return u"something waits or a digest is wrong"_s;
        if (*device->replica().digest("home") != *first.replica().digest("home"))
            return u"digests differ"_s;
        const QString rows = u"SELECT id, title, body FROM notes ORDER BY id"_s;
        if (device->rows(rows) != first.rows(rows))
            return u"rows differ"_s;
        for (const QVariantList &row : device->rows(rows)) {
            const qint64 id = row[0].toLongLong();
            if (loaded(*device, id) != row[2].toString())
                return u"the document is not what the column shows: "_s + loaded(*device, id) + u" / "_s + row[2].toString();
            // Encodings may differ in how items are cut, so the documents are compared by merging.
            Text::Doc both({.clientId = 1});
            Text::Doc mine({.clientId = 1});
            const auto theirs = first.replica().loadText("notes", key(id), "body");
            const auto ours = device->replica().loadText("notes", key(id), "body");
            if (!mine.apply(*ours) || !both.apply(*ours) || !both.apply(*theirs))
                return u"a document is broken"_s;
            if (both.stateVector() != mine.stateVector() || both.snapshot().deletions != mine.snapshot().deletions)
                return u"documents differ"_s;
        }
    }
    return {};
}

} // namespace Sheaf::TextBench
