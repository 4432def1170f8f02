// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/syncfilters.h"

#include <QHash>
#include <QSet>

/// A value codec: the columns that are named, as `table.column`, leave the device sealed under the key of their space (32 bytes),
/// so the server, and whoever has no key, sees that there is a value and no more. The same value is sealed to the same bytes,
/// because a repeated push must be the same; so equal values of one column can be told to be equal. A space without a key is left
/// as it is.
class Sealing
{
public:
    Sealing(QSet<QByteArray> columns, QHash<QByteArray, QByteArray> keys) : m_columns(std::move(columns)), m_keys(std::move(keys))
    {
    }

    /// For SyncEngine::Options::filters, or setFilters() when another key has come.
    void addTo(Sheaf::SyncFilters &filters) const;

private:
    [[nodiscard]] QByteArray keyOf(const Sheaf::ValuePlace &place) const;
    [[nodiscard]] QVariant seal(const Sheaf::ValuePlace &place, const QVariant &value) const;
    [[nodiscard]] QVariant open(const Sheaf::ValuePlace &place, const QVariant &value) const;

    QSet<QByteArray> m_columns;
    QHash<QByteArray, QByteArray> m_keys;
};
