// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnmodel.h"

#include "base/check.h"
#include "crdt/bytes.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <optional>

namespace Sheaf::ColumnModel {

namespace {

constexpr ColumnId column = 1;
constexpr qint64 bornNumber = 5;

QByteArray encoded(const ValueView &value)
{
    QByteArray bytes;
    Bytes::appendValue(bytes, value);
    return bytes;
}

QByteArray json(const QJsonDocument &document)
{
    return document.toJson(QJsonDocument::Compact);
}

/// What every column is born with: a set and a map hold "z" in their base alone, as registers of old do.
QByteArray bornValue(MergeType type)
{
    if (type == MergeType::Set)
        return encoded(ValueView::ofText("[\"z\"]"));
    if (type == MergeType::Map)
        return encoded(ValueView::ofText("{\"z\":5}"));
    return encoded(ValueView::ofInteger(bornNumber));
}

bool isAdd(const Event &event, const QByteArray &name)
{
    return event.operation.kind == Operation::Kind::Add && event.operation.name == name;
}

bool isRemoval(const Event &event, const QByteArray &name)
{
    return event.operation.kind == Operation::Kind::Remove && event.operation.name == name;
}

/// An element is there if it was added and nobody who had seen that add took it out.
QByteArray trueSet(const History &history, const std::set<size_t> &known)
{
    QJsonArray elements;
    for (const QByteArray name : {"a", "b", "z"}) {
        const auto removedFrom = [&](auto saw) {
            return std::ranges::any_of(known, [&](size_t n) { return isRemoval(history[n], name) && saw(history[n]); });
        };
        bool there = name == "z" && !removedFrom([](const Event &) { return true; });
        for (const size_t n : known)
            there =
                there || (isAdd(history[n], name) && !removedFrom([n](const Event &event) { return event.seen.contains(n); }));
        if (there)
            elements.append(QString::fromUtf8(name));
    }
    return encoded(ValueView::ofText(json(QJsonDocument(elements))));
}

/// Of each key the latest word.
QByteArray trueMap(const History &history, const std::set<size_t> &known)
{
    QJsonObject object;
    for (const QByteArray name : {"a", "b", "z"}) {
        const Event *latest = nullptr;
        for (const size_t n : known) {
            if (history[n].operation.name == name && (latest == nullptr || latest->stamp < history[n].stamp))
                latest = &history[n];
        }
        if (latest == nullptr ? name == "z" : latest->operation.kind == Operation::Kind::Put)
            object.insert(QString::fromUtf8(name), latest == nullptr ? bornNumber : latest->operation.number);
    }
    return encoded(ValueView::ofText(json(QJsonDocument(object))));
}

} // namespace

std::vector<Operation> operationsOf(MergeType type)
{
    using Kind = Operation::Kind;
    switch (type) {
    case MergeType::Counter:
        return {{Kind::Add, {}, 1}, {Kind::Add, {}, -3}};
    case MergeType::Max:
    case MergeType::Min:
        return {{Kind::Write, {}, 1}, {Kind::Write, {}, 3}, {Kind::Write, {}, 7}, {Kind::Write, {}, 9}};
    case MergeType::Set:
        return {{Kind::Add, "a"}, {Kind::Remove, "a"}, {Kind::Add, "z"}, {Kind::Remove, "z"}};
    case MergeType::Map:
        return {{Kind::Put, "a", 1}, {Kind::Put, "a", 2}, {Kind::Remove, "a"}, {Kind::Remove, "z"}};
    default:
        return {};
    }
}

QByteArray truthOf(MergeType type, const History &history, const std::set<size_t> &known)
{
    if (type == MergeType::Set)
        return trueSet(history, known);
    if (type == MergeType::Map)
        return trueMap(history, known);
    qint64 number = bornNumber;
    for (const size_t n : known) {
        const qint64 written = history[n].operation.number;
        if (type == MergeType::Counter)
            number += written;
        else
            number = type == MergeType::Max ? std::max(number, written) : std::min(number, written);
    }
    return encoded(ValueView::ofInteger(number));
}

Column::Column(MergeType type, SiteId site)
    : m_type(type), m_site(site), m_base(bornValue(type)), m_clock{.length = 1, .life = {1, 9}, .uniform = column, .others = {}},
      m_random(site * 1'000'000)
{
}

std::vector<PartView> Column::parts() const
{
    std::vector<PartView> all;
    for (const auto &[part, value] : m_values)
        all.push_back({part, Bytes::Reader(value).value()});
    return all;
}

QByteArray Column::shown() const
{
    return ColumnMerge(m_type).fold(Bytes::Reader(m_base).value(), parts());
}

QByteArray Column::wanted(const Operation &operation) const
{
    const QByteArray now = shown();
    const ValueView value = Bytes::Reader(now).value();
    if (m_type == MergeType::Counter)
        return encoded(ValueView::ofInteger(value.integer + operation.number));
    if (m_type != MergeType::Set && m_type != MergeType::Map)
        return encoded(ValueView::ofInteger(operation.number));
    const QJsonDocument document = QJsonDocument::fromJson(value.bytes.toByteArray());
    if (m_type == MergeType::Map) {
        QJsonObject object = document.object();
        if (operation.kind == Operation::Kind::Put)
            object.insert(QString::fromUtf8(operation.name), operation.number);
        else
            object.remove(QString::fromUtf8(operation.name));
        return encoded(ValueView::ofText(json(QJsonDocument(object))));
    }
    QJsonArray kept;
    for (const QJsonValue element : document.array()) {
        if (element.toString().toUtf8() != operation.name)
            kept.append(element);
    }
    if (operation.kind == Operation::Kind::Add)
        kept.prepend(QString::fromUtf8(operation.name));
    return encoded(ValueView::ofText(json(QJsonDocument(kept))));
}

bool Column::perform(const Operation &operation, Hlc now)
{
    const ColumnMerge merge(m_type);
    const QByteArray before = shown();
    const QByteArray after = wanted(operation);
    const auto edits = merge.edit(Bytes::Reader(m_base).value(), parts(), Bytes::Reader(before).value(),
                                  Bytes::Reader(after).value(), {m_site, [this] { return ++m_random; }});
    SHEAF_CHECK(edits);
    if (edits->empty())
        return false;
    const QByteArray foretold = merge.fold(Bytes::Reader(m_base).value(), parts(), *edits);
    m_last = {std::max(now, latest() + 1), m_site};
    for (const PartEdit &edit : *edits) {
        m_values[edit.part] = edit.value;
        m_clock.setPart(column, edit.part, m_last, isGone(edit));
    }
    SHEAF_CHECK(foretold == shown());
    return true;
}

RowRecord Column::record(bool lastOnly) const
{
    RowRecord record{.length = 1, .life = m_clock.life, .cells = {}};
    for (const auto &[part, value] : m_values) {
        const Stamp stamp = m_clock.partStampOf(column, part);
        if (!lastOnly || stamp == m_last)
            record.parts.push_back({column, part, stamp, Bytes::Reader(value).value()});
    }
    return record;
}

void Column::take(const RowRecord &incoming)
{
    MergeOutcome outcome;
    mergeRecord(m_clock, incoming, outcome);
    for (const size_t i : outcome.partWinners)
        m_values[incoming.parts[i].part.toByteArray()] = encoded(incoming.parts[i].value);
}

void Column::merge(const Column &other)
{
    QByteArray bytes; // through the bytes of the wire
    encodeRecord(other.record(false), bytes);
    RowRecord decoded;
    SHEAF_CHECK(decodeRecord(bytes, decoded));
    take(decoded);
}

void Column::mergeLast(const Column &other)
{
    take(other.record(true));
}

} // namespace Sheaf::ColumnModel
