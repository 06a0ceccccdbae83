"""What the Python original does to read all records of a folder: each file decoded a group at a time, and parsed.

Takes a folder; prints milliseconds as JSON.
"""

import json
import resource
import sys
import time
from pathlib import Path


def decode(text: str) -> bytes:
    """Every other part is six base-3 digits; the fillers between are dropped."""
    raw = bytearray()
    for digits in text.split()[::2]:
        byte = 0
        for digit in digits:
            byte = byte * 3 + int(digit)
        raw.append(byte)
    return bytes(raw)


def main(folder: Path) -> None:
    start, started = time.perf_counter(), time.process_time()
    records = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".baba" and path.is_file():
            records.append(json.loads(decode(path.read_text(encoding="ascii"))))
    ms = (time.perf_counter() - start) * 1000
    cpu = (time.process_time() - started) * 1000
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "cpu": cpu, "stall": ms, "gc": 0, "rss": rss}))


main(Path(sys.argv[1]))
