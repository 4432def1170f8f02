// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/replica.h"
#include "text/doc.h"

#include <QJsonObject>

namespace Sheaf {

/// The command "text": edits of a text column by positions, as an editor makes them.
struct TextCommand {
    QByteArray table;
    QByteArray key;
    QByteArray column;
    Text::Delta ops; ///< none: the text is only read
};

/// Errors: `bad_request`.
Result<TextCommand> textCommandFromJson(const QJsonObject &command);
/// Makes the edits in a document of its own, with the client number `client`, and writes them; returns the
/// text. Errors: those of Replica::loadText() and Replica::writeText().
Result<QString> runTextCommand(Replica &replica, const TextCommand &command, quint64 client, const UserAction &action);

} // namespace Sheaf
