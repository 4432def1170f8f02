-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Long texts can be written by several people at once: what was one value so far is where they begin.
SELECT sheaf_sync('notes', '{"columns":{"body":"text"}}');
-- statement
SELECT sheaf_sync('tasks', '{"columns":{"notes":"text"}}');
