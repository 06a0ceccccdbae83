import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { HERE } from "./command.ts";

/** Large enough for threads, and with a missing record: the system's error must be recognised. */
const PROGRAM = `
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), seen: v.date(), tags: v.set(v.string()) });

export async function run(directory) {
  const heroes = Array.from({ length: 301 }, (_, id) => ({ id, seen: new Date(id), tags: new Set(["red"]) }));
  const options = { directory, logging: false, passphrase: "correct horse battery staple" };
  const db = new BabaDB(Hero, options);
  await db.asyncSession((session) => Promise.all(heroes.map((hero) => session.add(hero))));
  await db.close();
  const again = new BabaDB(Hero, options);
  const found = await again.asyncSession((session) => session.filter(".", { tags: new Set(["red"]) }));
  const absent = await again.asyncSession((session) => session.get("none.baba"));
  const { problems } = await again.verify();
  await again.close();
  return JSON.stringify({ found: found.length, absent: absent === undefined, problems });
}
`;

/**
 * Like Jest and Vitest's `vmThreads`: shares what Node.js adds to the language, and byte arrays, but `Error`,
 * `Promise`, `Map` and the like are the context's own.
 */
function sandbox(module: { exports: object }): object {
  const context: object = createContext({ module, require: createRequire(import.meta.url) });
  const language: string[] = runInContext("Object.getOwnPropertyNames(globalThis)", context);
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !language.includes(name));
  for (const name of [...added, "Uint8Array", "ArrayBuffer"])
    Reflect.set(context, name, Reflect.get(globalThis, name));
  return context;
}

test("@baba/node works in a VM context, in which the system's errors are of another realm", async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: HERE },
    bundle: true,
    format: "cjs",
    platform: "node",
    write: false,
  });
  const module: { exports: { run?: (directory: string) => Promise<string> } } = { exports: {} };
  const directory = await mkdtemp(join(tmpdir(), "baba-context-"));
  try {
    runInContext(outputFiles[0]?.text ?? "", sandbox(module));
    const answer = await module.exports.run?.(join(directory, "data"));
    expect(JSON.parse(answer ?? "null")).toEqual({ found: 301, absent: true, problems: [] });
  } finally {
    await rm(directory, { recursive: true });
  }
});
