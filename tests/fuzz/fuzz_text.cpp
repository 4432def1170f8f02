// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "fuzz/textbombs.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

using namespace Sheaf;
using namespace Sheaf::Text;
using namespace Qt::StringLiterals;

Fuzz::Budget Fuzz::budget()
{
    // An input is integrated three times, walked twice and rewritten eight times.
    return {.cpuMs = 25};
}

namespace {

#ifdef FUZZ_TEXT_V2
constexpr Format format = Format::V2;
#else
constexpr Format format = Format::V1;
#endif
constexpr Format otherFormat = format == Format::V1 ? Format::V2 : Format::V1;

/// Empty when the document keeps its invariants.
void checkDoc(const Doc &doc)
{
    const QString broken = doc.check();
    if (!broken.isEmpty())
        qFatal("broken invariant of a document: %s", qPrintable(broken));
}

void checkSame(Doc &a, Doc &b)
{
    SHEAF_CHECK(a.text().toString() == b.text().toString());
    SHEAF_CHECK(a.stateVector() == b.stateVector());
}

/// What was integrated leaves in both formats, and makes the same document elsewhere.
void checkCopies(Doc &doc)
{
    for (const Format way : {format, otherFormat}) {
        Doc copy({.clientId = 2});
        SHEAF_CHECK(copy.apply(doc.encode(way), way));
        checkDoc(copy);
        if (!doc.hasPending() && !copy.hasPending())
            checkSame(doc, copy);
    }
}

void checkAlgebra(const QByteArray &update)
{
    const auto covered = stateVectorOfUpdate(update, format);
    SHEAF_CHECK(covered);
    const auto converted = convertUpdate(update, format, otherFormat);
    SHEAF_CHECK(converted);
    RawUpdate raw;
    SHEAF_CHECK(readUpdate(*converted, otherFormat, raw));
    SHEAF_CHECK(mergeUpdates({update, update}, format));
    SHEAF_CHECK(diffUpdate(update, *covered, format));
}

} // namespace

QList<QByteArray> Fuzz::heavyInputs()
{
    // Single letters before one another: no two items can be joined.
    QList<QByteArray> inputs;
    Doc backward({.clientId = 9});
    Doc scattered({.clientId = 9});
    for (quint32 i = 0; i < 4000; ++i) {
        backward.text().insert(0, u"x"_s);
        scattered.text().insert(i / 2, u"y"_s);
        if (i % 3 == 0)
            scattered.text().remove(i / 4, 1);
    }
    for (const Doc *doc : {&backward, &scattered}) {
        const QByteArray update = doc->encode(format);
        if (update.size() < inputBytesMax)
            inputs.append(QByteArray(1, '\0') + update);
    }
    if (format == Format::V2) { // more structs than that many bytes may name; those that may are judged by tst_texthostile
        for (const Ref ref : {Ref::Gc, Ref::Deleted, Ref::Type})
            inputs.append(QByteArray(1, '\0') + TextBombs::padded(TextBombs::emptyStructs(ref, 2'000'000), inputBytesMax - 1));
    }
    return inputs;
}

/// The first byte: 0 = an update, 1 = a state vector, 2 = a relative position, else the length in two
/// bytes of the first of two updates.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    Doc doc({.clientId = 1});
    doc.text().insert(0, u"some text"_s);
    const quint8 mode = input.byte();
    if (mode == 1) {
        const auto known = readStateVector(input.rest());
        if (!known)
            return 0;
        const auto again = readStateVector(writeStateVector(*known));
        SHEAF_CHECK(again && *again == *known);
        Doc copy({.clientId = 2});
        SHEAF_CHECK(copy.apply(doc.encodeSince(*known, format), format));
        return 0;
    }
    if (mode == 2) {
        const auto place = doc.absolutePosition(doc.text(), input.rest());
        if (place && *place)
            SHEAF_CHECK(**place <= doc.text().length());
        return 0;
    }
    const QByteArray first = mode == 0 ? QByteArray() : input.take(input.word()).toByteArray();
    const QByteArray second = input.rest().toByteArray();
    for (const QByteArray &update : {first, second}) {
        if (!update.isEmpty() && doc.apply(update, format))
            checkAlgebra(update);
    }
    checkDoc(doc);
    doc.text().insert(doc.text().length() / 2, u"ä"_s);
    checkDoc(doc);
    checkCopies(doc);
    return 0;
}
