// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Every maximum and interval of the wire, with its reason. PROTOCOL.md quotes this file.
namespace Sheaf::Limits {

constexpr int protocolVersion = 1;

// Frames and messages, bytes.
constexpr qint64 frameBytesMax = 64 * 1024; ///< QtWebSockets 6.4 stalls on larger ones
constexpr qint64 frameBytesMaxBeforeWelcome = 4 * 1024;
constexpr qint64 messageBytesMax = 1024 * 1024; ///< bounds what a peer can make us hold
constexpr qint64 messageBytesMaxBeforeWelcome = 4 * 1024;
constexpr int compressAboveBytes = 512;    ///< below that there is nothing to gain
constexpr int compressionRatioMax = 8;     ///< unpacked size against packed: what a byte received may cost us
constexpr int compressionsPerHelloMax = 8; ///< names that a client offers
constexpr int framesPerMessageMax = 64;    ///< four times what a message needs: crumbs cost more than they carry

// Changes.
constexpr int changesPerMessageMax = 5000;
constexpr qint64 changesMessageBytesTarget = 256 * 1024; ///< a message is closed when it gets here
constexpr qint64 valueBytesMax = 256 * 1024;
constexpr qint64 recordBytesMax = 512 * 1024;
constexpr int keyBytesMax = 1024;
constexpr int cellsPerRecordMax = 2000;           ///< SQLite's own limit of columns
constexpr int textsPerRecordMax = 4096;           ///< sites that wrote to the texts of a row
constexpr int partsPerRecordMax = 8192;           ///< of counters, sets and maps: as many as fill a record
constexpr int partBytesMax = 1024;                ///< name of a part: an element of a set, a key of a map
constexpr qint64 textUpdateBytesMax = 128 * 1024; ///< of one text cell: four of them fit a record
constexpr qint64 textBytesMax = 8 * 1024 * 1024;  ///< of all updates of a text, compacted: loading stays below 0.1 s
constexpr qint64 textStructsMax = 1'000'000;      ///< that a text is made of, deleted ones too: see PROTOCOL.md
constexpr int nameBytesMax = 128;                 ///< table, column and space names
constexpr qint64 appBytesMax = 128;
constexpr qint64 tokenBytesMax = 256;
constexpr qint64 codeBytesMax = 64;
constexpr qint64 reasonBytesMax = 1024;
constexpr qint64 smallBytesMax = 64; ///< session and lease
constexpr int tablesPerMessageMax = 256;
constexpr int spacesPerSessionMax = 200;
constexpr int tablesPerSubscriptionMax = 256;
constexpr quint32 lengthLimit = 1U << 31;     ///< causal lengths that a server takes; nobody comes to it by deleting
constexpr quint32 toldLengthLimit = 1U << 30; ///< of forgotten deletes: leaves births above them room to be deleted again
constexpr qint64 transactionBytesMax = 16 * 1024 * 1024; ///< larger ones are applied in parts

// Plugins, bytes.
constexpr qint64 pluginTopicBytesMax = 2 * 1024; ///< names a text: table, key and column
constexpr qint64 pluginPayloadBytesMax = 64 * 1024;

// Clocks, milliseconds.
constexpr qint64 toldMsLimit =
    1LL << 46; ///< times, and stamps in changes: what a server says leaves its client room for valid stamps
constexpr qint64 stampAheadMsMax = 60'000;         ///< no stored stamp is further ahead
constexpr qint64 retryAfterMsMax = 24 * 3'600'000; ///< a server may send us away for a day

// Liveness, milliseconds.
constexpr int handshakeMsMax = 10'000;
constexpr int pingIntervalMs = 20'000; ///< below the 30 s of the meanest NAT
constexpr int silenceMsMax = 45'000;   ///< no byte for that long: the link is dead
constexpr int reconnectMsMin = 250;
constexpr int reconnectMsMax = 30'000;

// Queues, bytes.
constexpr qint64 unsentBytesPause = 1024 * 1024;
constexpr qint64 unsentBytesMax = 4 * 1024 * 1024;

} // namespace Sheaf::Limits
