// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowrecord.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <variant>

/// One struct per message of PROTOCOL.md, with the fields in the order of the wire.
namespace Sheaf {

enum class Role : quint8 { None = 0, Viewer = 1, Editor = 2, Owner = 3 };

/// A random 64-bit number of a server database; a restored or replaced one has another.
using Epoch = quint64;
/// Position in the history of one space of one epoch; 0 = nothing seen.
using Sequence = quint64;

// Names of the tables and columns that the changes of one message speak of.
struct TableNames {
    QByteArray table;
    struct Column {
        ColumnId id = 0;
        QByteArray name;
        friend bool operator==(const Column &, const Column &) = default;
    };
    QList<Column> columns;
    friend bool operator==(const TableNames &, const TableNames &) = default;
};

/// One row or part of it. `record` is encodeRecord()'s bytes with the column ids of `tables[table]`.
struct Change {
    quint32 table = 0; ///< index into the message's tables
    QByteArray key;    ///< encodeKey()
    QByteArray record;
    friend bool operator==(const Change &, const Change &) = default;
};

// Client to server.
struct Hello {
    quint32 versionMin = 1;
    quint32 versionMax = 1;
    QString app;
    quint32 schemaVersion = 0;
    SiteId site = 0;
    QByteArray token;
    qint64 clockMs = 0;             ///< the client's wall clock when it sent this
    QByteArray lease;               ///< of the last welcome; empty the first time
    QList<QByteArray> compressions; ///< names of what it can unpack, the best first
    friend bool operator==(const Hello &, const Hello &) = default;
};

struct Subscribe {
    QByteArray space;
    Epoch epoch = 0;
    Sequence cursor = 0;
    QByteArray buckets = {};       ///< bytesOf() the buckets whose rows up to `cursor` are wanted once more; empty: none
    QList<QByteArray> tables = {}; ///< the only ones that are wanted, ascending; empty: all
    quint64 opening = 0;           ///< the one that this is about: Opened::opening, 0 for a space of the welcome
    friend bool operator==(const Subscribe &, const Subscribe &) = default;
};

/// No more of a space, please; answered by a Closed with the code `left`.
struct Leave {
    QByteArray space;
    friend bool operator==(const Leave &, const Leave &) = default;
};

struct Push {
    QByteArray space;
    quint64 number = 0; ///< contiguous per site and space, from 1; a repeat of an acknowledged one is merged again and acked
    bool more = false;  ///< the transaction goes on in the next push of this space
    QList<TableNames> tables;
    QList<Change> changes;
    friend bool operator==(const Push &, const Push &) = default;
};

struct Mark {
    QByteArray space;
    quint64 id = 0;       ///< repeated in the answer
    bool buckets = false; ///< the sums of all buckets are wanted instead of their total
    friend bool operator==(const Mark &, const Mark &) = default;
};

/// How far the client has a space on its disk: PROTOCOL.md "Forgetting deletes".
struct Seen {
    QByteArray space;
    Sequence cursor = 0;
    friend bool operator==(const Seen &, const Seen &) = default;
};

struct Ping {
    qint64 clockMs = 0;
    friend bool operator==(const Ping &, const Ping &) = default;
};

/// A word between the two halves of a plugin, in either direction: PROTOCOL.md "Plugins". Whoever does not know the plugin
/// ignores it.
struct Plugin {
    QByteArray name; ///< of the plugin
    QByteArray space;
    QByteArray topic;   ///< what of the space it is about, in the plugin's own terms
    QByteArray payload; ///< the plugin's own
    friend bool operator==(const Plugin &, const Plugin &) = default;
};

// Server to client.
struct Welcome {
    quint32 version = 1;
    QByteArray session;
    qint64 clockMs = 0;       ///< the server's wall clock
    qint64 clientClockMs = 0; ///< Hello::clockMs, for the round trip
    QByteArray lease;
    QByteArray compression; ///< the name of the one that both use from now on; empty: none
    Epoch epoch = 0;
    struct Space {
        QByteArray name;
        Role role = Role::None; ///< None: it was open to this device, and is closed now
        Sequence head = 0;
        quint64 lastPush = 0;   ///< greatest push number of this site that the server has merged
        quint32 schemaMin = 0;  ///< an app with an older schema leaves the space alone
        Sequence collected = 0; ///< what Collected says
        Hlc collectedStamp = 0;
        CausalLength collectedLength = 0;
        friend bool operator==(const Space &, const Space &) = default;
    };
    QList<Space> spaces;
    friend bool operator==(const Welcome &, const Welcome &) = default;
};

/// The device has a role in a space now, or another one than before.
struct Opened {
    Welcome::Space space;
    quint64 opening = 0; ///< how often this session has opened the space anew; only a Subscribe that repeats it is heard
    friend bool operator==(const Opened &, const Opened &) = default;
};

/// A space is closed to this session, which goes on; see PROTOCOL.md "Access".
struct Closed {
    QByteArray space;
    QString code;   ///< `revoked`, `no_permission`, `left`
    QString reason; ///< one sentence for people
    friend bool operator==(const Closed &, const Closed &) = default;
};

/// The end of a session, in either direction; the sender closes the socket after it.
struct Refused {
    QString code;             ///< see PROTOCOL.md "Liveness and the end"
    QString reason;           ///< one sentence for people
    qint64 retryAfterMs = -1; ///< the least pause; 0: as the client likes; -1: not before its user has done something
    friend bool operator==(const Refused &, const Refused &) = default;
};

struct Changes {
    QByteArray space;
    Sequence previous = 0; ///< the receiver's cursor before this batch; another one means a gap
    Sequence sequence = 0; ///< the cursor after it
    Sequence head = 0;     ///< of the space when this was sent, for progress
    bool more = false;     ///< a live transaction goes on in the next batch: apply them together
    QList<TableNames> tables;
    QList<Change> changes;
    friend bool operator==(const Changes &, const Changes &) = default;
};

/// Answers each Subscribe: the Changes behind it belong to that one.
struct Subscribed {
    QByteArray space;
    friend bool operator==(const Subscribed &, const Subscribed &) = default;
};

/// What became of one change of a push. Only the ones that were not simply accepted are listed.
struct Verdict {
    quint32 index = 0; ///< in Push::changes
    QString code;      ///< `clock_ahead` (re-stamp and resend), `too_large`, `no_permission`, `invalid`
    QString reason;
    friend bool operator==(const Verdict &, const Verdict &) = default;
};

struct Ack {
    QByteArray space;
    quint64 number = 0;
    Sequence previous = 0; ///< head before this push was merged
    Sequence sequence = 0; ///< head after it; a receiver whose cursor is `previous` moves to it
    qint64 clockMs = 0;    ///< the server's wall clock, for re-stamping
    QList<Verdict> verdicts;
    friend bool operator==(const Ack &, const Ack &) = default;
};

struct Marked {
    QByteArray space;
    quint64 id = 0;
    Sequence head = 0;
    QByteArray digest; ///< SpaceDigest::totalBytes() at head, or toBytes() when buckets were asked for
    friend bool operator==(const Marked &, const Marked &) = default;
};

/// From now on, deletes with stamps up to `stamp` are as if they had never been; a replica that has not come to
/// `sequence` yet lacks some. PROTOCOL.md "Forgetting deletes".
struct Collected {
    QByteArray space;
    Sequence sequence = 0;
    Hlc stamp = 0;
    CausalLength length = 0; ///< none of them is longer: a key that is not known is born above it
    friend bool operator==(const Collected &, const Collected &) = default;
};

struct Pong {
    qint64 clockMs = 0;       ///< the answerer's
    qint64 senderClockMs = 0; ///< Ping::clockMs
    friend bool operator==(const Pong &, const Pong &) = default;
};

using Message = std::variant<Hello, Welcome, Refused, Subscribe, Changes, Push, Ack, Mark, Marked, Ping, Pong, Plugin, Opened,
                             Closed, Leave, Seen, Collected, Subscribed>;

} // namespace Sheaf
