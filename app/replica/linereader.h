// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

namespace Sheaf {

/// Lines of standard input as they come, without holding up the event loop.
class LineReader : public QObject
{
    Q_OBJECT

public:
    explicit LineReader(QObject *parent = nullptr);

Q_SIGNALS:
    void lineRead(const QByteArray &line);
    void ended();

private:
    void read();

    QSocketNotifier m_notifier;
    QByteArray m_rest; ///< the beginning of a line whose end is not here yet
};

} // namespace Sheaf
