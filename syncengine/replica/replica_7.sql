-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 7: spaces come and go; what is sent and shown may be chosen.

-- departed: the user has left the space. closed, reason: why it is closed, empty while it is not. tables: those that are
-- subscribed to, each with its length in front, ascending; empty: all.
ALTER TABLE sheaf_spaces ADD COLUMN departed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sheaf_spaces ADD COLUMN closed BLOB NOT NULL DEFAULT x'';
ALTER TABLE sheaf_spaces ADD COLUMN reason BLOB NOT NULL DEFAULT x'';
ALTER TABLE sheaf_spaces ADD COLUMN tables BLOB NOT NULL DEFAULT x'';

-- held: 1 = the app's filter keeps the row here, 2 = it is left out of the sync that is on its way.
ALTER TABLE sheaf_outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- filtered: 1 = not a constraint, the app's filter keeps the row out of sight.
ALTER TABLE sheaf_stuck ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0;

-- What the server had not acknowledged when a space was closed. The first columns are those of sheaf_rejected; the others
-- are the row's clock and its place in the outbox as they were, so that it can go on as if nothing had happened. site: who
-- this replica was then.
CREATE TABLE sheaf_quarantine(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    space BLOB NOT NULL,
    tbl BLOB NOT NULL,
    pk BLOB NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    record BLOB NOT NULL,
    mask INTEGER NOT NULL,
    texts BLOB NOT NULL,
    at INTEGER NOT NULL,
    clock BLOB NOT NULL,
    base BLOB NOT NULL,
    resolved INTEGER NOT NULL,
    txn INTEGER NOT NULL,
    site INTEGER NOT NULL
);

-- The rows of sheaf_texts and sheaf_parts that belonged to it.
CREATE TABLE sheaf_quarantine_texts(
    entry INTEGER NOT NULL,
    n INTEGER NOT NULL,
    column INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    acked INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (entry, n)
) WITHOUT ROWID;
CREATE TABLE sheaf_quarantine_parts(
    entry INTEGER NOT NULL,
    column INTEGER NOT NULL,
    part BLOB NOT NULL,
    value BLOB NOT NULL,
    waits INTEGER NOT NULL,
    acked_hlc INTEGER NOT NULL,
    acked BLOB,
    PRIMARY KEY (entry, column, part)
) WITHOUT ROWID;

UPDATE sheaf_state SET format = 7;
