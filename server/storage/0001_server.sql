-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('format', 'sheaf-server');

CREATE TABLE device (id INTEGER PRIMARY KEY, name BLOB NOT NULL, token_hash BLOB UNIQUE);
CREATE TABLE space (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, head INTEGER NOT NULL, digest BLOB NOT NULL);
CREATE TABLE device_grant (
    device INTEGER NOT NULL REFERENCES device, place INTEGER NOT NULL, space INTEGER NOT NULL REFERENCES space,
    role INTEGER NOT NULL, PRIMARY KEY (device, place)) WITHOUT ROWID;
CREATE TABLE site (
    site INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device,
    lease_current BLOB NOT NULL, leases_pending BLOB NOT NULL);
CREATE TABLE push_number (
    site INTEGER NOT NULL, space INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (site, space)) WITHOUT ROWID;

CREATE TABLE dictionary_table (id INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES space, name BLOB NOT NULL, UNIQUE (space, name));
CREATE TABLE dictionary_column (
    tbl INTEGER NOT NULL REFERENCES dictionary_table, id INTEGER NOT NULL, name BLOB NOT NULL,
    PRIMARY KEY (tbl, id), UNIQUE (tbl, name)) WITHOUT ROWID;

-- One row per synced row. position = space * 2^40 + sequence, so a catch-up reads the file in order;
-- tbl belongs to one space, so (tbl, pk) names a row.
CREATE TABLE record (position INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, pk BLOB NOT NULL, record BLOB NOT NULL);
CREATE UNIQUE INDEX record_row ON record (tbl, pk);
