-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- The tables of notes and tasks. No constraint may fail when rows of two devices meet: no UNIQUE
-- beside the key, no foreign keys, no NOT NULL that a row of an older version could break.
-- Times are milliseconds since 1970, `due` is an ISO date, `tags` a JSON array, `position` an order key.
CREATE TABLE lists(
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL DEFAULT 'home',
    name TEXT NOT NULL DEFAULT '',
    colour TEXT,
    position TEXT NOT NULL DEFAULT '',
    parent TEXT,
    created INTEGER,
    updated INTEGER
);
-- statement
CREATE TABLE notes(
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL DEFAULT 'home',
    list TEXT,
    title TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]',
    pinned INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    trashed INTEGER
);
-- statement
CREATE INDEX notes_by_list ON notes(list, updated);
-- statement
CREATE INDEX notes_by_updated ON notes(updated);
-- statement
CREATE TABLE tasks(
    id TEXT PRIMARY KEY,
    space TEXT NOT NULL DEFAULT 'home',
    list TEXT,
    title TEXT NOT NULL DEFAULT '',
    done INTEGER,
    due TEXT,
    notes TEXT NOT NULL DEFAULT '',
    position TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    trashed INTEGER
);
-- statement
CREATE INDEX tasks_by_list ON tasks(list, position);
-- statement
CREATE INDEX tasks_by_due ON tasks(due) WHERE due IS NOT NULL;
-- statement
SELECT sheaf_sync('lists');
-- statement
SELECT sheaf_sync('notes');
-- statement
SELECT sheaf_sync('tasks');
