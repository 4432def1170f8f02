// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/codec.h"
#include "server/core/framedmessage.h"

#include <optional>

namespace Sheaf::Server {

/// One message of a plugin, encoded and framed once for however many hear it.
class PluginWord
{
public:
    explicit PluginWord(Plugin message) : m_message(std::move(message)) {}

    [[nodiscard]] const Plugin &message() const { return m_message; }
    [[nodiscard]] FramedMessage &framed()
    {
        if (!m_framed)
            m_framed.emplace(encodeMessage(m_message));
        return *m_framed;
    }

private:
    Plugin m_message;
    std::optional<FramedMessage> m_framed; ///< nothing while nobody hears it
};

} // namespace Sheaf::Server
