"""Opens an age file of version 1 by a passphrase or an X25519 identity (https://c2sp.org/age)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct

from sealing import check, hkdf

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
FIELD = 2**255 - 19
LABEL = "age-encryption.org/v1"
CHUNK = 65536 + 16


def unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def identity_scalar(identity: str) -> bytes:
    digits = identity.lower().rpartition("1")[2][:-6]
    bits = int("".join(f"{BECH32.index(digit):05b}" for digit in digits)[:256], 2)
    return bits.to_bytes(32, "big")


def x25519(scalar: bytes, point: bytes) -> bytes:
    k = int.from_bytes(scalar, "little") & ~7 & (1 << 255) - 1 | 1 << 254
    u = int.from_bytes(point, "little") & (1 << 255) - 1
    x2, z2, x3, z3 = 1, 0, u, 1
    for i in range(254, -1, -1):
        if k >> i & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
        plus, minus = (x2 + z2) ** 2, (x2 - z2) ** 2
        cross, other, e = (x3 - z3) * (x2 + z2), (x3 + z3) * (x2 - z2), plus - minus
        x2, z2, x3, z3 = plus * minus, e * (plus + 121665 * e), (cross + other) ** 2, u * (cross - other) ** 2
        x2, z2, x3, z3 = x2 % FIELD, z2 % FIELD, x3 % FIELD, z3 % FIELD
        if k >> i & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, FIELD - 2, FIELD) % FIELD).to_bytes(32, "little")


def quarter(s: list, a: int, b: int, c: int, d: int) -> None:
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        s[z] ^= s[x]
        s[z] = (s[z] << turn | s[z] >> (32 - turn)) & 0xFFFFFFFF


def chacha20(key: bytes, counter: int, nonce: bytes) -> bytes:
    start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), counter]
    start += struct.unpack("<3I", nonce)
    state = list(start)
    for _ in range(10):
        for i in range(4):
            quarter(state, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(state, start)))


def poly1305(key: bytes, data: bytes) -> bytes:
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    sum = 0
    for at in range(0, len(data), 16):
        sum = (sum + int.from_bytes(data[at : at + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((sum + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def chacha_open(key: bytes, nonce: bytes, sealed: bytes) -> bytes | None:
    text, tag = sealed[:-16], sealed[-16:]
    covered = text + bytes(-len(text) % 16) + struct.pack("<QQ", 0, len(text))
    if not hmac.compare_digest(poly1305(chacha20(key, 0, nonce)[:32], covered), tag):
        return None
    stream = b"".join(chacha20(key, 1 + at // 64, nonce) for at in range(0, len(text), 64))
    return bytes(a ^ b for a, b in zip(text, stream))


def dearmored(file: bytes) -> bytes:
    if not file.lstrip().startswith(b"-----BEGIN"):
        return file
    lines = file.decode("ascii").strip().splitlines()
    framed = lines[0] == "-----BEGIN AGE ENCRYPTED FILE-----" and lines[-1] == "-----END AGE ENCRYPTED FILE-----"
    check(framed, "BABA_KEYRING", "the key file's armor")
    return base64.b64decode("".join(lines[1:-1]), validate=True)


def stanzas(header: str) -> list:
    found = re.findall(r"^-> (.+)\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)", header, re.M)
    return [(line.split(" "), unpadded(body.replace("\n", ""))) for line, body in found]


def file_key(stanza: tuple, passphrase: str | None, identity: str | None) -> bytes | None:
    (kind, *args), body = stanza
    if kind == "scrypt" and passphrase is not None:
        salt, factor = f"{LABEL}/scrypt".encode() + unpadded(args[0]), int(args[1])
        check(factor <= 20, "BABA_KEYRING", "the key file's work factor")
        key = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**factor, r=8, p=1, maxmem=2**31 - 1, dklen=32)
        return chacha_open(key, bytes(12), body)
    if kind == "X25519" and identity is not None:
        scalar, share = identity_scalar(identity), unpadded(args[0])
        recipient = x25519(scalar, b"\x09" + bytes(31))
        key = hkdf(x25519(scalar, share), share + recipient, f"{LABEL}/X25519", 32)
        return chacha_open(key, bytes(12), body)
    return None


def age_open(file: bytes, passphrase: str | None, identity: str | None) -> bytes:
    file = dearmored(file)
    head = re.match(rb"age-encryption\.org/v1\n(?:-> .+\n(?:[A-Za-z0-9+/]+\n|\n)+)+---", file)
    check(head is not None, "BABA_KEYRING", "the key file is not an age file")
    end = file.index(b"\n", head.end())
    opened = (file_key(stanza, passphrase, identity) for stanza in stanzas(head[0].decode("ascii")))
    key = next((key for key in opened if key is not None), None)
    check(key is not None, "BABA_KEY_WRONG", "nothing given opens the key file")
    mac = hmac.digest(hkdf(key, b"", "header", 32), head[0], "sha256")
    check(unpadded(file[head.end() + 1 : end].decode()) == mac, "BABA_KEYRING", "the key file's mac")
    nonce, payload = file[end + 1 : end + 17], file[end + 17 :]
    return stream_open(hkdf(key, nonce, "payload", 32), payload)


def stream_open(key: bytes, payload: bytes) -> bytes:
    text, count = b"", max(1, -(-len(payload) // CHUNK))
    for i in range(count):
        nonce = i.to_bytes(11, "big") + bytes([i == count - 1])
        chunk = chacha_open(key, nonce, payload[i * CHUNK : (i + 1) * CHUNK])
        check(chunk is not None, "BABA_KEYRING", "the key file's payload")
        text += chunk
    return text
