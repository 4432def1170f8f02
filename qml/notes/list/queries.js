// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
.pragma library

// The SQL of every place in the sidebar. One row per note or task; columns:
// itemId, kind, title, snippet, done, due, stamp (ms), section, manual (1 = may be reordered).

const noteColumns = "id AS itemId, 'note' AS kind, title, substr(body, 1, 200) AS snippet, NULL AS done, NULL AS due,"
    + " updated AS stamp, CASE WHEN pinned THEN 'pinned' ELSE %1 END AS section, 0 AS manual";
const taskColumns = "id AS itemId, 'task' AS kind, title, '' AS snippet, done, due, updated AS stamp,"
    + " %1 AS section, %2 AS manual";
const openFirst = "(done IS NOT NULL), position, created, id";

function noteFilter(filter) {
    return filter === "" ? "" : " AND (title LIKE ? ESCAPE '\\' OR body LIKE ? ESCAPE '\\')";
}
function taskFilter(filter) {
    return filter === "" ? "" : " AND (title LIKE ? ESCAPE '\\' OR notes LIKE ? ESCAPE '\\')";
}
function filterParams(filter) {
    if (filter === "")
        return [];
    const pattern = "%" + filter.replace(/[\\%_]/g, "\\$&") + "%";
    return [pattern, pattern];
}
function tasks(section, manual, where, order, filter) {
    return "SELECT " + taskColumns.replace("%1", section).replace("%2", manual) + " FROM tasks WHERE trashed IS NULL"
        + where + taskFilter(filter) + " ORDER BY " + order;
}
function notes(section, where, filter) {
    return "SELECT " + noteColumns.replace("%1", section) + " FROM notes WHERE trashed IS NULL"
        + where + noteFilter(filter) + " ORDER BY pinned DESC, updated DESC, id";
}

// Tasks, then notes. The parts are sorted inside (a LIMIT keeps SQLite from dropping that), and UNION ALL keeps their order.
function both(where, whereParams, filter) {
    const sections = "CASE WHEN done IS NULL THEN 'tasks' ELSE 'done' END";
    return {
        sql: "SELECT * FROM (" + tasks(sections, "1", where, openFirst, filter) + " LIMIT -1) UNION ALL SELECT * FROM ("
             + notes("'notes'", where, filter) + " LIMIT -1)",
        params: [...whereParams, ...filterParams(filter), ...whereParams, ...filterParams(filter)]
    };
}

// What was thrown away last comes first.
function trash(filter) {
    const note = noteColumns.replace("%1", "''").replace("updated AS stamp", "trashed AS stamp").replace("CASE WHEN pinned THEN 'pinned' ELSE '' END", "''");
    const task = taskColumns.replace("%1", "''").replace("%2", "0").replace("updated AS stamp", "trashed AS stamp");
    return {
        sql: "SELECT " + note + " FROM notes WHERE trashed IS NOT NULL" + noteFilter(filter)
             + " UNION ALL SELECT " + task + " FROM tasks WHERE trashed IS NOT NULL" + taskFilter(filter) + " ORDER BY stamp DESC, itemId",
        params: [...filterParams(filter), ...filterParams(filter)]
    };
}

/// The query of a place: "inbox", "today", "upcoming", "notes", "tasks", "trash" or "list:ID".
/// `today` is an ISO date, `dayStart` its first millisecond.
function items(place, filter, today, dayStart) {
    switch (place) {
    case "inbox":
        return both(" AND list IS NULL", [], filter);
    case "notes":
        return { sql: notes("''", "", filter), params: filterParams(filter) };
    case "tasks":
        return {
            sql: tasks("CASE WHEN done IS NULL THEN '' ELSE 'done' END", "1", "", openFirst, filter),
            params: filterParams(filter)
        };
    case "today":
        return {
            sql: tasks("CASE WHEN done IS NOT NULL THEN 'donetoday' WHEN due < ? THEN 'overdue' ELSE 'today' END", "0",
                       " AND ((done IS NULL AND due <= ?) OR done >= ?)",
                       "(done IS NOT NULL), due, position, id", filter),
            params: [today, today, dayStart, ...filterParams(filter)]
        };
    case "upcoming":
        return {
            sql: tasks("due", "0", " AND done IS NULL AND due > ?", "due, position, id", filter),
            params: [today, ...filterParams(filter)]
        };
    case "trash":
        return trash(filter);
    default:
        return both(" AND list = ?", [place.slice(5)], filter);
    }
}

const lists = "SELECT id AS itemId, name, colour,"
    + " (SELECT count(*) FROM tasks WHERE tasks.list = lists.id AND done IS NULL AND trashed IS NULL) AS openCount"
    + " FROM lists ORDER BY position, name, id";

const counts = "SELECT 1 AS itemId,"
    + " (SELECT count(*) FROM tasks WHERE done IS NULL AND trashed IS NULL AND due <= ?) AS due,"
    + " (SELECT count(*) FROM tasks WHERE done IS NULL AND trashed IS NULL AND due < ?) AS overdue,"
    + " (SELECT count(*) FROM tasks WHERE done IS NULL AND trashed IS NULL AND list IS NULL) AS inbox";

const anything = "SELECT 1 AS itemId, (EXISTS (SELECT 1 FROM notes) OR EXISTS (SELECT 1 FROM tasks)"
    + " OR EXISTS (SELECT 1 FROM lists)) AS used";

// What holds no text of a version: lists of them stay quick.
const versions = "SELECT id AS versionId, at, author, device, reason, others, added, removed, title FROM note_versions"
    + " WHERE item = ? ORDER BY at DESC, id DESC";
const retention = "SELECT id AS itemId, value FROM settings WHERE id = 'history.keep'";

// Long texts are not read here: their documents follow them.
const note = "SELECT id AS itemId, title, list, updated, trashed FROM notes WHERE id = ?";
const task = "SELECT id AS itemId, title, done, due, list, updated, trashed FROM tasks WHERE id = ?";
