"""The cryptography of sealed stores in plain Python: HKDF, AES-256-GCM and XAES-256-GCM."""

from __future__ import annotations

import functools
import hmac
import struct

GCM_POLYNOMIAL = 0xE1 << 120


class Refused(Exception):
    """What BabaDB refuses, under the code that it has there."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def check(condition: bool, code: str, what: str) -> None:
    if not condition:
        raise Refused(code, what)


def hkdf(secret: bytes, salt: bytes, label: str, size: int) -> bytes:
    prk = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(prk, label.encode() + b"\x01", "sha256")[:size]


def double(x: int) -> int:
    return (x << 1) ^ (0x11B if x & 0x80 else 0)


def substitution() -> bytes:
    box, p, q = bytearray(256), 1, 1
    box[0] = 0x63
    while not box[1]:
        p ^= double(p)
        q ^= q << 1 & 0xFF
        q ^= q << 2 & 0xFF
        q ^= q << 4 & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = [(q << n | q >> (8 - n)) & 0xFF for n in range(1, 5)]
        box[p] = functools.reduce(int.__xor__, turned, q ^ 0x63)
    return bytes(box)


SBOX = substitution()
SBOX_DOUBLED = bytes(double(x) for x in SBOX)
SHIFTED_ROWS = [(i + 4 * (i % 4)) % 16 for i in range(16)]


@functools.lru_cache(64)
def round_keys(key: bytes) -> bytes:
    words, constant = [key[i : i + 4] for i in range(0, 32, 4)], 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = (word[1:] + word[:1]).translate(SBOX)
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = double(constant)
        elif i % 8 == 4:
            word = word.translate(SBOX)
        words.append(bytes(a ^ b for a, b in zip(word, words[i - 8])))
    return b"".join(words)


def aes(key: bytes, blocks: bytes) -> bytes:
    """All blocks at once: a number holds one byte of the state of each of them."""
    count, keys = len(blocks) // 16, round_keys(key)
    ones = int.from_bytes(b"\x01" * count, "big")
    state = [int.from_bytes(blocks[i::16], "big") ^ ones * keys[i] for i in range(16)]
    for turn in range(1, 15):
        rows = [state[i].to_bytes(count, "big") for i in SHIFTED_ROWS]
        once = [int.from_bytes(row.translate(SBOX), "big") for row in rows]
        twice = [int.from_bytes(row.translate(SBOX_DOUBLED), "big") for row in rows]
        if turn < 14:
            once = [mixed(once, twice, i) for i in range(16)]
        state = [byte ^ ones * keys[16 * turn + i] for i, byte in enumerate(once)]
    out = bytearray(len(blocks))
    for i, byte in enumerate(state):
        out[i::16] = byte.to_bytes(count, "big")
    return bytes(out)


def mixed(once: list, twice: list, i: int) -> int:
    column = i - i % 4
    a, b, c, d = (column + (i + n) % 4 for n in range(4))
    return twice[a] ^ twice[b] ^ once[b] ^ once[c] ^ once[d]


@functools.lru_cache(64)
def ghash_tables(key: bytes) -> list:
    power, tables = int.from_bytes(aes(key, bytes(16)), "big"), []
    for _ in range(16):
        table = [0] * 256
        for bit in range(7, -1, -1):
            table[1 << bit] = power
            power = power >> 1 ^ (GCM_POLYNOMIAL if power & 1 else 0)
        for byte in range(1, 256):
            table[byte] = table[byte & (byte - 1)] ^ table[byte & -byte]
        tables.append(table)
    return tables


def ghash(key: bytes, data: bytes) -> int:
    tables, sum = ghash_tables(key), 0
    for at in range(0, len(data), 16):
        block = (sum ^ int.from_bytes(data[at : at + 16], "big")).to_bytes(16, "big")
        sum = 0
        for table, byte in zip(tables, block):
            sum ^= table[byte]
    return sum


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def gcm_open(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes | None:
    """The plaintext, or None if the tag fails."""
    text, tag = sealed[:-16], sealed[-16:]
    count = (len(text) + 15) // 16
    stream = aes(key, b"".join(nonce + struct.pack(">I", i) for i in range(1, count + 2)))
    sizes = struct.pack(">QQ", 8 * len(aad), 8 * len(text))
    sum = ghash(key, padded(aad) + padded(text) + sizes) ^ int.from_bytes(stream[:16], "big")
    if len(tag) != 16 or not hmac.compare_digest(sum.to_bytes(16, "big"), tag):
        return None
    mask = int.from_bytes(stream[16 : 16 + len(text)], "big")
    return (int.from_bytes(text, "big") ^ mask).to_bytes(len(text), "big")


@functools.lru_cache(64)
def xaes_key(key: bytes, half: bytes) -> bytes:
    doubled = int.from_bytes(aes(key, bytes(16)), "big") << 1
    subkey = doubled ^ (1 << 128 | 0x87 if doubled >> 128 else 0)
    halves = [int.from_bytes(bytes([0, n]) + b"X\x00" + half, "big") ^ subkey for n in (1, 2)]
    return aes(key, b"".join(block.to_bytes(16, "big") for block in halves))


def xaes_open(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes | None:
    return gcm_open(xaes_key(key, nonce[:12]), nonce[12:], sealed, aad)
