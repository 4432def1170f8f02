-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, votes INTEGER, tags TEXT);
INSERT INTO "notes" VALUES('a','home','one',6,'["there"]');
INSERT INTO "notes" VALUES('b','home','edited',2,NULL);
INSERT INTO "notes" VALUES('d','home','born here',4,NULL);
CREATE TABLE sheaf_buckets(
    space INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (space, bucket)
) WITHOUT ROWID;
INSERT INTO "sheaf_buckets" VALUES(1,116,X'D9009F59317881016DFBF1BD1DD961C9');
CREATE TABLE sheaf_columns(
    tbl INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name BLOB NOT NULL,
    here INTEGER NOT NULL, type INTEGER NOT NULL DEFAULT 0, grp INTEGER NOT NULL DEFAULT 0, wire BLOB,
    PRIMARY KEY (tbl, id)
) WITHOUT ROWID;
INSERT INTO "sheaf_columns" VALUES(1,1,X'7469746C65',1,0,0,NULL);
INSERT INTO "sheaf_columns" VALUES(1,2,X'766F746573',1,2,0,NULL);
INSERT INTO "sheaf_columns" VALUES(1,3,X'636F6C6F7572',0,0,0,NULL);
INSERT INTO "sheaf_columns" VALUES(1,4,X'74616773',1,5,0,NULL);
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
CREATE TABLE sheaf_outbox(
    n INTEGER PRIMARY KEY,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    space INTEGER NOT NULL,
    txn INTEGER NOT NULL,
    mask INTEGER NOT NULL
, base BLOB NOT NULL DEFAULT x'', resolved INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0);
INSERT INTO "sheaf_outbox" VALUES(1,1,X'030162',1,1,2,X'0180D095FFBC31000002',0,0);
INSERT INTO "sheaf_outbox" VALUES(2,1,X'030164',1,2,-1,X'',0,0);
CREATE TABLE sheaf_parked(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    column INTEGER NOT NULL,
    value BLOB NOT NULL, coded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, pk, column)
) WITHOUT ROWID;
INSERT INTO "sheaf_parked" VALUES(1,X'030161',3,X'0303726564',0);
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
INSERT INTO "sheaf_parts" VALUES(1,X'030161',2,X'',X'0102',0,0,NULL);
INSERT INTO "sheaf_parts" VALUES(1,X'030161',2,X'0000000000000022',X'010A',0,0,NULL);
INSERT INTO "sheaf_parts" VALUES(1,X'030161',4,X'',X'00',0,0,NULL);
INSERT INTO "sheaf_parts" VALUES(1,X'030161',4,X'22676F6E65220202020202020202',X'00',0,0,NULL);
INSERT INTO "sheaf_parts" VALUES(1,X'030161',4,X'227468657265220101010101010101',X'0102',0,0,NULL);
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
, coded BLOB NOT NULL DEFAULT x'');
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
CREATE TABLE sheaf_quarantine_texts(
    entry INTEGER NOT NULL,
    n INTEGER NOT NULL,
    column INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    acked INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (entry, n)
) WITHOUT ROWID;
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
INSERT INTO "sheaf_rejected" VALUES(1,X'686F6D65',X'6E6F746573',X'030162','invalid','As it was.',X'01018BCFE56800000000000000000000220103018BCFE5680400000000000000000011030772656675736564',2,X'',1700000000000);
CREATE TABLE sheaf_rows(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    space INTEGER NOT NULL,
    clock BLOB NOT NULL,
    outbox INTEGER,
    PRIMARY KEY (tbl, pk)
) WITHOUT ROWID;
INSERT INTO "sheaf_rows" VALUES(1,X'030161',1,X'0180D095FFBC3100000300000408000000000000002282D095FFBC310000080F22746865726522010101010101010183D095FFBC31000000080E22676F6E6522020202020202020284D095FFBC310000',NULL);
INSERT INTO "sheaf_rows" VALUES(1,X'030162',1,X'0180D095FFBC310000020285D095FFBC310001',1);
INSERT INTO "sheaf_rows" VALUES(1,X'030163',1,X'0281D095FFBC31000000',NULL);
INSERT INTO "sheaf_rows" VALUES(1,X'030164',1,X'0186D095FFBC31000102',2);
CREATE TABLE sheaf_sites(
    n INTEGER PRIMARY KEY, -- from 0, without holes
    site INTEGER NOT NULL UNIQUE
);
INSERT INTO "sheaf_sites" VALUES(0,34);
INSERT INTO "sheaf_sites" VALUES(1,17);
CREATE TABLE sheaf_spaces(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    role INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0,
    last_push INTEGER NOT NULL DEFAULT 0
, departed INTEGER NOT NULL DEFAULT 0, closed BLOB NOT NULL DEFAULT x'', reason BLOB NOT NULL DEFAULT x'', tables BLOB NOT NULL DEFAULT x'', reached INTEGER NOT NULL DEFAULT 0, forgotten INTEGER NOT NULL DEFAULT 0, sweep INTEGER NOT NULL DEFAULT 0, forgotten_length INTEGER NOT NULL DEFAULT 0);
INSERT INTO "sheaf_spaces" VALUES(1,X'686F6D65',2,7,3,1,0,X'',X'',X'',3,0,0,0);
CREATE TABLE sheaf_state(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format INTEGER NOT NULL,
    site INTEGER NOT NULL,
    hlc INTEGER NOT NULL DEFAULT 0,       -- greatest stamp given or seen
    seen INTEGER NOT NULL DEFAULT 0,      -- greatest stamp that came from the server
    clock_offset INTEGER NOT NULL DEFAULT 0, -- server minus local wall clock, ms
    lease BLOB NOT NULL DEFAULT x''
, offered INTEGER NOT NULL DEFAULT 0, former BLOB NOT NULL DEFAULT x'');
INSERT INTO "sheaf_state" VALUES(1,14,17,111411200000393216,111411200000065536,0,X'6C65617365',0,X'');
CREATE TABLE sheaf_stuck(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    reason TEXT NOT NULL, filtered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, pk)
) WITHOUT ROWID;
CREATE TABLE sheaf_swept(
    space INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    PRIMARY KEY (space, tbl, pk)
) WITHOUT ROWID;
CREATE TABLE sheaf_tables(
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    synced INTEGER NOT NULL,
    space_column BLOB NOT NULL DEFAULT x'',
    delete_wins INTEGER NOT NULL DEFAULT 0
, conflicts INTEGER, wire BLOB);
INSERT INTO "sheaf_tables" VALUES(1,X'6E6F746573',1,X'7370616365',0,NULL,NULL);
CREATE TABLE sheaf_texts(
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    n INTEGER NOT NULL,
    column INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tbl, pk, n)
) WITHOUT ROWID;
CREATE TABLE sheaf_undo(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    grp BLOB NOT NULL,
    at INTEGER NOT NULL, -- wall clock, ms
    bytes INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE sheaf_undo_rows(
    action INTEGER NOT NULL,
    i INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    entry BLOB NOT NULL, space INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (action, i)
) WITHOUT ROWID;
CREATE INDEX sheaf_undo_places ON sheaf_undo_rows(tbl, pk);
CREATE INDEX sheaf_guard_1_0 ON notes("id","space","title","votes","tags") WHERE written_through_sheaf_only();
CREATE TRIGGER sheaf_guard_1_all BEFORE DELETE ON notes WHEN written_through_sheaf_only() BEGIN SELECT 1; END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sheaf_rejected',1);
PRAGMA application_id = 1399350625;
PRAGMA user_version = 1;
