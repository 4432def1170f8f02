// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/updatereader.h"

#include "text/columns.h"
#include "text/doc.h"
#include "text/limits.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {
namespace {

Unexpected malformed()
{
    return fail(u"text_bad_update"_s, u"The text update is malformed."_s);
}

/// Visits the ranges of a delete set; false if it is malformed.
template<typename Visit>
bool readDeletions(ByteReader &in, Format format, Visit visit)
{
    const bool v2 = format == Format::V2;
    for (quint64 clients = in.varUint(); clients > 0 && in.ok(); --clients) {
        const quint64 id = in.varUint();
        quint64 previous = 0;
        for (quint64 ranges = in.varUint(); ranges > 0 && in.ok(); --ranges) {
            const quint64 clock = (v2 ? previous : 0) + in.varUint();
            const quint64 size = in.varUint() + (v2 ? 1 : 0);
            if (clock > Limits::clockMax || size > Limits::clockMax - clock)
                return false;
            previous = clock + size;
            if (size > 0 && in.ok())
                visit(id, ClockRange{static_cast<quint32>(clock), static_cast<quint32>(size)});
        }
    }
    return in.ok();
}

/// One decoder for both formats: every field is asked for by name, and comes from the stream or its column.
class Decoder
{
public:
    Decoder(QByteArrayView bytes, Format format, RawUpdate &out) : m_rest(bytes), m_v2(format == Format::V2), m_out(out)
    {
        m_emptyLeft = Limits::emptyStructsFloor + static_cast<quint64>(bytes.size()) / Limits::bytesPerEmptyStruct;
        const auto size = static_cast<quint64>(bytes.size());
        m_room = std::max(size / bytesOfStruct, std::min(size, Limits::roomOfSmallUpdate));
        if (m_v2)
            openColumns();
    }

    bool run()
    {
        for (quint64 blocks = m_rest.varUint(); blocks > 0 && good(); --blocks) {
            if (!block())
                return false;
        }
        m_out.hasPairs = m_out.hasPairs || m_rest.sawPairs();
        return good() && readDeletions(m_rest, m_v2 ? Format::V2 : Format::V1, [this](quint64 client, ClockRange range) {
                   m_out.deletions.push_back({client, range});
               });
    }

private:
    void openColumns()
    {
        (void)m_rest.varUint();
        m_keyClock = IntDiffOptRleReader(m_rest.varBuf());
        m_client = UintOptRleReader(m_rest.varBuf());
        m_leftClock = IntDiffOptRleReader(m_rest.varBuf());
        m_rightClock = IntDiffOptRleReader(m_rest.varBuf());
        m_info = RleReader(m_rest.varBuf());
        ByteReader strings(m_rest.varBuf());
        if (strings.remaining() > 0)
            strings.varString(m_out.text);
        m_out.hasPairs = strings.sawPairs();
        if (!strings.ok())
            m_rest.setFailed();
        m_stringLength = UintOptRleReader(strings.take(static_cast<quint64>(strings.remaining())));
        m_parentInfo = RleReader(m_rest.varBuf());
        m_typeRef = UintOptRleReader(m_rest.varBuf());
        m_length = UintOptRleReader(m_rest.varBuf());
    }

    [[nodiscard]] bool good() const { return m_rest.ok() && (!m_v2 || columnsGood()); }
    [[nodiscard]] bool columnsGood() const
    {
        return m_keyClock.ok() && m_client.ok() && m_leftClock.ok() && m_rightClock.ok() && m_info.ok() && m_stringLength.ok() &&
               m_parentInfo.ok() && m_typeRef.ok() && m_length.ok();
    }

    quint32 bounded(quint64 number)
    {
        if (number > Limits::clockMax) {
            m_rest.setFailed();
            return 0;
        }
        return static_cast<quint32>(number);
    }

    quint64 client() { return m_v2 ? m_client.read() : m_rest.varUint(); }
    quint32 length() { return bounded(m_v2 ? m_length.read() : m_rest.varUint()); }
    quint64 typeRef() { return m_v2 ? m_typeRef.read() : m_rest.varUint(); }

    WireId leftId()
    {
        const quint64 id = client();
        return {id, bounded(m_v2 ? m_leftClock.read() : m_rest.varUint())};
    }
    WireId rightId()
    {
        const quint64 id = client();
        return {id, bounded(m_v2 ? m_rightClock.read() : m_rest.varUint())};
    }

