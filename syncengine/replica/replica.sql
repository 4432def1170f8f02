-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- What a replica keeps beside the tables of the app. Columns have stable numbers, never positions.

-- One line: identity, clock and what the last handshake told.
CREATE TABLE sheaf_state(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format INTEGER NOT NULL,
    site INTEGER NOT NULL,
    hlc INTEGER NOT NULL DEFAULT 0,       -- greatest stamp given or seen
    seen INTEGER NOT NULL DEFAULT 0,      -- greatest stamp that came from the server
    clock_offset INTEGER NOT NULL DEFAULT 0, -- server minus local wall clock, ms
    lease BLOB NOT NULL DEFAULT x''
);

CREATE TABLE sheaf_spaces(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    role INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0,
    last_push INTEGER NOT NULL DEFAULT 0
);

-- Sub-sums of the digest over the rows at rest (sheaf_rows.outbox IS NULL); a missing one is zero.
-- Rows that wait are added when somebody asks, so that capture computes no hash for them.
CREATE TABLE sheaf_buckets(
    space INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (space, bucket)
) WITHOUT ROWID;

-- Tables that are synced (synced = 1) or that only newer peers know.
CREATE TABLE sheaf_tables(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    synced INTEGER NOT NULL,
    space_column BLOB NOT NULL DEFAULT x'',
    delete_wins INTEGER NOT NULL DEFAULT 0
);

-- here = 0: only newer peers know the column, its values are in sheaf_parked.
CREATE TABLE sheaf_columns(
    tbl INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name BLOB NOT NULL,
    here INTEGER NOT NULL,
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
CREATE TABLE sheaf_outbox(
    n INTEGER PRIMARY KEY,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    space INTEGER NOT NULL,
    txn INTEGER NOT NULL,
    mask INTEGER NOT NULL
);

-- Values that have no place in a table here: unknown columns, or rows that break a constraint.
CREATE TABLE sheaf_parked(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    column INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (tbl, pk, column)
) WITHOUT ROWID;

-- Rows that wait in sheaf_parked until the constraint lets them in.
CREATE TABLE sheaf_stuck(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (tbl, pk)
) WITHOUT ROWID;

CREATE TABLE sheaf_rejected(
    n INTEGER PRIMARY KEY,
    space BLOB NOT NULL,
    tbl BLOB NOT NULL,
    pk BLOB NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    record BLOB NOT NULL
);
