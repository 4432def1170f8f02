-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Earlier texts of notes and tasks. A version is made by the device that edits, never changes, and is synced as
-- any row, so it is on every device and a server needs no knowledge of it. `item` is the id of a note or task,
-- `at` its time, `reason` is 'edit' (the text when `author` had written), 'found' (as it was before that) or 'restore'
-- (of the version of the time `source`), `others` = others wrote in it too, `added` and `removed` count words against
-- the version before. `body` is the text packed by zstd; what is above the limit of a value lies in `parts` rows.
CREATE TABLE note_versions(
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL DEFAULT 'home',
    item TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL DEFAULT 0,
    author TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT 'edit',
    source INTEGER,
    others INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL DEFAULT '',
    body BLOB,
    parts INTEGER NOT NULL DEFAULT 0
);
-- statement
CREATE INDEX note_versions_by_item ON note_versions(item, at, id);
-- statement
CREATE TABLE note_version_parts(
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    space TEXT NOT NULL DEFAULT 'home',
    data BLOB,
    PRIMARY KEY(version, number)
);
-- statement
-- What holds for all devices of a person, by name.
CREATE TABLE settings(
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL DEFAULT 'home',
    value TEXT NOT NULL DEFAULT ''
);
-- statement
SELECT sheaf_sync('note_versions', '{"deletes":"delete_wins"}');
-- statement
SELECT sheaf_sync('note_version_parts', '{"deletes":"delete_wins"}');
-- statement
SELECT sheaf_sync('settings');
