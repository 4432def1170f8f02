// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"

namespace Sheaf::Bench {

/// One change of an editing trace.
struct Edit {
    quint32 position = 0;
    quint32 removed = 0;
    QStringView inserted;
};

/// A recorded session of one author, flat in memory so that reading it costs next to nothing.
struct Session {
    QString text; ///< all insertions
    QString end;
    std::vector<Edit> edits;
};

/// The session in a trace file; limit 0 means all of it.
[[nodiscard]] Result<Session> readSession(const QString &file, qsizetype limit);

/// Plays a session, a transaction for each call as an editor does it.
void play(Text::Doc &doc, const Session &session);

/// An update of format v1 for each edit.
[[nodiscard]] std::vector<QByteArray> updatesOf(const Session &session);

/// The updates of a trace of several authors who did not wait for each other, one for each transaction.
[[nodiscard]] Result<std::vector<QByteArray>> concurrentUpdates(const QString &file);

} // namespace Sheaf::Bench
