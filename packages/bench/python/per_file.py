"""What the Python original does to write records: each as JSON, encoded a byte at a time, written in its place.

Takes a folder, the records of a commit and the number of commits; prints milliseconds as JSON.
"""

import json
import random
import string
import sys
import time
from pathlib import Path


def encode(raw: bytes) -> str:
    """Each byte as six base-3 digits and a filler of two digits and a letter, all joined by spaces."""
    parts = []
    for byte in raw:
        digits = ""
        for _ in range(6):
            byte, digit = divmod(byte, 3)
            digits = str(digit) + digits
        filler = f"{random.randint(0, 9)}{random.randint(0, 9)}{random.choice(string.ascii_lowercase)}"
        parts.append(f"{digits} {filler}")
    return " ".join(parts)


def person(number: int) -> dict:
    """A record like the other engines', of about 250 bytes."""
    return {
        "id": number,
        "name": f"Person Number {number}",
        "email": f"person.{number}@example.org",
        "city": "Montevideo",
        "team": "green",
        "active": number % 2 == 0,
        "score": number * 7919 % 10007,
        "tags": [f"tag-{number % 10}", f"tag-{number % 17}", "all"],
        "notes": f"Met at the {number}th gathering; likes long walks and short meetings.",
    }


def commit(folder: Path, records: list) -> float:
    """Writes one file for each record and gives the milliseconds."""
    start = time.perf_counter()
    for record in records:
        text = encode(json.dumps(record, separators=(",", ":")).encode())
        with open(folder / f"{record['id']}.baba", "w", encoding="ascii") as file:
            file.write(text)
    return (time.perf_counter() - start) * 1000


def main(folder: Path, size: int, commits: int) -> None:
    folder.mkdir(parents=True)
    commit(folder, [person(0)])
    batches = [[person(1 + i * size + k) for k in range(size)] for i in range(commits)]
    times = [commit(folder, batch) for batch in batches]
    each = sum(times) / commits
    print(json.dumps({"commits": times, "queued": [], "settled": each, "closed": each, "stall": max(times)}))


main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
