"""The Python original, rebuilt from its documented behaviour: each record is its JSON, encoded a byte at a time, in a
file of its own that is read and written asynchronously, in its place, and never synced; every question reads and
decodes every file, one after another.

Takes one task of the benchmark as JSON and prints its figures as JSON. Asynchronous are the reads and writes of whole
files, by one hop to a thread each, the least there is. Records are plain dictionaries here; the original validates
with Pydantic besides, which would make it slower.
"""

import asyncio
import json
import re
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

    async def put(self, records: list) -> None:
        for record in records:
            text = encode(json.dumps(record, separators=(",", ":")).encode())
            await asyncio.to_thread(self.path(record["id"]).write_text, text, encoding="ascii")

    async def read(self, path: Path) -> dict:
        return json.loads(decode(await asyncio.to_thread(path.read_text, encoding="ascii")))

    async def get(self, numbers: list) -> list:
        return [await self.read(self.path(number)) for number in numbers]

    async def all(self) -> list:
        return [await self.read(path) for path in self.folder.glob("*.baba")]

    async def filter(self, city: str) -> list:
        return [record for record in await self.all() if record["city"] == city]

    async def count(self) -> int:
        return len(list(self.folder.glob("*.baba")))

    async def exist(self, numbers: list) -> list:
        return [self.path(number).exists() for number in numbers]

    async def remove(self, numbers: list) -> None:
        for number in numbers:
            self.path(number).unlink()


async def timed(work) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1000


def numbers(records: int, count: int, seed: int = 1) -> list:
    """The same pseudo-random numbers as the other engines'."""
    found = []
    for _ in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        found.append(1 + seed % records)
    return found


async def commits(batches: list, work) -> dict:
    times = sorted([await timed(lambda batch=batch: work(batch)) for batch in batches])
    mean = sum(times) / len(times)
    return {"commit": times[len(times) // 2], "settled": mean, "closed": mean}


async def twice(work) -> dict:
    return {"cold": await timed(work), "warm": await timed(work)}


async def each(count: int, work) -> dict:
    return {"each": await timed(work) / count}


async def measure(task: dict) -> dict:
    folder, records, effort = Path(task["folder"]), task["records"], task["effort"]
    store, count = Store(folder / "store"), effort["gets"]
    tenth = [1 + 10 * i for i in range((records + 9) // 10)]
    singles = [[person(FIRST_SINGLE + i)] for i in range(effort["singles"])]
    looks = [n if i % 2 == 0 else -n for i, n in enumerate(numbers(records, count))]
    workloads = {
        "bulk": lambda: fill(folder, store, records),
        "all": lambda: twice(store.all),
        "filter": lambda: twice(lambda: store.filter("Osaka")),
        "get": lambda: each(count, lambda: store.get(numbers(records, count))),
        "count": lambda: twice(store.count),
        "exists": lambda: each(count, lambda: store.exist(looks)),
        "single": lambda: commits(singles, store.put),
        "update": lambda: commits([[{**person(n), "notes": "Moved away."} for n in tenth]], store.put),
        "delete": lambda: commits([tenth], store.remove),
    }
    if task["workload"] not in workloads:
        sys.exit(f"Error: the Python original has no {task['workload']}")
    return await workloads[task["workload"]]()


async def fill(folder: Path, store: Store, records: int) -> dict:
    """Small stores several times over, as for the other engines."""
    stores = [store] + [Store(folder / f"store-{i}") for i in range(1, max(1, 1000 // records))]
    batch = [person(1 + i) for i in range(records)]
    for one in stores:
        await one.put([person(0)])
    return await commits(stores, lambda one: one.put(batch))


def peak_memory() -> float:
    """In MiB, of this process alone: see peak-memory.ts."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    except OSError:
        found = None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if found is None else int(found[1])
    return peak / 1024


def main() -> None:
    figures = asyncio.run(measure(json.loads(sys.argv[1])))
    rss = peak_memory()
    print(json.dumps({**figures, "rss": rss}))


main()
