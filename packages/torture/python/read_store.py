"""Reads a store by docs/format.md alone: an oracle that shares no line with BabaDB.

Usage: python3 read_store.py DIRECTORY [passphrase|identity|key SECRET]

Prints a JSON object: `records` (name to JSON text), `problems` (name to the code that BabaDB has for it) and
`fingerprint`; or `error` and `what`, if the store as a whole is refused. A raw key is given in hexadecimal digits.
"""

from __future__ import annotations

import json
import os
import re
import stat
import struct
import sys
import unicodedata
import zlib

import journal
from age import age_open
from sealing import Refused, check, hkdf, xaes_open

BYTES = {bytes(b"012"[byte // 3**place % 3] for place in range(5, -1, -1)): byte for byte in range(256)}
FILLERS = {b"%02d%c" % (number, letter) for number in range(100) for letter in range(97, 123)}
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.I)
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\ud800-\udfff]')
INFLATED = 64 * 2**20


class Keyring:
    """The keys of a store; it is locked if it is opened with any, and then plain records are refused."""

    def __init__(self, locked: bool, store: bytes, keys: dict, converting: bool) -> None:
        self.locked, self.store, self.keys, self.converting = locked, store, keys, converting
        self.fingerprint = None

    def key(self, id: bytes) -> bytes:
        check(self.locked, "BABA_SEALED", "the store is sealed")
        check(bool(self.keys), "BABA_KEYRING", "the store is sealed, and its key file is missing")
        check(id in self.keys, "BABA_KEY_UNKNOWN", "no such key")
        return self.keys[id]

    def plain_journal(self) -> None:
        check(not self.keys or self.converting, "BABA_NOT_SEALED", "a plain segment in a sealed store")

    def journal_key(self, header: bytes) -> bytes:
        key = self.key(header[480:484])
        tag_key = hkdf(key, self.store, "baba/1 checkpoint", 32)
        tag = hkdf(header[:488], tag_key, "", 16)
        journal.whole(tag == header[488:504], "a segment's tag")
        return hkdf(key, self.store, "baba/1 journal", 32)

    def open(self, payload: bytes, name: str) -> bytes:
        """The record's JSON text: of an envelope, or of the payload as it is where plain ones are read."""
        if payload[:1] != b"\x01":
            plain = payload[:1] >= b" " or payload[:1] in (b"\t", b"\n", b"\r")
            check(not self.locked or plain, "BABA_ENVELOPE", "not an envelope of this version")
            check(not self.locked or self.converting, "BABA_NOT_SEALED", "a plain record in a sealed store")
            return payload
        check(self.locked, "BABA_SEALED", "the store is sealed")
        check(len(payload) >= 46 and payload[1] <= 1, "BABA_ENVELOPE", "an envelope's length or flags")
        key = self.key(payload[2:6])
        path = name.encode()
        where = b"baba/1 record" + payload[:6] + self.store + struct.pack(">I", len(path)) + path
        text = xaes_open(key, payload[6:30], payload[30:], where)
        check(text is not None, "BABA_TAMPERED", "an envelope's tag")
        return inflated(text) if payload[1] == 1 else text


def inflated(text: bytes) -> bytes:
    stream = zlib.decompressobj(-15)
    try:
        out = stream.decompress(text, INFLATED + 1)
    except zlib.error:
        raise Refused("BABA_ENVELOPE", "a deflated payload") from None
    whole = stream.eof and not stream.unused_data and len(out) <= INFLATED
    check(whole, "BABA_ENVELOPE", "a deflated payload")
    return out


def decode(text: bytes) -> bytes:
    parts = text.split()  # of bytes: at 09, 0A, 0B, 0C, 0D and 20
    check(len(parts) % 2 == 0, "BABA_CODEC", "the last group has no filler")
    check(FILLERS.issuperset(parts[1::2]), "BABA_CODEC", "a filler is malformed")
    check(BYTES.keys() >= set(parts[0::2]), "BABA_CODEC", "digits are malformed")
    return bytes(map(BYTES.__getitem__, parts[0::2]))


def refuse(literal: str) -> None:
    raise ValueError(literal)


def json_text(payload: bytes) -> str:
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("BABA_UTF8", "not UTF-8") from None
    try:
        json.loads(text, parse_constant=refuse, parse_int=float)
    except ValueError:
        raise Refused("BABA_JSON", "not JSON") from None
    return text


def check_format(path: str) -> None:
    if not os.path.exists(path):
        return
    try:
        with open(path, "rb") as file:
            format = json.loads(file.read().decode("utf-8"), parse_int=float)["format"]
    except (ValueError, TypeError, LookupError):
        format = None
    check(format == 1 and format is not True, "BABA_FORMAT", "another version's store, or a damaged store.json")


def read_keyring(directory: str, how: str | None, secret: str | None) -> Keyring:
    path = os.path.join(directory, ".baba", "key.age")
    if how == "key":
        check(not os.path.exists(path), "BABA_KEY_WRONG", "the store has a key file")
        key, sizes = bytes.fromhex(secret), {"data key": 32, "key id": 4, "store id": 16}
        data, id, store = (hkdf(key, b"", f"baba/1 raw {what}", size) for what, size in sizes.items())
        return Keyring(True, store, {id: data}, False)
    if not os.path.exists(path):
        return Keyring(how is not None, b"", {}, False)
    check(how is not None, "BABA_SEALED", "the store is sealed")
    with open(path, "rb") as file:
        ring = json.loads(age_open(file.read(), *((secret, None) if how == "passphrase" else (None, secret))))
    check(ring["format"] == 1, "BABA_FORMAT", "the keyring is of a newer version")
    keys = {bytes.fromhex(key["id"]): bytes.fromhex(key["key"]) for key in ring["keys"]}
    keyring = Keyring(True, bytes.fromhex(ring["store"]), keys, ring["converting"])
    secret = bytes.fromhex(ring["secret"])
    keyring.fingerprint = hkdf(secret, keyring.store, "baba/1 fingerprint", 16).hex()
    return keyring


def name_is_allowed(name: str) -> bool:
    parts = name.split("/")
    sizes = [len(part.encode("utf-8", "surrogatepass")) for part in parts]
    long = len(parts) > 32 or max(sizes) > 200 or sum(sizes) + len(parts) - 1 > 1024
    folders = any(part.lower().endswith(".baba") for part in parts[:-1])
    bad = folders or any(not p or p[0] == "." or p[-1] in ". " or FORBIDDEN.search(p) or DEVICES.fullmatch(p.split(".")[0].rstrip()) for p in parts)
    return not (long or bad) and unicodedata.is_normalized("NFC", name)


def walk(directory: str, folder: str, problems: dict) -> list:
    """The names of the record files, at any depth."""
    names = []
    for entry in os.scandir(os.path.join(directory, folder)):
        name = f"{folder}/{entry.name}" if folder else entry.name
        mode = entry.stat(follow_symlinks=False).st_mode
        is_record = entry.name.endswith(".baba")
        if entry.name[0] == "." or not (is_record or stat.S_ISDIR(mode)):
            continue
        if is_record and not stat.S_ISREG(mode):
            problems[name] = "BABA_NOT_A_RECORD"
        elif not name_is_allowed(name):
            problems[name] = "BABA_NAME"
        else:
            names += [name] if is_record else walk(directory, name, problems)
    return names


def read_records(directory: str, changes: dict, keyring: Keyring) -> tuple:
    records, problems = {}, {}
    names = {name for name in walk(directory, "", problems) if name not in changes}
    for name in sorted(names | changes.keys(), key=str.encode):
        try:
            if name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    records[name] = json_text(keyring.open(decode(file.read()), name))
            elif changes[name] is not None:
                records[name] = json_text(keyring.open(changes[name], name))
            if name in records and not name_is_allowed(name):
                problems[name] = "BABA_NAME"
        except Refused as refused:
            problems[name] = refused.code
        except FileNotFoundError:
            pass  # deleted meanwhile: the journal says so at the next look
    return records, problems


def read_store(directory: str, how: str | None, secret: str | None) -> dict:
    check_format(os.path.join(directory, ".baba", "store.json"))
    keyring = read_keyring(directory, how, secret)
    folder, state = os.path.join(directory, ".baba", "journal"), None
    while True:
        before, (state, changes) = state, journal.look(folder, keyring)
        if state == before:
            return {"records": records, "problems": problems, "fingerprint": keyring.fingerprint}
        records, problems = read_records(directory, changes, keyring)


def main() -> None:
    sys.setrecursionlimit(20_000)
    directory, how, secret = (sys.argv[1:] + [None, None])[:3]
    try:
        print(json.dumps(read_store(directory, how, secret)))
    except Refused as refused:
        print(json.dumps({"error": refused.code, "what": str(refused)}))


if __name__ == "__main__":
    main()
