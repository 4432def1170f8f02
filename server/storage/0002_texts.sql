-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- Updates of the texts of rows. position as in record, of the push that brought them; merged ones have that of the
-- newest of them. Numbers are never used twice: a reader in the middle of a sequence goes on behind one.
CREATE TABLE text_update (
    number INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, tbl INTEGER NOT NULL, pk BLOB NOT NULL,
    col INTEGER NOT NULL, merged INTEGER NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX text_update_row ON text_update (tbl, pk, col, merged, size);
CREATE INDEX text_update_position ON text_update (position);
