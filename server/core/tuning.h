// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Maxima and intervals that only the server's core knows, with their reasons.
namespace Sheaf::Server::Tuning {

constexpr qsizetype groupPushesMax = 64;          ///< a group is committed at once when it has as many
constexpr qint64 groupBytesMax = 2 * 1024 * 1024; ///< or as many bytes: bounds memory and latency
constexpr qint64 bufferedBytesMax =
    16 * 1024 * 1024;                    ///< unfinished transactions of all sessions together; beyond it they are cut
constexpr int tablesPerSpaceMax = 1000;  ///< names are never forgotten, so they are bounded
constexpr int columnsPerTableMax = 2000; ///< SQLite's own limit of columns
constexpr int skippedRowsMax = 50'000;   ///< of a repair, before others have their turn
constexpr qint64 retentionMsDefault = 180LL * 24 * 3'600'000; ///< a replica that is silent for longer is not waited for
constexpr qint64 forgetDelayMs = 24LL * 3'600'000;            ///< deletes are kept that long at least: few need a new stamp
constexpr int forgetIntervalMs = 3'600'000;                   ///< how often it is seen to
constexpr int countedRowsMax = 2'000;                         ///< for the digests of tables, in one turn: a few milliseconds
constexpr int sweepRowsMax = 2'000;                           ///< looked at in one turn: a few milliseconds
constexpr int sweepPauseMs = 20;                              ///< between two turns

constexpr int marksPerSessionMax = 256; ///< unanswered questions of one session

constexpr size_t textBlocksMax = 64;             ///< of a text; beyond it neighbours are merged, which leaves 52 of 8 MiB at most
constexpr size_t textBlocksKept = 16;            ///< newest ones stay apart: a reader who was away for a moment gets only those
constexpr qint64 textBytesKept = 32 * 1024;      ///< as long as they take no more
constexpr qint64 smallTextBytes = 2 * 1024;      ///< up to there what each block costs besides its bytes is most of it,
constexpr size_t smallTextBlocksMax = 16;        ///< so there are fewer of them,
constexpr size_t smallTextBlocksKept = 4;        ///< and fewer stay apart
constexpr qint64 structBytesMin = 3;             ///< of a text, or more, on average: smaller texts are not counted
constexpr qint64 textLoadedBytesMin = 64 * 1024; ///< merged with the oldest block, which reads all of it

constexpr int presenceIntervalMs = 33;                     ///< what is new in a topic is told 30 times a second at most
constexpr qsizetype presenceTopicsMax = 64;                ///< that one connection is in: its open texts, and its spaces
constexpr qsizetype presenceClientsMax = 500;              ///< of one topic
constexpr qsizetype presenceClientsPerListenerMax = 8;     ///< windows behind one connection
constexpr qsizetype presenceUpdateBytesTarget = 16 * 1024; ///< a larger crowd is told in several messages
constexpr double presencePerSecond = 2'000;                ///< messages of one connection: many clients, each 20 times a second
constexpr int presenceBurst = 4'000;                       ///< as many after a pause
constexpr qint64 presenceBytesMax = 16 * 1024 * 1024;      ///< states of all topics together

constexpr qint64 yjsBytesMax =
    64 * 1024 * 1024; ///< stored, of all texts that Yjs clients have open: memory holds some times that
constexpr qint64 yjsStateVectorBytesMax = 64 * 1024; ///< about ten thousand writers of one text
constexpr int yjsQuestionsBurst = 20;                ///< each may be answered with a whole text
constexpr double yjsQuestionsPerSecond = 2;
constexpr int yjsSilenceMsMax = 20'000; ///< y-websocket gives a server up after 30 s without a message

constexpr int tickMs = 1000;                 ///< how exactly silence and stalls are noticed
constexpr int stalledMsMax = 30'000;         ///< unsent bytes and none taken for that long: drop
constexpr int closingMsMax = 5'000;          ///< for the last words of a session to leave
constexpr int shutdownMsMax = 8'000;         ///< a graceful stop takes no longer
constexpr qint64 brokenRetryMs = 10'000;     ///< a client that breaks a rule will do it again: not at once
constexpr qint64 storageRetryMsMax = 10'000; ///< a full disk is not emptied at once; spread over this time
constexpr qint64 shutdownRetryMsMax = 3'000; ///< clients come back spread over this time

} // namespace Sheaf::Server::Tuning
