// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/pluginword.h"

#include "protocol/codec.h"
#include "protocol/framing.h"

namespace Sheaf::Server {

const QList<QByteArray> &PluginWord::frames(bool compressed)
{
    QList<QByteArray> &frames = m_frames[compressed ? 1 : 0];
    if (frames.isEmpty())
        frames = frameMessage(encodeMessage(m_message), compressed);
    return frames;
}

} // namespace Sheaf::Server
