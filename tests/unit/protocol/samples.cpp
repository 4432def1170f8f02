// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include "crdt/digest.h"
#include "crdt/rowkey.h"
#include "protocol/limits.h"
#include "protocol/presencetopic.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr Stamp first{makeHlc(1'700'000'000'000), 5};
constexpr Stamp second{makeHlc(1'700'000'000'001, 3), 6};

Change change(quint32 table, std::initializer_list<ValueView> key, const RowRecord &record)
{
    Change change{.table = table, .key = {}, .record = {}};
    encodeKey({key.begin(), key.size()}, change.key);
    encodeRecord(record, change.record);
    return change;
}

Change inserted()
{
    return change(
        0, {ValueView::ofText("k1")},
        {.length = 1, .life = first, .cells = {{1, first, ValueView::ofText("milk")}, {2, second, ValueView::ofInteger(-7)}}});
}

QList<TableNames> tables()
{
    return {{.table = "tasks", .columns = {{1, "title"}, {2, "n"}}}};
}

/// Every type of value, a composite key, a delete, an update of one cell and two tables.
Push everything()
{
    Push push{.space = "team \xC3\xA4", .number = INT64_MAX, .more = true, .tables = tables(), .changes = {}};
    push.tables.append({.table = "notes", .columns = {{3, "body"}, {130, "raw"}, {1U << 20, "size"}}});
    push.changes = {
        change(1, {ValueView::ofInteger(INT64_MIN), ValueView::ofBlob(QByteArrayView("\0\xFF", 2))},
               {.length = 300, .life = second, .cells = {}}),
        change(0, {ValueView::ofReal(-0.0)}, {.length = 3, .life = first, .cells = {{2, second, ValueView::null()}}}),
        change(1, {ValueView::null(), ValueView::ofInteger(INT64_MAX)},
               {.length = UINT32_MAX,
                .life = {makeHlc(clockMsLimit - 1, 0xFFFF), UINT64_MAX},
                .cells = {{3, {makeHlc(clockMsLimit - 1, 0xFFFF), UINT64_MAX}, ValueView::ofText("gr\xC3\xBCn\n")},
                          {130, {1, 1}, ValueView::ofBlob("")},
                          {1U << 20, {makeHlc(clockMsLimit - 1, 0xFFFF), UINT64_MAX}, ValueView::ofReal(1e300)}}}),
    };
    return push;
}

/// Texts of two columns and three sites, with bytes and without.
Push edited()
{
    const Stamp third{makeHlc(clockMsLimit - 1, 0xFFFF), 0};
    Push push{.space = "home", .number = 6, .more = false, .tables = tables(), .changes = {}};
    push.changes = {
        change(0, {ValueView::ofText("k1")},
               {.length = 1,
                .life = first,
                .cells = {{1, second, ValueView::ofText("milk")}},
                .texts = {{1, third, {}}, {1, first, QByteArrayView("\0\0", 2)}, {1, second, {}}, {2, first, "anything"}}})};
    return push;
}

/// A sealed update of a text.
Push sealed()
{
    const QByteArray update = QByteArray(8, '\xFF') + QByteArray::fromHex("7fac02018bcfe568000000000000000000000a") +
                              QByteArray(24, 'n') + QByteArray(20, 'c');
    Push push{.space = "home", .number = 7, .more = false, .tables = tables(), .changes = {}};
    push.changes = {
        change(0, {ValueView::ofText("k1")}, {.length = 1, .life = first, .cells = {}, .texts = {{2, second, update}}})};
    return push;
}

/// A counter of two sites, and elements of a set: one there, one taken out; with texts before them and without.
Push counted()
{
    const QByteArray site = QByteArray::fromHex("0000000000000005");
    const QByteArray other = QByteArray::fromHex("1122334455667788");
    const QByteArray milk = "\"milk\"" + QByteArray::fromHex("00000000000000ff");
    const QByteArray seven = "7" + QByteArray::fromHex("ffffffffffffff00");
    Push push{.space = "home", .number = 7, .more = false, .tables = tables(), .changes = {}};
    push.changes = {change(0, {ValueView::ofText("k1")},
                           {.length = 1,
                            .life = first,
                            .cells = {},
                            .parts = {{1, milk, second, ValueView::null()},
                                      {1, seven, first, ValueView::ofInteger(1)},
                                      {2, site, first, ValueView::ofInteger(-3)},
                                      {2, other, second, ValueView::ofReal(0.5)}}}),
                    change(0, {ValueView::ofText("k2")},
                           {.length = 3,
                            .life = first,
                            .cells = {{1, first, ValueView::null()}},
                            .texts = {{1, first, {}}},
                            .parts = {{2, site, second, ValueView::ofText("x")}}})};
    return push;
}

} // namespace

