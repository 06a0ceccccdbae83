// Work large enough for threads: `large.mjs write plain` commits it in one store, `large.mjs read sealed`
// reads it in another. Prints what it found or the error's code, and how many threads were started in all.
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const [what, directory] = process.argv.slice(2);
const Hero = v.object({ id: v.number(), name: v.string() });
/** Many small records, and one that stays long when deflated: each is a reason to use a thread. */
const HEROES = Array.from({ length: 301 }, (_, id) => ({ id, name: id === 0 ? longName() : `Hero ${id}` }));

let threads = 0;
process.on("worker", () => {
  threads++;
});
const db = new BabaDB(Hero, {
  directory,
  logLevel: "warning",
  ...(directory === "sealed" && { key: new Uint8Array(32).fill(7) }),
  ...(directory === "locked" && { passphrase: "correct horse battery staple" }),
});
let answer;
try {
  answer = { found: await db.asyncSession(what === "write" ? write : read) };
} catch ({ code, message }) {
  answer = { code, message };
}
await db.close();
console.log(JSON.stringify({ ...answer, threads }));

async function write(session) {
  for (const hero of HEROES) await session.add(hero);
  return HEROES.length;
}

async function read(session) {
  const all = new Map((await session.all()).map((hero) => [hero.id, hero.name]));
  return HEROES.filter(({ id, name }) => all.get(id) === name).length;
}

function longName() {
  return Array.from({ length: 250_000 }, (_, i) => Math.imul(i, 0x9e3779b1).toString(36)).join("");
}
