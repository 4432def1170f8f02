-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 5: what did not go as the user wrote it: conflicts and refusals.

-- The conflict policy of the table: 0 = latest, 1 = remote, 2 = local, 3 = custom, null = the replica's default.
ALTER TABLE sheaf_tables ADD COLUMN conflicts INTEGER;

-- base: the row's clock as the server has it, as far as known; empty: it never had the row.
-- resolved: the columns of the mask whose value a conflict policy wrote, not the user.
ALTER TABLE sheaf_outbox ADD COLUMN base BLOB NOT NULL DEFAULT x'';
ALTER TABLE sheaf_outbox ADD COLUMN resolved INTEGER NOT NULL DEFAULT 0;
UPDATE sheaf_outbox SET base = coalesce((SELECT clock FROM sheaf_rows r WHERE r.tbl = sheaf_outbox.tbl AND r.pk = sheaf_outbox.pk),
    x'');

-- What the server refused for good. record: the row as the user had it; mask: the columns that were
-- refused, as in sheaf_outbox; texts: the user's edits of texts among them, each the number of the column and an
-- update for the text as the server had it. Numbers are never given twice: an old one must not name another change.
ALTER TABLE sheaf_rejected RENAME TO sheaf_rejected_4;
CREATE TABLE sheaf_rejected(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    space BLOB NOT NULL,
    tbl BLOB NOT NULL,
    pk BLOB NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    record BLOB NOT NULL,
    mask INTEGER NOT NULL,
    texts BLOB NOT NULL,
    at INTEGER NOT NULL -- wall clock, ms
);
INSERT INTO sheaf_rejected SELECT n, space, tbl, pk, code, reason, record, -1, x'', 0 FROM sheaf_rejected_4;
DROP TABLE sheaf_rejected_4;

-- What the merge rules decided against somebody who could not know. col: name of the column, empty for the
-- row as a whole, whose values are then (name, value) pairs, and nothing for the side that deleted it.
-- asks: how often the callback of the custom policy may still be asked, -1 when
-- nobody is.
CREATE TABLE sheaf_conflicts(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    space BLOB NOT NULL,
    tbl BLOB NOT NULL,
    pk BLOB NOT NULL,
    col BLOB NOT NULL,
    kind INTEGER NOT NULL,   -- 0 = two edits, 1 = two births of one key, 2 = an edit and a delete
    winner INTEGER NOT NULL, -- 0 = mine, 1 = theirs
    mine BLOB NOT NULL,
    theirs BLOB NOT NULL,
    stands BLOB NOT NULL,    -- the value that was in the cell when all was decided
    site INTEGER NOT NULL,   -- who wrote theirs
    hlc INTEGER NOT NULL,    -- and when
    at INTEGER NOT NULL,     -- wall clock of this device when it met, ms
    asks INTEGER NOT NULL
);

-- Sites that this replica was before, each with the greatest stamp that a push of that time may have carried: 16 bytes.
ALTER TABLE sheaf_state ADD COLUMN former BLOB NOT NULL DEFAULT x'';

UPDATE sheaf_state SET format = 5;