QMap<QString, Message> sampleMessages()
{
    return {
        {u"hello"_s,
         Hello{1, 1, u"notes 1"_s, 3, 0x1122334455667788, "token", 1'700'000'000'000, "lease", {"dictionary-2", "zstd"}}},
        {u"hello of a new replica"_s, Hello{1, 2, u"grün"_s, 0, UINT64_MAX, "token", 1 - Limits::toldMsLimit, "", {}}},
        {u"welcome"_s, Welcome{1,
                               "session",
                               1'700'000'000'001,
                               1'700'000'000'000,
                               "lease2",
                               "zstd",
                               42,
                               {{"home", Role::Editor, 9, 4, 3, 7, first.hlc, 6}}}},
        {u"welcome to two spaces"_s, Welcome{1,
                                             "s",
                                             Limits::toldMsLimit - 1,
                                             0,
                                             "l",
                                             {},
                                             UINT64_MAX,
                                             {{"a", Role::Viewer, 0, 0},
                                              {"b", Role::Owner, INT64_MAX, 65'536, UINT32_MAX, INT64_MAX,
                                               makeHlc(Limits::toldMsLimit - 1, 0xFFFF), Limits::toldLengthLimit - 2}}}},
        {u"welcome to none"_s, Welcome{1, "s", 1, 0, "l", {}, 1, {}}},
        {u"refused"_s, Refused{u"bad_token"_s, u"The token is not known here."_s, -1}},
        {u"refused for a while"_s, Refused{u"shutting_down"_s, u"The server is stopping."_s, 2500}},
        {u"subscribe"_s, Subscribe{"home", 42, 9, {}}},
        {u"subscribe for a repair"_s, Subscribe{"home", 42, 9, bytesOf(SpaceDigest::Buckets().set(0).set(9).set(255))}},
        {u"subscribe to two tables"_s, Subscribe{"home", 42, 9, {}, {"notes", "tasks"}, 3}},
        {u"leave"_s, Leave{"team"}},
        {u"opened"_s, Opened{{"team", Role::Viewer, 9, 4}, 3}},
        {u"closed"_s, Closed{"team", u"revoked"_s, u"Your access to the space was taken back."_s}},
        {u"welcome with a closed space"_s, Welcome{1, "s", 1, 0, "l", {}, 1, {{"team", Role::None, 0, 0}}}},
        {u"changes"_s, Changes{"home", 9, 10, 12, true, tables(), {inserted()}}},
        {u"changes without rows"_s, Changes{"home", 0, 50'000, 70'000, false, {}, {}}},
        {u"push"_s, Push{"home", 5, false, tables(), {inserted()}}},
        {u"push of everything"_s, everything()},
        {u"push of texts"_s, edited()},
        {u"push of a sealed text"_s, sealed()},
        {u"push of parts"_s, counted()},
        {u"ack"_s, Ack{"home", 5, 9, 10, 1'700'000'000'002, {{0, u"clock_ahead"_s, u"An hour ahead."_s}}}},
        {u"ack of all"_s, Ack{"home", 6, 10, 10, 1'700'000'000'002, {}}},
        {u"ack with two verdicts"_s, Ack{"home", 7, 10, 12, 0, {{1, u"too_large"_s, {}}, {4999, u"no_permission"_s, u"No."_s}}}},
        {u"mark"_s, Mark{"home", 7, false}},
        {u"mark for all buckets"_s, Mark{"home", 8, true}},
        {u"marked"_s, Marked{"home", 7, 12, QByteArray(16, 'd')}},
        {u"marked with all buckets"_s, Marked{"home", 8, 12, QByteArray(4095, '\0') + '\1'}},
        {u"ping"_s, Ping{-5}},
        {u"pong"_s, Pong{1, -5}},
        {u"seen"_s, Seen{"home", 12}},
        {u"subscribed"_s, Subscribed{"home"}},
        {u"collected"_s, Collected{"home", 9, second.hlc, 6}},
        {u"plugin"_s, Plugin{presencePlugin(), "home", textPlace("notes", "\3\2k1", "body"), "\1\7\1\2{}"}},
        {u"plugin without topic and payload"_s, Plugin{"x", "home", {}, {}}},
    };
}

} // namespace Sheaf
