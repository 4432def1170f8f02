#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sheaf developers
# SPDX-License-Identifier: Apache-2.0
"""Makes a small database of the newest format of a replica and of a server, as SQL text: what versions of that time leave
behind. Those of older formats stand beside it and are never made anew: the script adds what is missing.

    python3 tests/data/released/make.py
"""

import glob
import hashlib
import os
import sqlite3
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
T0 = 1_700_000_000_000
MINE, OTHER = 0x11, 0x22


def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def stamp(ms, site):
    return struct.pack(">QQ", (T0 + ms) << 16, site)


def text(s):
    return b"\x03" + varint(len(s.encode())) + s.encode()


def integer(n):
    return b"\x01" + varint((n << 1) ^ (n >> 63) if n >= 0 else (-n << 1) - 1)


def clock(length, life, uniform, others=(), parts=(), sites=(), gone=()):
    """RowClock: others are (column, stamp), parts are (column, name, stamp), those that are gone behind the others. Sites are
    numbered, and a stamp that follows its equal is left out."""
    last = [None]

    def write(column, name, written):
        same = written == last[0]
        out = b"" if column is None else varint(column << 1 | same)
        out += b"" if name is None else varint(len(name)) + name
        if not same:
            hlc, site = struct.unpack(">QQ", written)
            out += varint(hlc >> 16) + varint(hlc & 0xFFFF) + varint(sites.index(site))
            last[0] = written
        return out

    out = varint(length) + write(None, None, life) + varint(uniform) + b"".join(write(c, None, s) for c, s in others)
    out += b"\0\0" + b"".join(write(c, n, s) for c, n, s in parts) if parts or gone else b""
    return out + (b"\0" + b"".join(write(c, n, s) for c, n, s in gone) if gone else b"")


def record(length, life, cells=(), parts=()):
    """Cells are (column, stamp or None for life's, value), parts (column, name, stamp, value)."""
    out = varint(length) + life + varint(len(cells))
    for column, own, value in cells:
        out += varint(column << 1 | (own is not None)) + (own or b"") + value
    if parts:
        out += b"\0" + varint(len(parts)) + b"".join(varint(c) + varint(len(n)) + n + s + v for c, n, s, v in parts)
    return out


def bucket(table, key):
    number = 0xCBF29CE484222325
    for byte in table + b"\0" + key:
        number = ((number ^ byte) * 0x100000001B3) % (1 << 64)
    folded = 0
    for byte in number.to_bytes(8, "big"):
        folded ^= byte
    return folded


def row_hash(table, key, length, life, columns, parts=()):
    """As PROTOCOL.md has it: columns are (name, stamp), parts (column name, name, stamp), both sorted."""
    over = varint(len(table)) + table + varint(len(key)) + key + varint(length) + life
    over += b"".join(varint(len(n)) + n + s for n, s in columns)
    if parts:
        over += b"\0\0" + b"".join(varint(len(c)) + c + varint(len(n)) + n + s for c, n, s in parts)
    return int.from_bytes(hashlib.blake2b(over, digest_size=16).digest(), "big")


def sums_of(rows):
    sums = {}
    for table, key, length, life, columns, parts in rows:
        if length % 2 == 1:
            place = bucket(table, key)
            sums[place] = (sums.get(place, 0) + row_hash(table, key, length, life, columns, parts)) % (1 << 128)
    return sums


def insert(db, table, **values):
    db.execute(f"INSERT INTO {table} ({','.join(values)}) VALUES ({','.join('?' * len(values))})", list(values.values()))


