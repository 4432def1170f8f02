-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 14: a file knows its birthmark, by which a copy is told from the original; rows have all of their columns.

-- birthmark: ReplicaConfig::birthmark as it was when the file was last opened; empty: not known.
ALTER TABLE sheaf_state ADD COLUMN birthmark BLOB NOT NULL DEFAULT x'';

UPDATE sheaf_state SET format = 14;
