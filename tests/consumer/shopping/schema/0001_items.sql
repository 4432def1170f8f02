-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE items(
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    pieces INTEGER NOT NULL DEFAULT 1
);
SELECT sheaf_sync('items', '{"columns":{"pieces":"counter"}}');
