-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 2: columns may be texts.

-- 0 = register, 1 = text.
ALTER TABLE sheaf_columns ADD COLUMN type INTEGER NOT NULL DEFAULT 0;

-- Texts that were edited since their row was born; of the others the table has everything.
-- kind: 0 = the register value under the edits, 1 = snapshot, 2 = update that the server has, 3 = own
-- update that waits for its ack, 4 = update that is offered on behalf of all who wrote it.
-- n counts within the row. acked: the stamp of this site's entry in the clock that the server had
-- when an update of kind 3 was made, 0 for none.
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

UPDATE sheaf_state SET format = 2;
