#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sheaf developers
# SPDX-License-Identifier: Apache-2.0
"""Makes a small store of the app for each of its schemas that has none here yet, as SQL text: what that version leaves behind on a
device that has never synced. Those of older schemas are never made anew.

    python3 tests/data/released/make_app.py build/release/bin
"""

import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(HERE, "..", "..", "..", "resources", "schema")
BODY = "# Hé\r\n😀 \u2028end\r"

# (first schema that has it, SQL, values)
WRITES = [
    (1, "INSERT INTO lists(id, name, position, created, updated) VALUES ('l', 'Work', 'b', 1, 1)", []),
    (1, "INSERT INTO notes(id, list, title, body, tags, pinned, created, updated) VALUES ('n', 'l', 'Plan', ?, '[\"a\",\"b\"]', 1, 2, 3)", [BODY]),
    (1, "INSERT INTO notes(id, body, created, updated) VALUES ('m', 'gone soon', 2, 3)", []),
    (1, "INSERT INTO tasks(id, list, title, due, notes, position, created, updated) VALUES ('t', 'l', 'Call', '2026-11-21', ?, 'c', 2, 3)", [BODY]),
    (1, "UPDATE tasks SET done = 9 WHERE id = 't'", []),
    (1, "DELETE FROM notes WHERE id = 'm'", []),
    (2, "UPDATE notes SET body = 'typed: ' || body WHERE id = 'n'", []),
    (3, "INSERT INTO note_versions(id, item, at, author, title, body) VALUES ('v', 'n', 4, 'Ada', 'Plan', x'00')", []),
    (3, "INSERT INTO settings(id, value) VALUES ('retention', 'month')", []),
]


def make(version, scripts, programs):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/schema")
        for script in scripts[:version]:
            shutil.copy(script, f"{folder}/schema")
        orders = [{"id": n, "do": "exec", "sql": sql, "params": values} for n, (first, sql, values) in enumerate(WRITES) if first <= version]
        ran = subprocess.run([f"{programs}/sheaf-replica", "--db", f"{folder}/store.sqlite", "--schema", f"{folder}/schema"],
                             input="".join(json.dumps(order) + "\n" for order in orders), capture_output=True, text=True, check=True)
        if '"error"' in ran.stdout:
            raise SystemExit(ran.stdout)
        db = sqlite3.connect(f"{folder}/store.sqlite")
        db.create_function("written_through_sheaf_only", 0, lambda: 1, deterministic=True)
        lines = [line for line in db.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
        for pragma in ("application_id", "user_version"):
            lines.append(f"PRAGMA {pragma} = {db.execute(f'PRAGMA {pragma}').fetchone()[0]};")
    with open(os.path.join(HERE, f"app_{version}.sql"), "w", encoding="utf-8", newline="") as file:
        file.write("-- SPDX-FileCopyrightText: 2026 The Sheaf developers\n-- SPDX-License-Identifier: Apache-2.0\n" + "\n".join(lines) + "\n")
    print(f"made app_{version}.sql")


if __name__ == "__main__":
    all_scripts = sorted(glob.glob(os.path.join(SCHEMA, "*.sql")))
    for number in range(1, len(all_scripts) + 1):
        if not os.path.exists(os.path.join(HERE, f"app_{number}.sql")):
            make(number, all_scripts, sys.argv[1])
