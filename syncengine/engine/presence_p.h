// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/presence.h"
#include "engine/syncengine_p.h"

#include <QJsonObject>
#include <QPointer>

namespace Sheaf {

/// The room that we are in, and a row for each of the others. Carets are looked up in the text at most once in a
/// turn of the event loop: an editor in the middle of a change cannot be asked for places.
struct Presence::Private final : PresenceSink {
    struct Row {
        quint64 client = 0;
        QJsonObject state;
        QByteArray anchorAt; ///< relative; empty: no caret
        QByteArray headAt;
        int anchor = -1;
        int head = -1;
        qint64 idleSinceMs = 0;
    };
    struct Caret {
        int anchor = 0;
        int head = 0;
    };

    explicit Private(Presence *presence) : q(presence) {}

    void presenceChanged(const QList<PresenceState> &present, const QList<quint64> &gone) override;
    void take(const PresenceState &state);
    void remove(quint64 client);
    void clear();
    [[nodiscard]] qsizetype rowOf(quint64 client) const;

    /// Changes rooms if the properties name another one.
    void move();
    void leave();
    /// Takes our caret along.
    void textEdited(const Text::Delta &delta, TextDocument::Author author);
    void refreshSoon();
    void refresh();
    void announce();
    /// Looks up where the carets of a row are now; whether they have moved.
    bool resolve(Row &row) const;

    Presence *q;
    QPointer<SyncEngine> engine;
    QString space;
    QPointer<TextDocument> document;
    QVariantMap state;
    std::optional<Caret> caret;
    QList<Row> rows;

    PresenceClient::Room room = 0; ///< 0: nowhere
    PresenceTopic topic;
    QByteArray announced;
    bool refreshing = false;
};

} // namespace Sheaf
