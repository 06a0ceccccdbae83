// Makes the fixtures of vectors/stores that do not exist yet: `node scripts/make-stores.mjs`, after a build. What was
// made once is never made again, for its point is that an older version made it.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const STORES = fileURLToPath(new URL("../../../vectors/stores/", import.meta.url));
const FORMAT = 1;
/** What opens the sealed ones; nothing else is locked with them. */
const { passphrase, identity, key } = JSON.parse(readFileSync(join(STORES, "secrets.json"), "utf8"));
const UNLOCKS = {
  plain: {},
  sealed: { passphrase },
  "sealed-identity": { identity },
  "sealed-key": { key: Buffer.from(key, "hex") },
};
const VALUES = {
  date: new Date(0),
  integer: 2n ** 70n,
  bytes: new Uint8Array([0, 255]),
  map: new Map([["a", 1]]),
  set: new Set([1, "1"]),
  numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0],
  own: { $date: "mine" },
};
const [kind, directory] = process.argv.slice(2);

if (directory !== undefined) await dieAfterCommit(kind, directory);
else for (const name of Object.keys(UNLOCKS)) for (const journal of [false, true]) await make(name, journal);

async function make(name, journal) {
  const target = join(STORES, `${FORMAT}-${name}${journal ? "-journal" : ""}`);
  if (existsSync(target)) return console.log(`${target} stays as it is`);
  const work = mkdtempSync(join(tmpdir(), "baba-stores-"));
  await fill(name, work);
  if (journal) {
    const { signal } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name, work], {
      stdio: "inherit",
    });
    if (signal !== "SIGKILL") throw new Error("It was not killed.");
    // They name a machine and its process.
    for (const own of ["lock", "owners"]) rmSync(join(work, ".baba", own), { recursive: true, force: true });
  }
  cpSync(work, target, { recursive: true });
  rmSync(work, { recursive: true });
  console.log(`made ${target}`);
}

/** Two folders, every kind of value, a name beyond ASCII, a record that deflates, one replaced and one deleted. */
async function fill(name, directory) {
  const db = open(name, directory);
  await db.asyncSession(async (session) => {
    await session.add({ id: 1, name: "Alice", note: "replaced later" });
    await session.add({ id: 2, name: "Bob" }, "heroes/bob.baba");
    await session.add({ id: 3, name: "Zoë 🦸" }, "heroes/zoë.baba");
    await session.add({ id: 4, name: "gone" });
  });
  await db.asyncSession(async (session) => {
    await session.add({ id: 1, name: "Alice", note: "as it was closed" });
    await session.add({ id: "values", values: VALUES });
    await session.add({ id: "long", text: "na ".repeat(3000) });
    await session.delete("4.baba");
  });
  await db.close();
}

/** Leaves two commits in the journal, with none of their files in its place. */
async function dieAfterCommit(name, directory) {
  const db = open(name, directory, { settle: "background" });
  await db.open();
  const session = db.asyncSession();
  await session.add({ id: 1, name: "Alice", note: "from the journal" });
  await session.add({ id: 5, name: "Eve" }, "new/eve.baba");
  await session.delete("heroes/bob.baba");
  await session.commit();
  process.kill(process.pid, "SIGKILL");
}

function open(name, directory, options = {}) {
  return new BabaDB(v.any(), { directory, logging: false, ...UNLOCKS[name], ...options });
}
