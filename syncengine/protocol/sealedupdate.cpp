// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/sealedupdate.h"

namespace Sheaf {

namespace {

// A varint of 63 bits. As the number of clients that an update of Yjs begins with it is out of range.
constexpr char mark[] = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F";
constexpr qsizetype epochBytesMin = 1;
constexpr qsizetype stampBytes = 16;
constexpr qsizetype nonceBytes = 24;
constexpr qsizetype ciphertextBytesMin = 16; // its tag

} // namespace

bool isSealedUpdate(QByteArrayView update)
{
    const QByteArrayView start(mark);
    return update.size() >= start.size() + epochBytesMin + stampBytes + nonceBytes + ciphertextBytesMin &&
           update.startsWith(start);
}

} // namespace Sheaf
