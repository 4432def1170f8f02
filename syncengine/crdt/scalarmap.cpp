// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/scalarmap.h"

#include "crdt/jsonscalar.h"
#include "crdt/rowrecord.h"

namespace Sheaf::ScalarMap {

using namespace Qt::StringLiterals;

namespace {

using Scalars = std::map<QByteArray, JsonScalar>;

QByteArray quoted(const QByteArray &key)
{
    return JsonScalar{.kind = JsonScalar::Kind::String, .string = key}.toJson();
}

Result<Scalars> scalarsOf(const ValueView &value)
{
    if (value.type == ValueView::Type::Null)
        return Scalars();
    const bool isText = value.type == ValueView::Type::Text || value.type == ValueView::Type::Blob;
    auto scalars = isText ? scalarsOfObject(value.bytes) : std::nullopt;
    if (!scalars)
        return fail(u"bad_value"_s, u"a map takes a JSON object of scalars only"_s);
    return *std::move(scalars);
}

/// By key; nothing: a part says that the key is not there.
std::map<QByteArray, std::optional<JsonScalar>> entriesOf(const ValueView &base, Parts parts)
{
    std::map<QByteArray, std::optional<JsonScalar>> entries;
    for (const PartView &part : parts) {
        const auto key = JsonScalar::fromJson(part.part);
        if (!key || key->kind != JsonScalar::Kind::String)
            continue;
        if (part.value.type == ValueView::Type::Null)
            entries.try_emplace(key->string);
        else if (part.value.type != ValueView::Type::Text)
            continue;
        else if (auto value = JsonScalar::fromJson(part.value.bytes))
            entries.try_emplace(key->string, *std::move(value));
    }
    if (auto scalars = scalarsOf(base)) {
        for (auto &[key, value] : *scalars)
            entries.try_emplace(key, std::move(value));
    }
    return entries;
}

} // namespace

QByteArray fold(const ValueView &base, Parts parts)
{
    QByteArray json = "{";
    for (const auto &[key, value] : entriesOf(base, parts)) {
        if (value)
            json += (json.size() > 1 ? "," : "") + quoted(key) + ':' + value->toJson();
    }
    return json + '}';
}

Result<PartEdits> edit(const ValueView &base, const ValueView &now, Parts parts)
{
    const auto wanted = scalarsOf(now);
    if (!wanted)
        return fail(wanted.error());
    PartEdits edits;
    const auto seen = entriesOf(base, parts);
    for (const auto &[key, value] : seen) {
        if (value && !wanted->contains(key))
            edits.push_back(partEdit(quoted(key), ValueView::null()));
    }
    for (const auto &[key, value] : *wanted) {
        const auto known = seen.find(key);
        if (known != seen.end() && known->second == value)
            continue;
        QByteArray part = quoted(key);
        if (part.size() > partBytesMax)
            return fail(u"bad_value"_s, u"a key of a map takes at most %1 bytes of JSON"_s.arg(partBytesMax));
        const QByteArray json = value.toJson();
        edits.push_back(partEdit(std::move(part), ValueView::ofText(json)));
    }
    return edits;
}

Result<PartEdits> bear(const ValueView &value)
{
    return edit(ValueView::null(), value, {});
}

} // namespace Sheaf::ScalarMap
