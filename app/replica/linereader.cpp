// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "linereader.h"

#include <unistd.h>

#include <cerrno>

namespace Sheaf {

LineReader::LineReader(QObject *parent) : QObject(parent), m_notifier(STDIN_FILENO, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] { read(); });
}

void LineReader::read()
{
    QByteArray chunk(64 * 1024, Qt::Uninitialized);
    const auto count = ::read(STDIN_FILENO, chunk.data(), static_cast<size_t>(chunk.size()));
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count > 0)
        m_rest.append(chunk.constData(), count);
    qsizetype from = 0;
    for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n', from)) {
        Q_EMIT lineRead(m_rest.mid(from, end - from));
        from = end + 1;
    }
    m_rest.remove(0, from);
    if (count > 0)
        return;
    m_notifier.setEnabled(false);
    if (!m_rest.isEmpty())
        Q_EMIT lineRead(m_rest);
    Q_EMIT ended();
}

} // namespace Sheaf
