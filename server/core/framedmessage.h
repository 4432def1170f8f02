// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"

#include <vector>

namespace Sheaf::Server {

/// A message as bytes, framed once per compression for however many receivers.
class FramedMessage
{
public:
    explicit FramedMessage(QByteArray message) : m_message(std::move(message)) {}

    /// As frameMessage().
    [[nodiscard]] const Result<QList<QByteArray>> &frames(const Compression *compression)
    {
        for (const Form &form : m_forms) {
            if (form.compression == compression)
                return form.frames;
        }
        m_forms.push_back({compression, frameMessage(m_message, compression)});
        return m_forms.back().frames;
    }

private:
    struct Form {
        const Compression *compression;
        Result<QList<QByteArray>> frames;
    };

    QByteArray m_message;
    std::vector<Form> m_forms;
};

} // namespace Sheaf::Server
