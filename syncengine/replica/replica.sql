-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- What a replica keeps beside the tables of the app, as a new file begins; replica_N.sql bring older ones here, and their
-- comments say why. Columns have stable numbers, never positions. Comments stand outside of statements: SQLite would keep
-- them in the file and read them at each opening.

-- One line: identity, clock and what the last handshake told. hlc: greatest stamp given or seen; seen: greatest stamp that
-- came from the server; clock_offset: server minus local wall clock, ms; offered: greatest stamp of this replica in any push
-- that a server may have accepted; former: sites that this replica was before, each with the greatest such stamp, 16 bytes;
-- birthmark: ReplicaConfig::birthmark when the file was last opened, empty: not known.
CREATE TABLE sheaf_state(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format INTEGER NOT NULL,
    site INTEGER NOT NULL,
    hlc INTEGER NOT NULL DEFAULT 0,
    seen INTEGER NOT NULL DEFAULT 0,
    clock_offset INTEGER NOT NULL DEFAULT 0,
    lease BLOB NOT NULL DEFAULT x'',
    offered INTEGER NOT NULL DEFAULT 0,
    former BLOB NOT NULL DEFAULT x'',
    birthmark BLOB NOT NULL DEFAULT x''
);

-- The sites that clocks name, by small numbers of this file: from 0, without holes.
CREATE TABLE sheaf_sites(
    n INTEGER PRIMARY KEY,
    site INTEGER NOT NULL UNIQUE
);

-- departed: the user has left the space. closed, reason: why it is closed, empty while it is not. tables: those that are
-- subscribed to, each with its length in front, ascending; empty: all. reached: the greatest cursor of this epoch.
-- forgotten, forgotten_length: deletes with stamps up to there, and how long they are, are as if they had never been.
-- sweep: the server's sequence of the deletes that this replica has missed while everything is pulled anew, else 0.
CREATE TABLE sheaf_spaces(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    role INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0,
    last_push INTEGER NOT NULL DEFAULT 0,
    departed INTEGER NOT NULL DEFAULT 0,
    closed BLOB NOT NULL DEFAULT x'',
    reason BLOB NOT NULL DEFAULT x'',
    tables BLOB NOT NULL DEFAULT x'',
    reached INTEGER NOT NULL DEFAULT 0,
    forgotten INTEGER NOT NULL DEFAULT 0,
    sweep INTEGER NOT NULL DEFAULT 0,
    forgotten_length INTEGER NOT NULL DEFAULT 0
);

-- The rows that have come since a sweep began.
CREATE TABLE sheaf_swept(
    space INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    PRIMARY KEY (space, tbl, pk)
) WITHOUT ROWID;

-- Sub-sums of the digest over the living rows at rest (sheaf_rows.outbox IS NULL); a missing one is zero.
-- Rows that wait are added when somebody asks, so that capture computes no hash for them.
CREATE TABLE sheaf_buckets(
    space INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (space, bucket)
) WITHOUT ROWID;

-- Tables that are synced (synced = 1) or that only newer peers know. conflicts: the policy of the table, 0 = latest,
-- 1 = remote, 2 = local, 3 = custom, null = the replica's default. wire: what others call the table, null: as here.
CREATE TABLE sheaf_tables(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    synced INTEGER NOT NULL,
    space_column BLOB NOT NULL DEFAULT x'',
    delete_wins INTEGER NOT NULL DEFAULT 0,
    conflicts INTEGER,
    wire BLOB
);

-- here = 0: only newer peers know the column, its values are in sheaf_parked. type: 0 = register, 1 = text, 2 = counter,
-- 3 = max, 4 = min, 5 = set, 6 = map. Columns of one table with the same grp, which is not 0, are stamped together.
CREATE TABLE sheaf_columns(
    tbl INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name BLOB NOT NULL,
    here INTEGER NOT NULL,
    type INTEGER NOT NULL DEFAULT 0,
    grp INTEGER NOT NULL DEFAULT 0,
    wire BLOB,
    PRIMARY KEY (tbl, id)
) WITHOUT ROWID;

-- The packed clock of each row; outbox = its number there, or null.
CREATE TABLE sheaf_rows(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    space INTEGER NOT NULL,
    clock BLOB NOT NULL,
    outbox INTEGER,
    PRIMARY KEY (tbl, pk)
) WITHOUT ROWID;

-- Rows that the server has not acknowledged. mask: bit 0 = the whole row or its delete, bit i =
-- column i, bit 63 = all columns from 63 on. txn = number that the rows of one transaction share.
-- base: the row's clock as a server has had it, as far as known; empty: none had the row. there: the same of the present
-- server alone, when an earlier one had more, or may have had; null: base. resolved: the columns of the mask whose value a
-- conflict policy wrote, not the user; bit 0: a push has carried a birth or delete of the row that no answer says was refused.
-- held: 1 = the app's filter keeps the row here, 2 = it is left out of the sync that is on its way.
CREATE TABLE sheaf_outbox(
    n INTEGER PRIMARY KEY,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    space INTEGER NOT NULL,
    txn INTEGER NOT NULL,
    mask INTEGER NOT NULL,
    base BLOB NOT NULL DEFAULT x'',
    resolved INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    there BLOB
);

