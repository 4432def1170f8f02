-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 9: deletes that everybody has seen are forgotten, and deleted rows are in no digest; tables and columns may be
-- renamed.

-- What others call the table or column, null: as it is called here. Names on the wire are for ever.
ALTER TABLE sheaf_tables ADD COLUMN wire BLOB;
ALTER TABLE sheaf_columns ADD COLUMN wire BLOB;

-- reached: the greatest cursor of this epoch. forgotten: deletes with stamps up to there are as if they had never been.
-- sweep: the server's sequence of the deletes that this replica has missed while everything is pulled anew, else 0.
ALTER TABLE sheaf_spaces ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sheaf_spaces ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sheaf_spaces ADD COLUMN sweep INTEGER NOT NULL DEFAULT 0;
UPDATE sheaf_spaces SET reached = cursor;

-- The rows that have come since a sweep began.
CREATE TABLE sheaf_swept(
    space INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    pk BLOB NOT NULL,
    PRIMARY KEY (space, tbl, pk)
) WITHOUT ROWID;

UPDATE sheaf_state SET format = 9;
