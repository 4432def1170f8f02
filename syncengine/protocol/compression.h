// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>

#include <memory>
#include <span>

namespace Sheaf {

/// A way to make messages smaller on the wire. Client and server agree on one by its name: PROTOCOL.md "Compression". Derive from
/// it for another one than zstd, and give it to both: SyncEngine::Options::compressions, Server::ServeOptions::compressions.
///
/// - Pure functions of their arguments, called in the threads of engines and servers, so perhaps in several at once.
/// - Limits are not its business: what is declared, packed and unpacked is measured before and after it.
/// - An exception ends the connection with `compression_failed`, and so does a compress() that gives what decompress()
///   does not take, on the other side with `bad_frame`.
class Compression
{
public:
    virtual ~Compression() = default;

    /// 1 to 128 bytes. Stands for a format of bytes for ever: another one, or another dictionary, has another name.
    [[nodiscard]] virtual QByteArray name() const = 0;
    /// The message packed. What is not clearly smaller is not used.
    [[nodiscard]] virtual QByteArray compress(QByteArrayView message) const = 0;
    /// Unpacks into `message`, which has the size that the sender has declared, and never writes beyond it. How many bytes the
    /// message has: another number than the size of `message`, or -1 for what cannot be unpacked, refuses it.
    [[nodiscard]] virtual qsizetype decompress(QByteArrayView packed, std::span<char> message) const = 0;
};

/// In the order of preference.
using Compressions = QList<std::shared_ptr<const Compression>>;

/// zstd, which is what both sides have unless they are told otherwise.
[[nodiscard]] Compressions builtinCompressions();

/// The names for a hello: as many as one takes.
[[nodiscard]] QList<QByteArray> namesOf(const Compressions &compressions);
/// The one with this name, or null.
[[nodiscard]] std::shared_ptr<const Compression> compressionNamed(const Compressions &compressions, const QByteArray &name);
/// The first of `wanted` that is there, or null.
[[nodiscard]] std::shared_ptr<const Compression> chooseCompression(const Compressions &compressions,
                                                                   const QList<QByteArray> &wanted);

} // namespace Sheaf
