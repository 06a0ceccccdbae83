// A sealed store: whoever has the folder but not the passphrase reads nothing, and changes nothing unnoticed.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB, BabaError, decode } from "@baba/node";
import * as v from "valibot";

const Diary = v.object({ id: v.string(), text: v.string() });
const directory = await mkdtemp(join(tmpdir(), "baba-passphrase-"));
const open = (passphrase: string) => new BabaDB(Diary, { directory, passphrase, logging: false });

const db = open("correct horse battery staple");
await db.asyncSession(async (session) => {
  await session.add({ id: "monday", text: "Nobody knows." });
  await session.add({ id: "tuesday", text: "Nobody will." });
});
await db.close();

const path = join(directory, "monday.baba");
const file = await readFile(path);
console.log("is in the file:", Buffer.from(decode(file)).includes("Nobody"));

// The wrong passphrase fails at once, and changes nothing.
await attempt(async () => {
  await using wrong = open("correct horse battery stable");
  await wrong.open();
});

// A file belongs to its name: one that was exchanged for another is refused.
await writeFile(path, await readFile(join(directory, "tuesday.baba")));
await using again = open("correct horse battery staple");
await attempt(() => again.asyncSession((session) => session.get("monday.baba")));
console.log(
  "verify():",
  (await again.verify()).problems.map(({ filename, code }) => `${filename} ${code}`),
);

// Put back, it is itself again; and a passphrase can be changed without touching a record.
await writeFile(path, file);
await again.changePassphrase("four other random words");
console.log("monday:", await again.asyncSession((session) => session.get("monday.baba")));

await again.close();
await rm(directory, { recursive: true });

async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BabaError)) throw error;
    console.log(error.code);
  }
}
