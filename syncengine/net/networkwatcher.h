// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <functional>

namespace Sheaf {

/// Hears from the system when the machine has a network again, where the system can tell. It is a
/// hint to try sooner and nothing else: a server on this very machine needs no network.
class NetworkWatcher : public QObject
{
public:
    explicit NetworkWatcher(std::function<void()> networkBack);
};

} // namespace Sheaf
