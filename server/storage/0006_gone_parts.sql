-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- Parts that were taken out count in no digest any more: they are computed anew before this is committed.
INSERT INTO meta VALUES ('digests', 'old');
