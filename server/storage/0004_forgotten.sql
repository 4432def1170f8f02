-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- What of the deletes is forgotten: see Forgotten in core/storage.h.
ALTER TABLE space ADD COLUMN floor_stamp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN floor_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN forgotten_stamp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN forgotten_sequence INTEGER NOT NULL DEFAULT 0;

-- How far each replica has each space that it follows.
CREATE TABLE place (
    space INTEGER NOT NULL REFERENCES space, site INTEGER NOT NULL, seen INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
    PRIMARY KEY (space, site)) WITHOUT ROWID;

-- Deleted rows count in no digest any more: they are computed anew before this is committed.
INSERT INTO meta VALUES ('digests', 'old');