def replica(format_number):
    db = sqlite3.connect(":memory:")
    db.create_function("written_through_sheaf_only", 0, lambda: 1, deterministic=True)
    with open(os.path.join(ROOT, "syncengine/replica/replica.sql"), encoding="utf-8") as script:
        db.executescript(script.read())
    insert(db, "sheaf_state", id=1, format=format_number, site=MINE, hlc=(T0 + 6) << 16, seen=(T0 + 1) << 16, lease=b"lease")
    sites = (OTHER, MINE)
    for number, site in enumerate(sites):
        insert(db, "sheaf_sites", n=number, site=site)
    db.execute("CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, votes INTEGER, tags TEXT)")
    db.execute("INSERT INTO notes VALUES ('a', 'home', 'one', 6, '[\"there\"]'), ('b', 'home', 'edited', 2, NULL), ('d', 'home', 'born here', 4, NULL)")
    db.execute("PRAGMA user_version = 1")
    db.execute("PRAGMA application_id = 0x53686561")
    insert(db, "sheaf_spaces", id=1, name=b"home", role=2, epoch=7, cursor=3, last_push=1, reached=3)
    insert(db, "sheaf_tables", id=1, name=b"notes", synced=1, space_column=b"space")
    for number, name in enumerate((b"title", b"votes", b"colour"), 1):
        insert(db, "sheaf_columns", tbl=1, id=number, name=name, here=int(number < 3), type=2 if number == 2 else 0)
    insert(db, "sheaf_columns", tbl=1, id=4, name=b"tags", here=1, type=5)
    born, dead, edit, here = stamp(0, OTHER), stamp(1, OTHER), stamp(5, MINE), stamp(6, MINE)
    part = struct.pack(">Q", OTHER)
    there, gone = b'"there"' + b"\1" * 8, b'"gone"' + b"\2" * 8
    part_clock = [(2, part, stamp(2, OTHER)), (4, there, stamp(3, OTHER))]
    gone_clock = [(4, gone, stamp(4, OTHER))]
    rows = [("a", clock(1, born, 3, parts=part_clock, sites=sites, gone=gone_clock), None), ("b", clock(1, born, 2, [(1, edit)], sites=sites), 1), ("c", clock(2, dead, 0, sites=sites), None),
            ("d", clock(1, here, 2, sites=sites), 2)]
    for key, packed, number in rows:
        insert(db, "sheaf_rows", tbl=1, pk=text(key), space=1, clock=packed, outbox=number)
    insert(db, "sheaf_outbox", n=1, tbl=1, pk=text("b"), space=1, txn=1, mask=2, base=clock(1, born, 2, sites=sites), there=clock(1, born, 2, sites=sites))
    insert(db, "sheaf_outbox", n=2, tbl=1, pk=text("d"), space=1, txn=2, mask=-1, base=b"")
    insert(db, "sheaf_parked", tbl=1, pk=text("a"), column=3, value=text("red"))
    insert(db, "sheaf_parts", tbl=1, pk=text("a"), column=2, part=b"", value=integer(1))
    insert(db, "sheaf_parts", tbl=1, pk=text("a"), column=2, part=part, value=integer(5))
    for name, value in ((b"", b"\0"), (there, integer(1)), (gone, b"\0")):
        insert(db, "sheaf_parts", tbl=1, pk=text("a"), column=4, part=name, value=value)
    insert(db, "sheaf_rejected", space=b"home", tbl=b"notes", pk=text("b"), code="invalid", reason="As it was.", mask=2, texts=b"", at=T0,
           record=record(1, born, [(1, stamp(4, MINE), text("refused"))]))
    named = [(b"colour", born), (b"title", born), (b"votes", born)]
    shown = [(b"tags", there, stamp(3, OTHER)), (b"votes", part, stamp(2, OTHER))]
    at_rest = [(b"notes", text("a"), 1, born, named, shown),
               (b"notes", text("c"), 2, dead, [], [])]
    for place, total in sorted(sums_of(at_rest).items()):
        insert(db, "sheaf_buckets", space=1, bucket=place, sum=total.to_bytes(16, "big"))
    columns = '"id","space","title","votes","tags"'
    db.execute(f"CREATE INDEX sheaf_guard_1_0 ON notes({columns}) WHERE written_through_sheaf_only()")
    db.execute("CREATE TRIGGER sheaf_guard_1_all BEFORE DELETE ON notes WHEN written_through_sheaf_only() BEGIN SELECT 1; END")
    return db


def server(scripts):
    db = sqlite3.connect(":memory:")
    for script in scripts:
        with open(script, encoding="utf-8") as file:
            db.executescript(file.read())
        db.execute("DELETE FROM meta WHERE name = 'digests'")  # there is nothing that the server would have to count anew
    db.execute(f"PRAGMA user_version = {len(scripts)}")
    insert(db, "meta", name="epoch", value=7)
    born, dead = stamp(0, OTHER), stamp(1, OTHER)
    there, gone = b'"there"' + b"\1" * 8, b'"gone"' + b"\2" * 8
    parts = [(3, gone, stamp(3, OTHER), b"\0"), (3, there, stamp(2, OTHER), integer(1))]
    shown = [(b"tags", there, stamp(2, OTHER))]
    rows = [(b"notes", text("a"), 1, born, [(b"title", born), (b"votes", born)], shown), (b"notes", text("c"), 2, dead, [], [])]
    sums = sums_of(rows)
    digest = b"".join(sums.get(n, 0).to_bytes(16, "big") for n in range(256))
    insert(db, "device", id=1, name=b"phone", token_hash=hashlib.blake2b(b"token", digest_size=32).digest())
    insert(db, "space", id=1, name=b"home", head=3, digest=digest, longest_delete=2)
    insert(db, "device_grant", device=1, place=0, space=1, role=2)
    insert(db, "site", site=MINE, device=1, lease_current=b"lease", leases_pending=b"")
    insert(db, "push_number", site=MINE, space=1, number=1)
    insert(db, "dictionary_table", id=1, space=1, name=b"notes")
    insert(db, "dictionary_column", tbl=1, id=1, name=b"title")
    insert(db, "dictionary_column", tbl=1, id=2, name=b"votes")
    insert(db, "dictionary_column", tbl=1, id=3, name=b"tags")
    insert(db, "record", position=(1 << 40) + 1, tbl=1, pk=text("a"), record=record(1, born, [(1, None, text("one")), (2, None, integer(1))], parts))
    insert(db, "record", position=(1 << 40) + 3, tbl=1, pk=text("c"), record=record(2, dead))
    return db


def write(name, db):
    path = os.path.join(HERE, name)
    if os.path.exists(path):
        return
    db.commit()
    lines = [line for line in db.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
    lines.append(f"PRAGMA application_id = {db.execute('PRAGMA application_id').fetchone()[0]};")
    lines.append(f"PRAGMA user_version = {db.execute('PRAGMA user_version').fetchone()[0]};")
    with open(path, "w", encoding="utf-8") as file:
        file.write("-- SPDX-FileCopyrightText: 2026 The Sheaf developers\n-- SPDX-License-Identifier: Apache-2.0\n" + "\n".join(lines) + "\n")
    print("made", name)


if __name__ == "__main__":
    replica_format = len(glob.glob(os.path.join(ROOT, "syncengine/replica/replica_*.sql"))) + 1
    write(f"replica_{replica_format}.sql", replica(replica_format))
    server_scripts = sorted(glob.glob(os.path.join(ROOT, "server/storage/0*.sql")))
    write(f"server_{len(server_scripts)}.sql", server(server_scripts))
