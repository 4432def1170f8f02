-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 16: a conflict of a group is one entry, with the values of all its columns. Nobody is asked any more about a single
-- column of one: the answer would mix it with the others.

UPDATE sheaf_conflicts SET asks = -1 WHERE EXISTS (
    SELECT 1 FROM sheaf_tables t JOIN sheaf_columns c ON c.tbl = t.id
    WHERE t.name = sheaf_conflicts.tbl AND c.name = sheaf_conflicts.col AND c.grp <> 0);
UPDATE sheaf_state SET format = 16;
