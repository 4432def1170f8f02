// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/store.h"

namespace Sheaf::Text {

/// The text with U+FFFD for each half of a pair that stands alone: that is what the wire would make of it. The text
/// itself if there is none, else a view of `room`.
[[nodiscard]] QStringView wholePairs(QStringView text, QString &room);

/// Local edits of one text type, with the rules of Yjs for where items and formats go. Lives for one call
/// inside a transaction.
class TextEditor
{
public:
    TextEditor(Store &store, quint32 type, quint32 client) : m_store(store), m_type(type), m_client(client) {}

    /// A gap between two items, with the attributes in force there.
    struct Position {
        quint32 left = None;
        quint32 right = None;
        quint32 index = 0;
        Attributes attributes;
    };
    [[nodiscard]] Position seek(quint32 index);

    /// Each leaves the position behind what it did. Without attributes text takes those in force at its place.
    void insert(Position &at, QStringView text, const Value *embed, const Attributes *wanted);
    void remove(Position &at, quint32 length);
    void format(Position &at, quint32 length, const Attributes &attributes);
    /// Deletes formats that say nothing; how many.
    quint32 cleanAll();
    void cleanAround(quint32 item);

private:
    [[nodiscard]] Position seekEnd() const;
    [[nodiscard]] bool seekFromCursor(Position &at);
    void forward(Position &at) const;
    quint32 place(Position &at, Ref ref, quint32 length, quint32 content, quint8 flags);
    void placeFormat(Position &at, const QString &key, const Value &value);
    void skipEqualFormats(Position &at, const Attributes &attributes) const;
    [[nodiscard]] Attributes openFormats(Position &at, const Attributes &attributes);
    void closeFormats(Position &at, Attributes negated);
    [[nodiscard]] bool extendTyping(const Position &at, QStringView text);
    void closeFormatsAfterTyping(Position &at, Attributes negated);
    /// A visible item, or the first of all, with the attributes in force behind it, as they were and as they are now.
    struct Cleaning {
        quint32 start = None;
        Attributes startAttributes;
        Attributes current;
    };
    [[nodiscard]] bool cleanLeaf(Cleaning &at, quint32 leaf, quint32 &cleaned);
    quint32 cleanGap(quint32 start, quint32 current, const Attributes &startAttributes, Attributes &attributes);

    Store &m_store;
    quint32 m_type;
    quint32 m_client;
};

} // namespace Sheaf::Text
