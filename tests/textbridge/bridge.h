// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/undomanager.h"

#include <QJsonArray>
#include <QJsonObject>

#include <array>
#include <map>
#include <memory>

namespace Sheaf::TextBridge {

/// Named documents driven by JSON commands (DESIGN section 7); each answer is {"ok":…} or {"error":…}. Beyond those, for the
/// comparison with yjs: `convert` {update, v} into the other format; `state_vector` of an `update` in place of a `doc`;
/// `updates`, the update events since it was last asked, and `changes`, what an observer was told; `check`, `snapshot`,
/// `restore`, `embed`, `apply_delta`, `stop_capturing`. What speaks of a text takes the name of a `root` other than `text`.
class Bridge
{
public:
    [[nodiscard]] QJsonObject handle(const QJsonObject &command);

private:
    struct Document {
        std::shared_ptr<Text::Doc> doc;
        std::unique_ptr<Text::UndoManager> undo;
        QJsonObject made;                   ///< the command that made it
        std::array<QStringList, 2> updates; ///< update events since they were last asked for, by format
        QJsonArray changes;                 ///< deltas of the text since they were last asked for
        qint64 now = 0;
        /// What was done so far. An undo manager keeps deleted text, which other tests do not want, so
        /// it comes with the first undo: the document is made again with it.
        std::vector<std::pair<qint64, QJsonObject>> log;
        bool quiet = false;
        [[nodiscard]] QStringList &updatesOf(Text::Format format) { return updates[format == Text::Format::V2 ? 1 : 0]; }
    };
    [[nodiscard]] Result<QJsonValue> run(const QJsonObject &command);
    [[nodiscard]] Result<QJsonValue> make(const QString &name, const QJsonObject &command);
    [[nodiscard]] Result<QJsonValue> change(const QString &what, const QJsonObject &command, Document &document);
    [[nodiscard]] Result<QJsonValue> revert(const QString &what, Document &document);
    [[nodiscard]] Result<QJsonValue> read(const QString &what, const QJsonObject &command, Text::Doc &doc);
    [[nodiscard]] Result<QJsonValue> restore(const QJsonObject &command, const Text::Doc &doc);
    [[nodiscard]] Result<QJsonValue> algebra(const QString &what, const QJsonObject &command);
    static void fill(Document &document, bool withUndo);

    std::map<QString, Document> m_documents;
};

/// Plays an editing trace and says how many milliseconds it took.
[[nodiscard]] Result<QJsonValue> replay(Text::Doc &doc, const QString &file);

} // namespace Sheaf::TextBridge