-- Values that have no place in a table here: unknown columns, or rows that break a constraint.
-- coded: 1 = the value is as it travelled, for the app's map could not decode it.
CREATE TABLE sheaf_parked(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    column INTEGER NOT NULL,
    value BLOB NOT NULL,
    coded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, pk, column)
) WITHOUT ROWID;

-- Rows that wait in sheaf_parked until the constraint lets them in; filtered: 1 = the app's filter keeps the row out of sight.
CREATE TABLE sheaf_stuck(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    reason TEXT NOT NULL,
    filtered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, pk)
) WITHOUT ROWID;

-- Texts that were edited since their row was born; of the others the table has everything.
-- kind: 0 = the register value under the edits, 1 = snapshot, 2 = update that the server has, 3 = own
-- update that waits for its ack, 4 = update that is offered on behalf of all who wrote it, 5 = sealed update,
-- 6 = one that is offered.
-- n counts within the row. acked: the stamp of this site's entry in the clock that the server had
-- when an update of kind 3 was made, 0 for none. size: of an update that is packed (protocol/packing.h); 0: the bytes
-- are the update.
CREATE TABLE sheaf_texts(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    n INTEGER NOT NULL,
    column INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0,
    bytes BLOB NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, pk, n)
) WITHOUT ROWID;

-- What columns are made of; the stamps of parts are in the row's clock. An empty part is the base, the value of the
-- register, kept from the moment when the column shows something else. waits: 1 = the server has not acknowledged
-- this write of ours. acked_hlc, acked: then, what the server had of the part before, as stamp and value; 0 for nothing.
CREATE TABLE sheaf_parts(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    column INTEGER NOT NULL,
    part BLOB NOT NULL,
    value BLOB NOT NULL,
    waits INTEGER NOT NULL DEFAULT 0,
    acked_hlc INTEGER NOT NULL DEFAULT 0,
    acked BLOB,
    PRIMARY KEY (tbl, pk, column, part)
) WITHOUT ROWID;

-- What the server refused for good. record: the row as the user had it; mask: the columns that were
-- refused, as in sheaf_outbox; texts: the user's edits of texts among them, each the number of the column and an
-- update for the text as the server had it; at: wall clock, ms. Numbers are never given twice: an old one must not name
-- another change.
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
    at INTEGER NOT NULL
);

-- What the merge rules decided against somebody who could not know. col: name of the column, empty for a group or for the
-- row as a whole, whose values are then (name, value) pairs, and nothing for the side that deleted it.
-- kind: 0 = two edits, 1 = two births of one key, 2 = an edit and a delete. winner: 0 = mine, 1 = theirs. stands: the value
-- that was in the cell when all was decided. site, hlc: who wrote theirs, and when. at: wall clock of this device when it
-- met, ms. asks: how often the callback of the custom policy may still be asked, -1 when nobody is.
CREATE TABLE sheaf_conflicts(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    space BLOB NOT NULL,
    tbl BLOB NOT NULL,
    pk BLOB NOT NULL,
    col BLOB NOT NULL,
    kind INTEGER NOT NULL,
    winner INTEGER NOT NULL,
    mine BLOB NOT NULL,
    theirs BLOB NOT NULL,
    stands BLOB NOT NULL,
    site INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    at INTEGER NOT NULL,
    asks INTEGER NOT NULL
);

-- What the server had not acknowledged when a space was closed. The first columns are those of sheaf_rejected; the others
-- are the row's clock and its place in the outbox as they were, so that it can go on as if nothing had happened. site: who
-- this replica was then. coded: a record of the values that nobody could decode yet, as they travelled; they are not in
-- `record`. Empty: there are none.
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
    site INTEGER NOT NULL,
    coded BLOB NOT NULL DEFAULT x'',
    there BLOB
);

-- The rows of sheaf_texts and sheaf_parts that belonged to it.
CREATE TABLE sheaf_quarantine_texts(
    entry INTEGER NOT NULL,
    n INTEGER NOT NULL,
    column INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    acked INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
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

-- What the user did, the newest last. Those with undone = 1 can be redone; they are newer than all others. at: wall clock, ms.
CREATE TABLE sheaf_undo(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    grp BLOB NOT NULL,
    at INTEGER NOT NULL,
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
    space INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (action, i)
) WITHOUT ROWID;
CREATE INDEX sheaf_undo_places ON sheaf_undo_rows(tbl, pk);
