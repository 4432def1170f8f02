// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/messages.h"

#include <array>

namespace Sheaf::Server {

/// One message of a plugin, encoded and framed once for however many hear it.
class PluginWord
{
public:
    explicit PluginWord(Plugin message) : m_message(std::move(message)) {}

    [[nodiscard]] const Plugin &message() const { return m_message; }
    [[nodiscard]] const QList<QByteArray> &frames(bool compressed);

private:
    Plugin m_message;
    std::array<QList<QByteArray>, 2> m_frames;
};

} // namespace Sheaf::Server
