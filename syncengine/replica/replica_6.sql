-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 6: clocks name sites by small numbers of this file. sheaf_number_sites() is SiteNumbering's.

CREATE TABLE sheaf_sites(
    n INTEGER PRIMARY KEY, -- from 0, without holes
    site INTEGER NOT NULL UNIQUE
);

UPDATE sheaf_rows SET clock = sheaf_number_sites(clock);
UPDATE sheaf_outbox SET base = sheaf_number_sites(base) WHERE base <> x'';

UPDATE sheaf_state SET format = 6;
