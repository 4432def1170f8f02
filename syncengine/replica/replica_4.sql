-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 4: columns may be counters, extremes, sets and maps, and registers may form groups.

-- sheaf_columns.type: 2 = counter, 3 = max, 4 = min, 5 = set, 6 = map. Columns of one table with the same
-- grp, which is not 0, are stamped together.
ALTER TABLE sheaf_columns ADD COLUMN grp INTEGER NOT NULL DEFAULT 0;

-- What columns are made of; the stamps of parts are in the row's clock. An empty part is the base, the value of the
-- register, kept from the moment when the column shows something else. waits: 1 = the server has not acknowledged
-- this write of ours. acked_hlc, acked: then, what the server had of the part before, as stamp and value; 0 for nothing.
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

UPDATE sheaf_state SET format = 4;