    /// A string as a range of m_out.text.
    std::pair<quint32, quint32> string()
    {
        const auto from = static_cast<quint32>(m_v2 ? m_stringAt : m_out.text.size());
        if (!m_v2) {
            m_rest.varString(m_out.text);
            return {from, static_cast<quint32>(m_out.text.size()) - from};
        }
        const quint64 size = m_stringLength.read();
        if (size > m_out.text.size() - m_stringAt) {
            m_rest.setFailed();
            return {0, 0};
        }
        m_stringAt += size;
        if (m_out.hasPairs && size > 0)
            closeHalves(m_out.text.data() + from, m_out.text.data() + m_stringAt - 1);
        return {from, static_cast<quint32>(size)};
    }
    /// A string that the column cuts inside a pair has what each half would be on its own in format v1.
    static void closeHalves(char16_t *first, char16_t *last)
    {
        if (QChar::isLowSurrogate(*first))
            *first = u'\uFFFD';
        if (QChar::isHighSurrogate(*last))
            *last = u'\uFFFD';
    }
    std::pair<quint32, quint32> key()
    {
        if (!m_v2)
            return string();
        const quint64 number = m_keyClock.read();
        if (number < m_keys.size())
            return m_keys[number];
        m_keys.push_back(string());
        return m_keys.back();
    }
    Value json()
    {
        if (m_v2)
            return m_rest.any();
        return parsed(string());
    }
    Value parsed(std::pair<quint32, quint32> range)
    {
        auto value = fromJson(m_out.view(range.first, range.second));
        if (!value) {
            m_rest.setFailed();
            return {};
        }
        return std::move(*value);
    }

    bool block()
    {
        const quint64 count = m_rest.varUint();
        const quint64 id = client();
        quint64 clock = m_rest.varUint();
        RawUpdate::Block result{id, static_cast<quint32>(m_out.structs.size()), 0};
        if (m_out.structs.empty())
            m_out.structs.reserve(std::min(count, m_room));
        for (quint64 i = 0; i < count; ++i) {
            if (clock > Limits::clockMax)
                return false;
            RawStruct &one = m_out.structs.emplace_back();
            one.clock = static_cast<quint32>(clock);
            structure(one);
            if (!good() || !plausible(id, one) || !affordable(one.ref))
                return false;
            clock += one.length;
        }
        if (clock > Limits::clockMax)
            return false;
        result.end = static_cast<quint32>(m_out.structs.size());
        if (result.end > result.begin)
            m_out.blocks.push_back(result);
        return good();
    }

    /// A struct may only lean on earlier units of its own client.
    [[nodiscard]] bool plausible(quint64 id, const RawStruct &one) const
    {
        const auto earlier = [&](const WireId &other) { return other.client != id || other.clock < one.clock; };
        return one.length > 0 && (!(one.flags & RawStruct::HasOrigin) || earlier(one.origin)) &&
               (!(one.flags & RawStruct::HasRight) || earlier(one.right)) &&
               (!(one.flags & RawStruct::ParentId) || earlier(m_out.parentOf(one).id));
    }

    bool affordable(Ref ref)
    {
        const bool empty = m_v2 && (ref == Ref::Gc || ref == Ref::Deleted || ref == Ref::Type);
        return !empty || m_emptyLeft-- > 0;
    }

    void structure(RawStruct &one)
    {
        const quint8 info = m_v2 ? m_info.read() : m_rest.u8();
        const quint8 ref = info & 0x1F;
        if (ref > static_cast<quint8>(Ref::Skip)) {
            m_rest.setFailed();
            return;
        }
        one.ref = static_cast<Ref>(ref);
        if (one.ref == Ref::Gc) {
            one.length = length();
            return;
        }
        if (one.ref == Ref::Skip) {
            one.length = bounded(m_rest.varUint());
            return;
        }
        if (info & 0x80) {
            one.flags |= RawStruct::HasOrigin;
            one.origin = leftId();
        }
        if (info & 0x40) {
            one.flags |= RawStruct::HasRight;
            one.right = rightId();
        }
        if (!(info & 0xC0))
            parent(one, info & 0x20);
        content(one);
    }

    void parent(RawStruct &one, bool hasSub)
    {
        RawParent parent;
        if (m_v2 ? m_parentInfo.read() == 1 : m_rest.varUint() == 1) {
            one.flags |= RawStruct::ParentName;
            std::tie(parent.name, parent.nameLength) = string();
        } else {
            one.flags |= RawStruct::ParentId;
            parent.id = leftId();
        }
        if (hasSub) {
            one.flags |= RawStruct::HasSub;
            std::tie(parent.sub, parent.subLength) = string();
        }
        if (m_out.parents.empty() || m_out.parents.back() != parent)
            m_out.parents.push_back(parent);
        one.parent = static_cast<quint32>(m_out.parents.size() - 1);
    }

    void content(RawStruct &one)
    {
        if (one.ref == Ref::Deleted) {
            one.length = length();
            return;
        }
        if (one.ref == Ref::String) {
            std::tie(one.content, one.length) = string();
            return;
        }
        if (hasElements(one.ref))
            return elements(one);
        one.content = static_cast<quint32>(m_out.extras.size());
        RawExtra &extra = m_out.extras.emplace_back();
        one.length = 1;
        switch (one.ref) {
        case Ref::Binary:
            extra.value = Value(m_rest.varBuf().toByteArray());
            break;
        case Ref::Embed:
            extra.value = json();
            break;
        case Ref::Format:
            std::tie(extra.key, extra.keyLength) = key();
            extra.value = json();
            break;
        case Ref::Type: {
            const quint64 type = typeRef();
            if (type > 6)
                m_rest.setFailed();
            one.type = static_cast<quint8>(type);
            if (type == 3 || type == 5)
                std::tie(extra.key, extra.keyLength) = key();
            break;
        }
        case Ref::Doc:
            std::tie(extra.key, extra.keyLength) = string();
            extra.value = m_rest.any();
            break;
        default:
            break;
        }
    }

