#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sheaf developers
# SPDX-License-Identifier: Apache-2.0
"""A decoder written from PROTOCOL.md alone, with nothing but Python's own library: reader.py DATA-FOLDER

It reads the vectors in tests/data that the C++ codec is tested with, so that the page stays enough to
build a client from, and the codec stays what the page says. With `--print HEX` it shows one message.
"""
import hashlib
import json
import shutil
import struct
import subprocess
import sys

KIB = 1024
TIME_LIMIT = 1 << 46
STAMP_LIMIT = 1 << 47
COUNT_LIMIT = 1 << 63


class Refused(Exception):
    """The bytes break a rule of PROTOCOL.md."""


def need(condition, rule):
    if not condition:
        raise Refused(rule)


class Input:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        need(size <= len(self.data) - self.at, "ends too early")
        self.at += size
        return self.data[self.at - size:self.at]

    def left(self):
        return len(self.data) - self.at


# Frames ------------------------------------------------------------------------------------------

def varint(source):
    value = shift = 0
    while True:
        byte = source.take(1)[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            need(byte != 0 or shift == 7, "varint: shortest form")
            need(value < 1 << 64, "varint: 64 bits")
            return value
        need(shift < 70, "varint: 64 bits")


def join(frames):
    """The payload of one message and whether it is compressed."""
    need(0 < len(frames) <= 64, "number of frames")
    payload, compressed = b"", False
    for index, frame in enumerate(frames):
        need(2 <= len(frame) <= 64 * KIB, "size of a frame")
        flags = frame[0]
        need(flags < 4 and (flags & 1 == 1) == (index == len(frames) - 1), "flags")
        if flags & 2:
            need(index == 0, "compression is said in the first frame")
            compressed = True
        payload += frame[1:]
        need(len(payload) <= 1024 * KIB, "size of a message")
    return payload, compressed


def unpack(payload):
    source = Input(payload)
    size = varint(source)
    packed = source.take(varint(source))
    padding = source.take(source.left())
    need(not any(padding), "padding")
    need(packed and size <= 8 * (len(packed) + len(padding)) and size <= 1024 * KIB, "declared size")
    if shutil.which("zstd") is None:
        return None
    done = subprocess.run(["zstd", "-dcq"], input=packed, capture_output=True, check=False)
    need(done.returncode == 0 and len(done.stdout) == size, "zstd data")
    return done.stdout


# CBOR --------------------------------------------------------------------------------------------

class Cbor(Input):
    def head(self):
        first = self.take(1)[0]
        major, argument = first >> 5, first & 0x1F
        if argument < 24:
            return major, argument
        need(argument < 28, "definite lengths")
        size = 1 << (argument - 24)
        value = int.from_bytes(self.take(size), "big")
        need(value >= (24 if size == 1 else 1 << (4 * size)), "shortest forms")
        return major, value

    def of(self, wanted):
        major, argument = self.head()
        need(major == wanted, "type of an element")
        return argument

    def array(self, most):
        size = self.of(4)
        need(size <= most, "number of elements")
        return size

    def exactly(self, size):
        need(self.of(4) == size, "number of elements")

    def uint(self, limit=1 << 64):
        value = self.of(0)
        need(value < limit, "range of a uint")
        return value

    def count(self):
        return self.uint(COUNT_LIMIT)

    def small(self):
        return self.uint(1 << 32)

    def int(self, least, most):
        major, argument = self.head()
        need(major < 2, "type of an element")
        value = argument if major == 0 else -1 - argument
        need(least <= value <= most, "range of an int")
        return value

    def time(self):
        return self.int(1 - TIME_LIMIT, TIME_LIMIT - 1)

    def bool(self):
        major, argument = self.head()
        need(major == 7 and argument in (20, 21), "type of an element")
        return argument == 21

    def bytes(self, most):
        size = self.of(2)
        need(size <= most, "size of bytes")
        return self.take(size)

    def text(self, most):
        size = self.of(3)
        need(size <= most, "size of a text")
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("valid UTF-8") from None

    def name(self):
        name = self.bytes(128)
        need(name, "a name is not empty")
        return name.decode("utf-8", "backslashreplace")


def different(names):
    need(len(set(names)) == len(names), "different names")


# Rows --------------------------------------------------------------------------------------------

def value(source):
    kind = source.take(1)[0]
    if kind == 0:
        return ["null"]
    if kind == 1:
        zigzag = varint(source)
        return ["integer", (zigzag >> 1) ^ -(zigzag & 1)]
    if kind == 2:
        raw = source.take(8)
        real = struct.unpack(">d", raw)[0]
        need(real == real, "never a NaN")
        return ["real", raw.hex()]
    need(kind in (3, 4), "type of a value")
    data = source.take(varint(source))
    return ["text", data.decode("utf-8", "backslashreplace")] if kind == 3 else ["blob", data.hex()]


def key(data):
    source, values = Input(data), []
    while source.left():
        values.append(value(source))
    need(1 <= len(values) <= 16, "number of key values")
    return values


def stamp(source):
    hlc, site = struct.unpack(">QQ", source.take(16))
    need(hlc != 0 and hlc >> 16 < STAMP_LIMIT, "range of an HLC")
    return f"{hlc >> 16}.{hlc & 0xFFFF}@{site}"


def record(data):
    need(len(data) <= 512 * KIB, "size of a record")
    source = Input(data)
    length = varint(source)
    need(0 < length < 1 << 32, "causal length")
    life, cells, previous = stamp(source), {}, 0
    number = varint(source)
    need(number <= 2000 and (number == 0 or length % 2 == 1), "number of cells")
    for _ in range(number):
        head = varint(source)
        column, own = head >> 1, head & 1
        need(previous < column <= 1 << 20, "cells ascend")
        previous = column
        written = stamp(source) if own else life
        need(not own or written != life, "own = 0 for the stamp of the life")
        cells[column] = {"stamp": written, "value": value(source)}
    read = {"length": length, "life": life, "cells": cells}
    if source.left():
        need(length % 2 == 1, "a deleted row has neither texts nor parts")
        read["texts"] = texts(source)
        if not read["texts"]:
            need(source.left(), "no texts and no parts: nothing is said")
            del read["texts"]
    if source.left():
        read["parts"] = parts(source)
    need(source.left() == 0, "nothing after a record")
    return read


def texts(source):
    number, read, previous = varint(source), [], (0, -1)
    need(number <= 4096, "number of texts")
    for _ in range(number):
        column, written = varint(source), stamp(source)
        place = (column, int(written.split("@")[1]))
        need(place > previous and 0 < column <= 1 << 20, "texts ascend")
        previous = place
        update = source.take(varint(source))
        need(len(update) <= 128 * KIB, "size of an update")
        read.append({"column": column, "stamp": written, "update": sealed(update) or update.hex()})
    return read


def sealed(update):
    """What a sealed update says to those without a key; nothing of any other."""
    if not update.startswith(b"\xff" * 8 + b"\x7f") or len(update) < 66:
        return None
    source = Input(update[9:])
    return {"epoch": varint(source), "stamp": stamp(source), "nonce": source.take(24).hex(), "ciphertext": source.take(source.left()).hex()}


def parts(source):
    number, read, previous = varint(source), [], (0, b"")
    need(0 < number <= 8192, "number of parts")
    for _ in range(number):
        column, name = varint(source), source.take(varint(source))
        need((column, name) > previous and 0 < column <= 1 << 20, "parts ascend")
        need(0 < len(name) <= KIB, "size of a part's name")
        previous = (column, name)
        read.append({"column": column, "part": name.hex(), "stamp": stamp(source), "value": value(source)})
    return read


# Messages ----------------------------------------------------------------------------------------

def tables(c):
    all_tables = []
    for _ in range(c.array(256)):
        c.exactly(2)
        name, columns, previous = c.name(), {}, 0
        names = []
        for _ in range(c.array(2000)):
            c.exactly(2)
            column = c.small()
            need(previous < column <= 1 << 20, "columns ascend")
            previous = column
            columns[column] = c.name()
            names.append(columns[column])
        different(names)
        all_tables.append({"name": name, "columns": columns})
    different([table["name"] for table in all_tables])
    return all_tables


def changes(c, named):
    rows = []
    for _ in range(c.array(5000)):
        c.exactly(3)
        index = c.small()
        need(index < len(named), "table index")
        row = {"table": index, "key": key(c.bytes(KIB)), "record": record(c.bytes(512 * KIB))}
        beside = row["record"].get("texts", []) + row["record"].get("parts", [])
        used = list(row["record"]["cells"]) + [one["column"] for one in beside]
        need(all(column in named[index]["columns"] for column in used), "columns have names")
        rows.append(row)
    return rows


def with_rows(c, fields):
    fields["tables"] = tables(c)
    fields["changes"] = changes(c, fields["tables"])
    return fields


def told(c, fields):
    """What a server tells: no stamp uses up the room of the client."""
    for row in with_rows(c, fields)["changes"]:
        stamped = list(row["record"]["cells"].values()) + row["record"].get("texts", []) + row["record"].get("parts", [])
        for written in [row["record"]["life"]] + [one["stamp"] for one in stamped]:
            need(int(written.split(".")[0]) < TIME_LIMIT, "range of a stamp in changes")
    return fields


def hlc(c):
    """The clock of a stamp that a server tells."""
    number = c.uint()
    need(number >> 16 < TIME_LIMIT, "range of a stamp")
    return number


def dead_length(c):
    number = c.uint()
    need(number % 2 == 0 and number < 2**30, "length of a deleted row")
    return number


def space(c, least):
    c.exactly(8)
    read = {"name": c.name(), "role": c.uint(), "head": c.count(), "last-push": c.count(), "schema-min": c.small(),
            "collected": c.count(), "collected-stamp": hlc(c),
            "collected-length": dead_length(c)}
    need(least <= read["role"] <= 3, "role")
    return read


def compressions(c):
    names = [c.name() for _ in range(c.array(8))]
    different(names)
    return names


def welcome(c):
    m = {"version": c.small(), "session": c.bytes(64).decode(), "clock": c.time(), "client-clock": c.time(), "lease": c.bytes(64).decode(),
         "compression": c.bytes(128).decode(), "epoch": c.uint(), "spaces": []}
    for _ in range(c.array(200)):
        m["spaces"].append(space(c, 0))
    different([space["name"] for space in m["spaces"]])
    return m


def subscribe(c):
    m = {"space": c.name(), "epoch": c.uint(), "cursor": c.count(), "buckets": c.bytes(32)}
    need(m["buckets"] == b"" or (len(m["buckets"]) == 32 and any(m["buckets"])), "buckets")
    m["buckets"] = [n for n in range(8 * len(m["buckets"])) if m["buckets"][n // 8] >> (n % 8) & 1]
    m["tables"] = [c.name() for _ in range(c.array(256))]
    need(m["tables"] == sorted(set(m["tables"]), key=str.encode), "tables ascend")
    m["opening"] = c.count()
    return m


def ack(c):
    m = {"space": c.name(), "number": c.count(), "previous": c.count(), "sequence": c.count(), "clock": c.time(), "verdicts": []}
    last = -1
    for _ in range(c.array(5000)):
        c.exactly(3)
        verdict = {"index": c.uint(5000), "code": c.text(64), "reason": c.text(KIB)}
        need(verdict["index"] > last, "verdicts ascend")
        last = verdict["index"]
        m["verdicts"].append(verdict)
    return m


def marked(c):
    m = {"space": c.name(), "id": c.count(), "head": c.count(), "digest": c.bytes(4096).hex()}
    need(len(m["digest"]) in (32, 8192), "size of a digest")
    return m


MESSAGES = {
    1: ("hello", 10, lambda c: {"version-min": c.small(), "version-max": c.small(), "app": c.text(128), "schema-version": c.small(), "site": c.uint(),
                                "token": c.bytes(256).decode(), "clock": c.time(), "lease": c.bytes(64).decode(), "compressions": compressions(c)}),
    2: ("welcome", 9, welcome),
    3: ("refused", 4, lambda c: {"code": c.text(64), "reason": c.text(KIB), "retry-after": c.int(-1, 86_400_000)}),
    4: ("subscribe", 7, subscribe),
    5: ("changes", 8, lambda c: told(c, {"space": c.name(), "previous": c.count(), "sequence": c.count(), "head": c.count(), "more": c.bool()})),
    6: ("push", 6, lambda c: with_rows(c, {"space": c.name(), "number": c.count(), "more": c.bool()})),
    7: ("ack", 7, ack),
    8: ("mark", 4, lambda c: {"space": c.name(), "id": c.count(), "buckets": c.bool()}),
    9: ("marked", 5, marked),
    10: ("ping", 2, lambda c: {"clock": c.time()}),
    11: ("pong", 3, lambda c: {"clock": c.time(), "sender-clock": c.time()}),
    12: ("plugin", 5, lambda c: {"plugin": c.name(), "space": c.name(), "topic": c.bytes(2 * KIB).hex(), "payload": c.bytes(64 * KIB).hex()}),
    13: ("opened", 3, lambda c: {"space": space(c, 1), "opening": c.count()}),
    14: ("closed", 4, lambda c: {"space": c.name(), "code": c.text(64), "reason": c.text(KIB)}),
    15: ("leave", 2, lambda c: {"space": c.name()}),
    16: ("seen", 3, lambda c: {"space": c.name(), "cursor": c.count()}),
    18: ("subscribed", 2, lambda c: {"space": c.name()}),
    17: ("collected", 5, lambda c: {"space": c.name(), "sequence": c.count(), "stamp": hlc(c), "length": dead_length(c)}),
}


def message(data):
    need(len(data) <= 1024 * KIB, "size of a message")
    c = Cbor(data)
    elements = c.array(16)
    kind = c.uint()
    need(kind in MESSAGES, "type of a message")
    name, wanted, read = MESSAGES[kind]
    need(elements == wanted, "number of elements")
    fields = read(c)
    need(c.left() == 0, "nothing after a message")
    need(fields.get("previous", 0) <= fields.get("sequence", 0), "previous is never above sequence")
    return {"message": name, **fields}


# Digest ------------------------------------------------------------------------------------------

def length_first(data):
    out, size = b"", len(data)
    while size >= 0x80:
        out, size = out + bytes([size & 0x7F | 0x80]), size >> 7
    return out + bytes([size]) + data


def bucket(table, row_key):
    number = 0xcbf29ce484222325
    for byte in table + b"\0" + row_key:
        number = ((number ^ byte) * 0x100000001b3) % (1 << 64)
    folded = 0
    for byte in number.to_bytes(8, "big"):
        folded ^= byte
    return folded


def stamp_bytes(text):
    clock, site = text.split("@")
    ms, counter = clock.split(".")
    return struct.pack(">QQ", int(ms) << 16 | int(counter), int(site))


def digest(rows):
    sums = [0] * 256
    for row in rows:
        table, row_key = row["table"].encode(), bytes.fromhex(row["key"])
        read = record(bytes.fromhex(row["record"]))
        if read["length"] % 2 == 0:
            continue
        number, length = read["length"], b""
        while number >= 0x80:
            number, length = number >> 7, length + bytes([number & 0x7F | 0x80])
        over = length_first(table) + length_first(row_key) + length + bytes([number]) + stamp_bytes(read["life"])
        named = sorted((name.encode(), int(column)) for column, name in row["columns"].items())
        for name, column in named:
            if column in read["cells"]:
                over += length_first(name) + stamp_bytes(read["cells"][column]["stamp"])
        if "texts" in read:
            over += b"\0"
            for name, column in named:
                for text in read["texts"]:
                    if text["column"] == column:
                        over += length_first(name) + stamp_bytes(text["stamp"])
        standing = [part for part in read.get("parts", []) if part["value"] != ["null"]]
        if standing:
            over += b"\0" if "texts" in read else b"\0\0"
            for name, column in named:
                for part in standing:
                    if part["column"] == column:
                        over += length_first(name) + length_first(bytes.fromhex(part["part"])) + stamp_bytes(part["stamp"])
        place = bucket(table, row_key)
        sums[place] = (sums[place] + int.from_bytes(hashlib.blake2b(over, digest_size=16).digest(), "big")) % (1 << 128)
    return sums


# The vectors -------------------------------------------------------------------------------------

def check_all(folder):
    def load(name):
        with open(f"{folder}/{name}.json", encoding="utf-8") as file:
            return json.load(file)

    checked = 0
    for name, vector in load("messages").items():
        read = json.loads(json.dumps(message(bytes.fromhex(vector["hex"]))))
        assert read == vector["is"], f"{name} reads as {json.dumps(read)}"
        checked += 1
    missing = {name for name, _, _ in MESSAGES.values()} - {vector["is"]["message"] for vector in load("messages").values()}
    assert not missing, f"no vector of {missing}"
    for name, vector in load("refused").items():
        try:
            read = message(bytes.fromhex(vector["hex"]))
        except Refused:
            checked += 1
            continue
        raise AssertionError(f"{name} was read as {read}")
    for name, vector in load("frames").items():
        frames = [bytes.fromhex(frame) for frame in vector["frames"]]
        try:
            payload, compressed = join(frames)
            read = unpack(payload) if compressed else payload
        except Refused as why:
            assert "message" not in vector, f"{name} was refused: {why}"
        else:
            assert "message" in vector, f"{name} was taken"
            assert compressed == vector["compressed"] and read in (None, bytes.fromhex(vector["message"])), name
        checked += 1
    vectors = load("digests")
    sums = digest(vectors["rows"])
    assert {str(n): f"{s:032x}" for n, s in enumerate(sums) if s} == vectors["buckets"], "sums of buckets"
    assert f"{sum(sums) % (1 << 128):032x}" == vectors["total"], "digest"
    print(f"{checked + 1} vectors read as PROTOCOL.md says")


if __name__ == "__main__":
    if sys.argv[1] == "--print":
        print(json.dumps(message(bytes.fromhex(sys.argv[2])), ensure_ascii=False))
    else:
        check_all(sys.argv[1])
