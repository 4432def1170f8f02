// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload.h"

#include <QHash>

namespace Sheaf::Bench {

/// What npm's yjs is given to do the same work.
struct BaselineInput {
    const Session *session = nullptr;
    std::vector<QByteArray> remote;
    std::vector<QByteArray> merge;
    std::vector<QByteArray> keystrokes;
    QByteArray stateV1;
    QByteArray stateV2;
};

/// Figures of npm's yjs in a Node process, by name; empty where Node or yjs is not there. yjs must end with
/// the same text.
[[nodiscard]] QHash<QString, double> measureYjs(const BaselineInput &input, const QStringList &names, bool quick);

} // namespace Sheaf::Bench
