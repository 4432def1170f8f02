// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload.h"

#include <QHash>

namespace Sheaf::Bench {

/// What the libraries of npm's are given to do the same work.
struct BaselineInput {
    const Session *session = nullptr;
    QString text; ///< after the session; each of them must end with it
    std::vector<QByteArray> remote;
    std::vector<QByteArray> merge;
    std::vector<QByteArray> keystrokes;
    QByteArray stateV1;
    QByteArray stateV2;
};

/// The libraries of npm's that do the same work: yjs, the baseline, and two with formats of their own.
inline const QString yjs = QStringLiteral("yjs");
inline const QStringList peers{QStringLiteral("loro"), QStringLiteral("diamond")};

/// Figures of libraries in Node processes, by library and name; those are missing for which there is no Node or no library.
[[nodiscard]] QHash<QString, QHash<QString, double>> measureLibraries(const QStringList &libraries, const BaselineInput &input,
                                                                      const QStringList &names, bool quick);

} // namespace Sheaf::Bench