    void elements(RawStruct &one)
    {
        one.content = static_cast<quint32>(m_out.values.size());
        one.length = length();
        for (quint32 i = 0; i < one.length && good(); ++i) {
            if (one.ref == Ref::Any) {
                m_out.values.push_back(m_rest.any());
                continue;
            }
            const auto range = string();
            m_out.values.push_back(m_out.view(range.first, range.second) == u"undefined" ? Value() : parsed(range));
        }
    }

    static constexpr quint64 bytesOfStruct = 8; ///< at least, in what documents are made of

    ByteReader m_rest;
    bool m_v2;
    RawUpdate &m_out;
    quint64 m_emptyLeft = 0; ///< structs without bytes of their own that may still come
    quint64 m_room = 0;      ///< structs for which memory is taken before they are read
    IntDiffOptRleReader m_keyClock, m_leftClock, m_rightClock;
    UintOptRleReader m_client, m_stringLength, m_typeRef, m_length;
    RleReader m_info, m_parentInfo;
    size_t m_stringAt = 0;
    std::vector<std::pair<quint32, quint32>> m_keys; ///< ranges of m_out.text
};

} // namespace

size_t RawUpdate::heldBytes() const
{
    return structs.capacity() * sizeof(RawStruct) + parents.capacity() * sizeof(RawParent) + text.capacity() * sizeof(char16_t) +
           values.capacity() * sizeof(Value) + extras.capacity() * sizeof(RawExtra) + deletions.capacity() * sizeof(deletions[0]);
}

void RawUpdate::clear()
{
    blocks.clear();
    structs.clear();
    parents.clear();
    text.clear();
    hasPairs = false;
    values.clear();
    extras.clear();
    deletions.clear();
}

void normalise(std::vector<ClockRange> &ranges)
{
    if (ranges.size() == 1 && ranges.front().length > 0)
        return;
    std::sort(ranges.begin(), ranges.end(), [](const ClockRange &a, const ClockRange &b) { return a.clock < b.clock; });
    size_t kept = 0;
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].length == 0)
            continue;
        if (kept > 0 && ranges[kept - 1].end() >= ranges[i].clock)
            ranges[kept - 1].length = std::max(ranges[kept - 1].end(), ranges[i].end()) - ranges[kept - 1].clock;
        else
            ranges[kept++] = ranges[i];
    }
    ranges.resize(kept);
}

void normalise(DeleteSet &set)
{
    for (auto it = set.begin(); it != set.end();) {
        normalise(it->second);
        it = it->second.empty() ? set.erase(it) : std::next(it);
    }
}

bool contains(const std::vector<ClockRange> &ranges, quint32 clock)
{
    const auto after =
        std::upper_bound(ranges.begin(), ranges.end(), clock, [](quint32 c, const ClockRange &r) { return c < r.clock; });
    return after != ranges.begin() && std::prev(after)->end() > clock;
}

bool contains(const DeleteSet &set, quint64 client, quint32 clock)
{
    const auto found = set.find(client);
    return found != set.end() && contains(found->second, clock);
}

Result<void> readUpdate(QByteArrayView bytes, Format format, RawUpdate &out)
{
    out.clear();
    if (!Decoder(bytes, format, out).run()) {
        out.clear();
        return malformed();
    }
    return {};
}

namespace {

StateVector stateVectorFrom(ByteReader &in)
{
    StateVector state;
    for (quint64 n = in.varUint(); n > 0 && in.ok(); --n) {
        const quint64 client = in.varUint();
        state[client] = static_cast<quint32>(std::min(in.varUint(), Limits::clockMax));
    }
    return state;
}

} // namespace

Result<StateVector> readStateVector(QByteArrayView bytes)
{
    ByteReader in(bytes);
    StateVector state = stateVectorFrom(in);
    if (!in.ok())
        return fail(u"text_bad_state_vector"_s, u"The state vector is malformed."_s);
    return state;
}

Result<Snapshot> readSnapshot(QByteArrayView bytes, Format format)
{
    ByteReader in(bytes);
    Snapshot snapshot;
    const bool good =
        readDeletions(in, format, [&](quint64 client, ClockRange range) { snapshot.deletions[client].push_back(range); });
    snapshot.state = stateVectorFrom(in);
    if (!good || !in.ok())
        return fail(u"text_bad_snapshot"_s, u"The snapshot is malformed."_s);
    normalise(snapshot.deletions);
    return snapshot;
}

QByteArray writeStateVector(const StateVector &state)
{
    ByteWriter out;
    out.varUint(state.size());
    for (const auto &[client, clock] : state) {
        out.varUint(client);
        out.varUint(clock);
    }
    return out.take();
}

} // namespace Sheaf::Text
