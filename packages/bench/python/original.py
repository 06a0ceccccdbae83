"""The Python original, rebuilt from its documented behaviour: each record is its JSON, encoded a byte at a time, in a
file of its own that is written in its place and never synced; every question reads and decodes every file.

Takes one task of the benchmark as JSON and prints its figures as JSON. Records are plain dictionaries here; the
original validates with Pydantic besides, which would make it slower.
"""

import json
import resource
import sys
import time
from pathlib import Path

from base3 import decode, encode

CITIES = ["Lisbon", "Osaka", "Nairobi", "Montevideo", "Tromso"]
TEAMS = ["red", "green", "blue"]
FIRST_SINGLE = 2_000_000


def person(number: int) -> dict:
    """The same record as the other engines'."""
    return {
        "id": number,
        "name": f"Person Number {number}",
        "email": f"person.{number}@example.org",
        "city": CITIES[number % 5],
        "team": TEAMS[number % 3],
        "active": number % 2 == 0,
        "score": number * 7919 % 10007,
        "tags": [f"tag-{number % 10}", f"tag-{number % 17}", "all"],
        "notes": f"Met at the {number}th gathering; likes long walks and short meetings.",
    }


class Store:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def path(self, number: int) -> Path:
        return self.folder / f"{number}.baba"

    def put(self, records: list) -> None:
        for record in records:
            text = encode(json.dumps(record, separators=(",", ":")).encode())
            self.path(record["id"]).write_text(text, encoding="ascii")

    def read(self, path: Path) -> dict:
        return json.loads(decode(path.read_text(encoding="ascii")))

    def get(self, number: int) -> dict:
        return self.read(self.path(number))

    def all(self) -> list:
        return [self.read(path) for path in self.folder.glob("*.baba")]

    def filter(self, city: str) -> list:
        return [record for record in self.all() if record["city"] == city]

    def count(self) -> int:
        return len(list(self.folder.glob("*.baba")))

    def exists(self, number: int) -> bool:
        return self.path(number).exists()

    def remove(self, numbers: list) -> None:
        for number in numbers:
            self.path(number).unlink()


def timed(work) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def numbers(records: int, count: int, seed: int = 1) -> list:
    """The same pseudo-random numbers as the other engines'."""
    found = []
    for _ in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        found.append(1 + seed % records)
    return found


def commits(batches: list, work) -> dict:
    times = sorted(timed(lambda batch=batch: work(batch)) for batch in batches)
    mean = sum(times) / len(times)
    return {"commit": times[len(times) // 2], "settled": mean, "closed": mean}


def twice(work) -> dict:
    return {"cold": timed(work), "warm": timed(work)}


def measure(task: dict) -> dict:
    folder, records, effort = Path(task["folder"]), task["records"], task["effort"]
    store = Store(folder / "store")
    tenth = [1 + 10 * i for i in range((records + 9) // 10)]
    singles = [[person(FIRST_SINGLE + i)] for i in range(effort["singles"])]
    looks = [n if i % 2 == 0 else -n for i, n in enumerate(numbers(records, effort["gets"]))]
    workloads = {
        "bulk": lambda: fill(folder, store, records),
        "open": lambda: {"first": timed(lambda: Store(folder / "store")), "again": timed(lambda: Store(folder / "store"))},
        "all": lambda: twice(store.all),
        "filter": lambda: twice(lambda: store.filter("Osaka")),
        "get": lambda: {"each": timed(lambda: [store.get(n) for n in numbers(records, effort["gets"])]) / effort["gets"]},
        "count": lambda: twice(store.count),
        "exists": lambda: {"each": timed(lambda: [store.exists(n) for n in looks]) / effort["gets"]},
        "single": lambda: commits(singles, store.put),
        "update": lambda: commits([[{**person(n), "notes": "Moved away."} for n in tenth]], store.put),
        "delete": lambda: commits([tenth], store.remove),
    }
    if task["workload"] not in workloads:
        sys.exit(f"Error: the Python original has no {task['workload']}")
    return workloads[task["workload"]]()


def fill(folder: Path, store: Store, records: int) -> dict:
    """Small stores several times over, as for the other engines."""
    stores = [store] + [Store(folder / f"store-{i}") for i in range(1, max(1, 1000 // records))]
    batch = [person(1 + i) for i in range(records)]
    for each in stores:
        each.put([person(0)])
    return commits(stores, lambda each: each.put(batch))


def main() -> None:
    figures = measure(json.loads(sys.argv[1]))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**figures, "rss": rss}))


main()
