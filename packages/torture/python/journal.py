"""The journal of docs/format.md: its segments, plain and sealed, and the commits that they say."""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass

from sealing import Refused, check, xaes_open

MASK = 2**64 - 1
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
FRAME = struct.Struct(">4sIQQIQ4s")


def rotate(x: int, r: int) -> int:
    return ((x << r) | (x >> (64 - r))) & MASK


def mix(accumulator: int, lane: int) -> int:
    return rotate((accumulator + lane * P2) & MASK, 31) * P1 & MASK


def xxh64(data: bytes, seed: int) -> int:
    at, hash = 0, (seed + P5) & MASK
    if len(data) >= 32:
        lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        for at in range(0, len(data) - 31, 32):
            lanes = [mix(a, b) for a, b in zip(lanes, struct.unpack_from("<4Q", data, at))]
        at += 32
        hash = sum(rotate(a, r) for a, r in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            hash = ((hash ^ mix(0, lane)) * P1 + P4) & MASK
    hash = (hash + len(data)) & MASK
    while at + 8 <= len(data):
        hash = (rotate(hash ^ mix(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        hash = (rotate(hash ^ struct.unpack_from("<I", data, at)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        hash = rotate(hash ^ byte * P5 & MASK, 11) * P1 & MASK
    hash = (hash ^ (hash >> 33)) * P2 & MASK
    hash = (hash ^ (hash >> 29)) * P3 & MASK
    return hash ^ (hash >> 32)


@dataclass
class Segment:
    data: bytes
    base: int
    checkpoint: int
    previous_length: int
    previous_chain: int
    checksum: int
    tag: bytes
    body_key: bytes | None


def whole(condition: bool, what: str) -> None:
    check(condition, "BABA_JOURNAL", what)


def read_segment(data: bytes, number: int, keyring) -> Segment:
    whole(len(data) >= 512, "a segment is shorter than its header")
    checksum = struct.unpack_from(">Q", data, 504)[0]
    whole(data[:8] == b"BABAJRNL" and checksum == xxh64(data[:504], 0), "a segment's header")
    version, protection, *fields = struct.unpack_from(">II6Q", data, 8)
    check(version <= 1 and protection <= 1, "BABA_FORMAT", "a segment is of a newer version")
    whole(version == 1 and fields[0] == number and fields[5] == len(data), "a segment's number or length")
    size = struct.unpack_from(">H", data, 104)[0]
    whole(size <= 374 and re.fullmatch(rb"[0-9a-f]{16}", data[80:96]) is not None, "a segment's token")
    whole(data[106 : 106 + size].decode("utf-8", "replace").encode() == data[106 : 106 + size], "an identity")
    body_key = keyring.journal_key(data) if protection == 1 else keyring.plain_journal()
    return Segment(data, *fields[1:5], checksum, data[488:504], body_key)


def is_torn(data: bytes, start: int, end: int) -> bool:
    if not any(data[start : start + 4]) or data[end - 1] == 0:
        return True
    sectors = range(start - start % 512, end, 512)
    return any(not any(data[max(start, at) : min(end, at + 512)]) for at in sectors)


def frame_header(segment: Segment, at: int) -> tuple | None:
    fields = FRAME.unpack_from(segment.data, at)
    sealed = fields[5] == xxh64(segment.data[at : at + 28], segment.checksum)
    return fields if fields[0] == b"BABF" and fields[6] == b"HEAD" and sealed else None


def read_frame(segment: Segment, at: int, chain: int) -> tuple | None:
    """Kind, sequence, body, the place after it and the chain there; nothing where the log ends."""
    data = segment.data
    if not any(data[at : at + 40]):
        return None
    whole(len(data) - at >= 40, "the end of a segment")
    fields = frame_header(segment, at)
    if fields is None or fields[1] > 1:
        whole(is_torn(data, at, at + 40), "a frame's header")
        return None
    _, kind, sequence, synced, size, _, _ = fields
    tail = at + 40 + (size + 7) // 8 * 8
    whole(tail + 16 <= len(data), "a frame is longer than its segment")
    after, mark = struct.unpack_from(">Q8s", data, tail)
    if mark != b"BABAEBA\n" or after != xxh64(data[at:tail], chain):
        whole(is_torn(data, at, tail + 16), "a frame's chain")
        return None
    whole(not any(data[at + 40 + size : tail]), "a frame's padding")
    body = data[at + 40 : at + 40 + size]
    if segment.body_key is not None:
        where = segment.tag + struct.pack(">QIQQQ", at, kind, sequence, synced, chain)
        body = xaes_open(segment.body_key, body[:24], body[24:], where) if size >= 40 else None
        whole(body is not None, "a frame's tag")
    return kind, sequence, body, tail + 16, after


def read_changes(body: bytes) -> list:
    changes, at = [], 4
    try:
        for _ in range(struct.unpack_from(">I", body)[0]):
            kind, name_size, size = struct.unpack_from(">BHI", body, at)
            name = body[at + 7 : at + 7 + name_size].decode("utf-8")
            at += 7 + name_size
            whole(kind <= 1 and name.endswith(".baba") and "\0" not in name, "a change")
            whole(all(part and part[0] != "." for part in name.split("/")), "a change's name")
            changes.append((name, body[at : at + size] if kind == 1 else None))
            at += size
    except (struct.error, UnicodeDecodeError):
        whole(False, "a commit's body")
    whole(at == len(body), "a commit's length")
    return changes


def later_sync(segment: Segment, at: int, next_commit: int) -> bool:
    """Whether a whole frame header after the log's end tells that the next commit was once synced."""
    found = segment.data.find(b"BABF", at)
    while found != -1 and found + 40 <= len(segment.data):
        header = frame_header(segment, found) if (found - at) % 8 == 0 and found > at else None
        if header is not None and header[3] >= next_commit:
            return True
        found = segment.data.find(b"BABF", found + 1)
    return False


def read_frames(segment: Segment, after: Segment | None) -> list:
    at, chain, sequence, commits = 512, segment.checksum, segment.base, []
    limit = len(segment.data) if after is None else after.previous_length
    while at < limit:
        frame = read_frame(segment, at, chain)
        if frame is None:
            break
        kind, number, body, at, chain = frame
        if kind == 0:
            sequence += 1
            whole(number == sequence, "a commit's sequence")
            commits.append((sequence, read_changes(body)))
    if after is None:
        whole(not later_sync(segment, at, sequence + 1), "a commit that was synced is missing")
    else:
        pin = (after.previous_length, after.previous_chain, after.base)
        whole((at, chain, sequence) == pin, "a segment ends elsewhere than its successor says")
    return commits


def segment_numbers(folder: str) -> list:
    try:
        named = [entry for entry in os.scandir(folder) if re.fullmatch("[0-9a-f]{16}", entry.name)]
    except FileNotFoundError:
        return []
    named = [entry for entry in named if not entry.is_dir(follow_symlinks=False)]
    files = all(entry.is_file(follow_symlinks=False) for entry in named)
    check(files, "BABA_NOT_A_RECORD", "a link or the like has a segment's name")
    return sorted(int(entry.name, 16) for entry in named)


def load(folder: str, keyring) -> list:
    numbers = segment_numbers(folder)
    segments, number = [], numbers[-1] if numbers else 0
    while numbers and (not segments or segments[0].base > segments[-1].checkpoint):
        try:
            path = os.path.join(folder, f"{number:016x}")
            with open(path, "rb") as file:
                segments.insert(0, read_segment(file.read(), number, keyring))
        except FileNotFoundError:
            whole(segment_numbers(folder)[-1:] != numbers[-1:], "a segment is missing")
            return load(folder, keyring)
        number -= 1
    return segments


def overlay(segments: list) -> dict:
    """The records that the journal says: a payload for each name, or nothing where it was deleted."""
    changes = {}
    for i, segment in enumerate(segments):
        after = segments[i + 1] if i + 1 < len(segments) else None
        for sequence, commit in read_frames(segment, after):
            if sequence > segments[-1].checkpoint:
                changes.update(commit)
    return changes


def look(folder: str, keyring, looks: int = 3) -> tuple:
    """The journal's segments, and what they say. A frame that is just being written may look damaged."""
    try:
        segments = load(folder, keyring)
        return segments, overlay(segments)
    except Refused as refused:
        if looks == 1 or refused.code != "BABA_JOURNAL":
            raise
        return look(folder, keyring, looks - 1)
