// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>

namespace Sheaf {

/// What sheaf-cli prints: answers on standard output, everything said beside them on standard error.
class Output
{
public:
    /// "Imported 3200 of 10000": one line that changes on a terminal, else one line each.
    void progress(const QJsonObject &progress);
    void answer(const QJsonObject &request, const QJsonObject &answer, bool json);
    /// One sentence that says what went wrong and what to do.
    void problem(const QString &sentence);

private:
    void endProgress();

    bool m_inProgress = false;
};

} // namespace Sheaf
