-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- The oldest schema of an app that may use the space; 0: any.
ALTER TABLE space ADD COLUMN schema_min INTEGER NOT NULL DEFAULT 0;
