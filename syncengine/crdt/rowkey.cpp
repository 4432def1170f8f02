// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"

#include "crdt/bytes.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

void encodeKey(std::span<const ValueView> values, QByteArray &out)
{
    for (const ValueView &value : values)
        Bytes::appendValue(out, value);
}

Result<void> decodeKey(QByteArrayView bytes, std::vector<ValueView> &values)
{
    constexpr size_t keyColumnsMax = 16;
    values.clear();
    Bytes::Reader reader(bytes);
    while (!reader.atEnd() && values.size() <= keyColumnsMax)
        values.push_back(reader.value());
    if (!reader.ok() || values.empty() || values.size() > keyColumnsMax)
        return fail(u"bad_key"_s, u"A row key is malformed."_s);
    return {};
}

} // namespace Sheaf
