// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
.pragma library

// The SQL of every place in the sidebar. One row per note or task; columns:
// itemId, kind, title, snippet, done, due, stamp (ms), section, manual (1 = may be reordered).

const noteColumns = "id AS itemId, 'note' AS kind, title, substr(body, 1, 200) AS snippet, NULL AS done, NULL AS due,"
    + " updated AS stamp, CASE WHEN pinned THEN 'pinned' ELSE %1 END AS section, 0 AS manual";
const taskColumns = "id AS itemId, 'task' AS kind, title, '' AS snippet, done, due, updated AS stamp,"
    + " %1 AS section, %2 AS manual";
// What a note is called in its row: a note without a title by its first words.
const noteName = "coalesce(nullif(title, ''), ltrim(substr(body, 1, 200), '#>*`_ ' || char(9, 10, 13)))";
const noteOrders = {
    updated: "updated DESC, id",
    created: "created DESC, id",
    title: noteName + " COLLATE sheaf_locale, id"
};
const taskOrders = {
    manual: "position, created, id",
    updated: "updated DESC, id",
    created: "created DESC, id",
    title: "title COLLATE sheaf_locale, id",
    due: "(due IS NULL), due, position, created, id"
};
const taskStates = { open: " AND done IS NULL", done: " AND done IS NOT NULL" };

/// The orders that a place can have, its own one first; none where the place itself says the order.
function orders(place) {
    if (place === "notes")
        return ["updated", "created", "title"];
    return place === "inbox" || place === "tasks" || place.startsWith("list:") ? ["manual", "updated", "created", "title", "due"] : [];
}
/// What can be shown alone in a place.
function parts(place) {
    if (place === "trash")
        return ["all", "notes", "tasks"];
    if (place === "tasks")
        return ["all", "open", "done"];
    return place === "inbox" || place.startsWith("list:") ? ["all", "notes", "tasks", "open", "done"] : [];
}

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
/// Tasks that are done stand behind the others, and only the order by hand can be changed by hand.
function openFirst(section, where, order, filter) {
    return tasks(section, order === "manual" ? "1" : "0", where, "(done IS NOT NULL), " + taskOrders[order], filter);
}
function notes(section, where, order, filter) {
    return "SELECT " + noteColumns.replace("%1", section) + " FROM notes WHERE trashed IS NULL"
        + where + noteFilter(filter) + " ORDER BY pinned DESC, " + (noteOrders[order] ?? noteOrders.updated);
}

// Tasks, then notes. The parts are sorted inside (a LIMIT keeps SQLite from dropping that), and UNION ALL keeps their order.
function both(where, whereParams, filter, order, part) {
    const params = [...whereParams, ...filterParams(filter)];
    const note = notes("'notes'", where, order, filter);
    const task = openFirst("CASE WHEN done IS NULL THEN 'tasks' ELSE 'done' END", where + (taskStates[part] ?? ""), order, filter);
    if (part === "all")
        return { sql: "SELECT * FROM (" + task + " LIMIT -1) UNION ALL SELECT * FROM (" + note + " LIMIT -1)", params: [...params, ...params] };
    return { sql: part === "notes" ? note : task, params: params };
}

// What was thrown away last comes first.
function trash(filter, part) {
    const note = "SELECT " + noteColumns.replace("%1", "''").replace("updated AS stamp", "trashed AS stamp")
        .replace("CASE WHEN pinned THEN 'pinned' ELSE '' END", "''") + " FROM notes WHERE trashed IS NOT NULL" + noteFilter(filter);
    const task = "SELECT " + taskColumns.replace("%1", "''").replace("%2", "0").replace("updated AS stamp", "trashed AS stamp")
        + " FROM tasks WHERE trashed IS NOT NULL" + taskFilter(filter);
    const wanted = part === "notes" ? [note] : part === "tasks" ? [task] : [note, task];
    const params = filterParams(filter);
    return {
        sql: wanted.join(" UNION ALL ") + " ORDER BY stamp DESC, itemId",
        params: part === "all" ? [...params, ...params] : params
    };
}

/// The query of a place: "inbox", "today", "upcoming", "notes", "tasks", "trash" or "list:ID", with one of its orders
/// and one of its parts. `today` is an ISO date, `dayStart` its first millisecond.
function items(place, filter, order, part, today, dayStart) {
    switch (place) {
    case "inbox":
        return both(" AND list IS NULL", [], filter, order, part);
    case "notes":
        return { sql: notes("''", "", order, filter), params: filterParams(filter) };
    case "tasks":
        return {
            sql: openFirst("CASE WHEN done IS NULL THEN '' ELSE 'done' END", taskStates[part] ?? "", order, filter),
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
        return trash(filter, part);
    default:
        return both(" AND list = ?", [place.slice(5)], filter, order, part);
    }
}

const lists = "SELECT id AS itemId, name, colour,"
    + " (SELECT count(*) FROM tasks WHERE tasks.list = lists.id AND done IS NULL AND trashed IS NULL) AS openCount"
    + " FROM lists ORDER BY position, name COLLATE sheaf_locale, id";

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
