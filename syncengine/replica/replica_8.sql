-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 8: undo.

-- What the user did, the newest last. Those with undone = 1 can be redone; they are newer than all others.
CREATE TABLE sheaf_undo(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    grp BLOB NOT NULL,
    at INTEGER NOT NULL, -- wall clock, ms
    bytes INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);

-- What each of them did to each row, in order; entry is of undoentry.h.
CREATE TABLE sheaf_undo_rows(
    action INTEGER NOT NULL,
    i INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (action, i)
) WITHOUT ROWID;
CREATE INDEX sheaf_undo_places ON sheaf_undo_rows(tbl, pk);

UPDATE sheaf_state SET format = 8;
