// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/elementset.h"

#include "crdt/bytes.h"
#include "crdt/jsonscalar.h"
#include "crdt/rowrecord.h"

#include <map>
#include <set>

namespace Sheaf::ElementSet {

using namespace Qt::StringLiterals;

namespace {

struct Add {
    QByteArrayView part;
    bool stands = false;
};
using Adds = std::map<JsonScalar, std::vector<Add>>; ///< by element, those of the base without any

Result<std::set<JsonScalar>> elementsOf(const ValueView &value)
{
    if (value.type == ValueView::Type::Null)
        return std::set<JsonScalar>();
    const bool isText = value.type == ValueView::Type::Text || value.type == ValueView::Type::Blob;
    const auto scalars = isText ? scalarsOfArray(value.bytes) : std::nullopt;
    if (!scalars)
        return fail(u"bad_value"_s, u"a set takes a JSON array of scalars only"_s);
    return std::set<JsonScalar>(scalars->begin(), scalars->end());
}

Adds addsOf(const ValueView &base, Parts parts)
{
    Adds adds;
    for (const PartView &part : parts) {
        if (part.part.size() <= dotBytes)
            continue;
        auto element = JsonScalar::fromJson(part.part.chopped(dotBytes));
        const bool stands = part.value.type == ValueView::Type::Integer && part.value.integer == 1;
        if (element)
            adds[*std::move(element)].push_back({part.part, stands});
    }
    if (const auto elements = elementsOf(base)) {
        for (const JsonScalar &element : *elements)
            adds.try_emplace(element);
    }
    return adds;
}

bool isIn(const std::vector<Add> &adds)
{
    return adds.empty() || std::ranges::any_of(adds, &Add::stands);
}

void appendDot(QByteArray &part, const std::function<quint64()> &random)
{
    quint64 dot = random();
    while (dot == 0)
        dot = random();
    Bytes::appendFixed(part, dot);
}

Result<PartEdit> addition(const JsonScalar &element, const PartWriter &writer)
{
    QByteArray part = element.toJson();
    if (part.size() + dotBytes > partBytesMax)
        return fail(u"bad_value"_s, u"an element of a set takes at most %1 bytes of JSON"_s.arg(partBytesMax - dotBytes));
    appendDot(part, writer.random);
    return partEdit(std::move(part), ValueView::ofInteger(1));
}

} // namespace

QByteArray fold(const ValueView &base, Parts parts)
{
    QByteArray json = "[";
    for (const auto &[element, adds] : addsOf(base, parts)) {
        if (isIn(adds))
            json += (json.size() > 1 ? "," : "") + element.toJson();
    }
    return json + ']';
}

Result<PartEdits> edit(const ValueView &base, const ValueView &now, Parts parts, const PartWriter &writer)
{
    auto wanted = elementsOf(now);
    if (!wanted)
        return fail(wanted.error());
    PartEdits edits;
    for (const auto &[element, adds] : addsOf(base, parts)) {
        if (!isIn(adds) || wanted->erase(element) != 0)
            continue;
        for (const Add &add : adds) {
            if (add.stands)
                edits.push_back(partEdit(add.part.toByteArray(), ValueView::null()));
        }
        if (adds.empty())
            edits.push_back(partEdit(element.toJson() + QByteArray(dotBytes, '\0'), ValueView::null()));
    }
    for (const JsonScalar &element : *wanted) {
        auto added = addition(element, writer);
        if (!added)
            return fail(added.error());
        edits.push_back(*std::move(added));
    }
    return edits;
}

Result<PartEdits> bear(const ValueView &value, const PartWriter &writer)
{
    return edit(ValueView::null(), value, {}, writer);
}

QByteArray addedAgain(QByteArrayView part, const std::function<quint64()> &random)
{
    QByteArray name = part.chopped(dotBytes).toByteArray();
    appendDot(name, random);
    return name;
}

} // namespace Sheaf::ElementSet
