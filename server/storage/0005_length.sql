-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- How long the deletes are that were forgotten, and the longest that there ever was: see Forgotten and StoredSpace in
-- core/storage.h.
ALTER TABLE space ADD COLUMN forgotten_length INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN longest_delete INTEGER NOT NULL DEFAULT 0;

-- A record begins with its length, a varint: of two bytes and more it is taken for a great one. What lives was deleted
-- with a length of one less.
UPDATE space SET longest_delete = coalesce((
    SELECT max(CASE WHEN hex(substr(record, 1, 1)) < '80'
                    THEN (instr('0123456789ABCDEF', substr(hex(record), 1, 1)) - 1) * 16
                         + (instr('0123456789ABCDEF', substr(hex(record), 2, 1)) - 1) / 2 * 2
                    ELSE 1 << 28 END)
    FROM record WHERE tbl IN (SELECT id FROM dictionary_table WHERE dictionary_table.space = space.id)), 0);
UPDATE space SET longest_delete = max(longest_delete, 2), forgotten_length = max(longest_delete, 2) WHERE forgotten_stamp > 0;
