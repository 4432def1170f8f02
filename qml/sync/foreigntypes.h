// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/disputelists.h"
#include "engine/livequery.h"
#include "engine/presence.h"
#include "engine/spacelist.h"
#include "engine/syncengine.h"
#include "engine/syncplugin.h"
#include "engine/textdocument.h"

#include <QtQml/qqml.h>

namespace Sheaf {

/// Makes the engine's SyncEngine known to QML: the program creates it, QML is handed it.
struct SyncEngineForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::SyncEngine)
    QML_NAMED_ELEMENT(SyncEngine)
    QML_UNCREATABLE("A SyncEngine is made by the program and handed to QML")
};

/// The base of the TextDocument that QML has.
struct TextDocumentForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::TextDocument)
    QML_ANONYMOUS
};

/// The base of the Presence that QML has.
struct PresenceForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::Presence)
    QML_ANONYMOUS
};

/// Makes the engine's SyncPlugin a QML type.
struct SyncPluginForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::SyncPlugin)
    QML_NAMED_ELEMENT(SyncPlugin)
};

/// Makes the engine's LiveQuery a QML type.
struct LiveQueryForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::LiveQuery)
    QML_NAMED_ELEMENT(LiveQuery)
};

/// The base of the two lists below.
struct DisputeListForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::DisputeList)
    QML_ANONYMOUS
};

/// Makes the engine's ConflictList a QML type.
struct ConflictListForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::ConflictList)
    QML_NAMED_ELEMENT(ConflictList)
};

/// Makes the engine's RejectedList a QML type.
struct RejectedListForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::RejectedList)
    QML_NAMED_ELEMENT(RejectedList)
};

/// Makes the engine's QuarantineList a QML type.
struct QuarantineListForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::QuarantineList)
    QML_NAMED_ELEMENT(QuarantineList)
};

/// Makes the engine's SpaceList a QML type.
struct SpaceListForeign {
    Q_GADGET
    QML_FOREIGN(Sheaf::SpaceList)
    QML_NAMED_ELEMENT(SpaceList)
};

} // namespace Sheaf
