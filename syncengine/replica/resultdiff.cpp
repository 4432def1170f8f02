// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "replica/liveresult.h"

#include <QHash>

#include <algorithm>

namespace Sheaf {

namespace {

QByteArray keyOf(const QVariantList &row, const QList<int> &keyColumns)
{
    QByteArray key;
    const auto append = [&key](const QVariant &value) {
        key.append(static_cast<char>(value.typeId() & 0x7F));
        Bytes::appendBytes(key, value.typeId() == QMetaType::QByteArray ? value.toByteArray() : value.toString().toUtf8());
    };
    if (keyColumns.isEmpty()) {
        for (const QVariant &value : row)
            append(value);
    } else {
        for (const int column : keyColumns)
            append(row.value(column));
    }
    return key;
}

/// Keys of all rows; equal ones are told apart by counting, so that every key is unique.
QList<QByteArray> keysOf(const QList<QVariantList> &rows, const QList<int> &keyColumns)
{
    QList<QByteArray> keys;
    keys.reserve(rows.size());
    QHash<QByteArray, int> seen;
    for (const QVariantList &row : rows) {
        QByteArray key = keyOf(row, keyColumns);
        const int copies = seen[key]++;
        if (copies > 0)
            key += '#' + QByteArray::number(copies);
        keys.append(std::move(key));
    }
    return keys;
}

/// Marks the longest increasing run of `values` (patience sorting): those rows stay, others move.
std::vector<bool> longestIncreasing(const std::vector<int> &values)
{
    std::vector<size_t> tails;
    std::vector<size_t> previous(values.size(), SIZE_MAX);
    for (size_t i = 0; i < values.size(); ++i) {
        const auto at = std::lower_bound(tails.begin(), tails.end(), values[i],
                                         [&values](size_t tail, int value) { return values[tail] < value; });
        if (at != tails.begin())
            previous[i] = *std::prev(at);
        if (at == tails.end())
            tails.push_back(i);
        else
            *at = i;
    }
    std::vector<bool> stays(values.size(), false);
    for (size_t i = tails.empty() ? SIZE_MAX : tails.back(); i != SIZE_MAX; i = previous[i])
        stays[i] = true;
    return stays;
}

} // namespace

QList<ResultEdit> diffResults(const QList<QVariantList> &before, const QList<QVariantList> &after, const QList<int> &keyColumns)
{
    QList<ResultEdit> edits;
    const QList<QByteArray> oldKeys = keysOf(before, keyColumns);
    const QList<QByteArray> newKeys = keysOf(after, keyColumns);
    QHash<QByteArray, int> newIndex;
    for (int i = 0; i < newKeys.size(); ++i)
        newIndex.insert(newKeys[i], i);

    // What is gone, from the end, so that indexes before it stay.
    QList<QByteArray> keys = oldKeys;
    QList<int> oldRow; // for each kept key, its row in before
    for (int i = 0; i < oldKeys.size(); ++i)
        oldRow.append(i);
    for (int i = static_cast<int>(keys.size()) - 1; i >= 0; --i) {
        if (newIndex.contains(keys[i]))
            continue;
        edits.append({.kind = ResultEdit::Kind::Remove, .index = i, .target = 0, .row = {}});
        keys.removeAt(i);
        oldRow.removeAt(i);
    }

    std::vector<int> places;
    for (const QByteArray &key : std::as_const(keys))
        places.push_back(newIndex.value(key));
    QHash<QByteArray, int> oldIndex;
    QHash<QByteArray, bool> stays;
    const std::vector<bool> keeps = longestIncreasing(places);
    for (int i = 0; i < keys.size(); ++i) {
        stays.insert(keys[i], keeps[static_cast<size_t>(i)]);
        oldIndex.insert(keys[i], oldRow[i]);
    }

    // Then from front to back: the row that belongs at i is there, is moved there, or is new.
    for (int i = 0; i < newKeys.size(); ++i) {
        const QByteArray &key = newKeys[i];
        if (!oldIndex.contains(key)) {
            edits.append({.kind = ResultEdit::Kind::Insert, .index = i, .target = 0, .row = after[i]});
            keys.insert(i, key);
            continue;
        }
        if (keys[i] != key && stays.value(key)) {
            // Rows that move sit in the way: take each to its place behind this one first.
            while (keys[i] != key) {
                const QByteArray mover = keys[i];
                int target = static_cast<int>(keys.size()) - 1;
                for (int k = i + 1; k < keys.size(); ++k) {
                    if (stays.value(keys[k]) && newIndex.value(keys[k]) > newIndex.value(mover)) {
                        target = k - 1;
                        break;
                    }
                }
                edits.append({.kind = ResultEdit::Kind::Move, .index = i, .target = target, .row = {}});
                keys.move(i, target);
                stays[mover] = true;
            }
        } else if (keys[i] != key) {
            const int from = static_cast<int>(keys.indexOf(key, i));
            edits.append({.kind = ResultEdit::Kind::Move, .index = from, .target = i, .row = {}});
            keys.move(from, i);
        }
        if (before[oldIndex.value(key)] != after[i])
            edits.append({.kind = ResultEdit::Kind::Change, .index = i, .target = 0, .row = after[i]});
    }
    return edits;
}

} // namespace Sheaf
