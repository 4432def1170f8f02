// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QString>

#include <vector>

namespace Sheaf::TextBridge {

/// An editing trace (github.com/josephg/editing-traces, sequential format): transactions of patches.
struct Trace {
    struct Patch {
        quint32 position = 0;
        quint32 removed = 0;
        QString inserted;
    };
    QString start;
    QString end;
    std::vector<std::vector<Patch>> transactions;
};

/// Reads a trace as JSON, gzipped or not.
[[nodiscard]] Result<Trace> readTrace(const QString &file);
/// Unpacks a gzip file.
[[nodiscard]] Result<QByteArray> readMaybeGzipped(const QString &file);

} // namespace Sheaf::TextBridge
