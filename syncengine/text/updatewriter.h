// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/columns.h"
#include "text/rawupdate.h"
#include "text/updatereader.h"

#include <memory>

namespace Sheaf::Text {

/// Writes an update in either format, struct by struct. The caller keeps the order: clients descending,
/// counts before structs, the delete set last.
class UpdateWriter
{
public:
    explicit UpdateWriter(Format format);
    ~UpdateWriter();
    UpdateWriter(const UpdateWriter &) = delete;
    UpdateWriter &operator=(const UpdateWriter &) = delete;

    void clientCount(quint64 count) { m_rest.varUint(count); }
    void block(quint64 structs, quint64 client, quint32 firstClock);
    void gc(quint32 length);
    void skip(quint32 length);

    void info(quint8 byte);
    void leftId(WireId id);
    void rightId(WireId id);
    void parentName(QStringView name);
    void parentId(WireId id);
    void string(QStringView text);
    void length(quint32 units);
    void elements(Ref ref, std::span<const Value> values);
    /// Everything but text, elements and Deleted.
    void content(Ref ref, const Value &value, QStringView name, quint8 typeRef);

    void deleteSet(const DeleteSet &set);
    [[nodiscard]] QByteArray finish();

private:
    void client(quint64 id);
    void key(QStringView text);
    void json(const Value &value);

    struct Columns;
    ByteWriter m_rest;
    std::unique_ptr<Columns> m_columns;
};

void writeDeleteSet(ByteWriter &out, const DeleteSet &set, Format format);

} // namespace Sheaf::Text
