// Concurrent sessions: one conflict by hand, then fifty sessions that count without losing one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB, ConflictError } from "@baba/node";
import * as v from "valibot";

const Counter = v.object({ id: v.string(), value: v.number() });
const directory = await mkdtemp(join(tmpdir(), "baba-concurrent-"));
const db = new BabaDB(Counter, { directory, logging: false });
await db.asyncSession((session) => session.add({ id: "visits", value: 0 }));

// Two sessions read the same record and both mean to change it.
await using slow = db.asyncSession();
await using fast = db.asyncSession();
const seen = await slow.get("visits.baba");
await fast.get("visits.baba");
await fast.update({ id: "visits", value: 1 });
await fast.commit();
await slow.update({ id: "visits", value: (seen?.value ?? 0) + 1 });
try {
  await slow.commit();
} catch (error) {
  if (!(error instanceof ConflictError)) throw error;
  console.log(error.code, "-", error.message);
}

// With a callback, the conflict is met by running it again.
let runs = 0;
const visit = () =>
  db.asyncSession(async (session) => {
    runs += 1;
    const counter = await session.get("visits.baba");
    await session.update({ id: "visits", value: (counter?.value ?? 0) + 1 });
  });
await Promise.all(Array.from({ length: 50 }, visit));

const counter = await db.asyncSession((session) => session.get("visits.baba"));
console.log("visits:", counter?.value);
console.log("every session counted once, some ran again:", runs > 50);

await db.close();
await rm(directory, { recursive: true });
