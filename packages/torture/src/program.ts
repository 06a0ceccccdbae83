/** The entry point of every child process: `node program.js NAME ARGUMENT`, with the argument in JSON. */

type Program = { readonly run: (argument: unknown) => Promise<void> };

const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  "bank-writer": () => import("./bank/writer.ts"),
  "pause-client": () => import("./pause/client.ts"),
  "counter-client": () => import("./counter/client.ts"),
  "history-client": () => import("./histories/client.ts"),
  "hermitage-client": () => import("./hermitage/client-process.ts"),
  "foreign-reader": () => import("./foreign/reader.ts"),
  "foreign-writer": () => import("./foreign/writer.ts"),
  "recovery-writer": () => import("./recovery/writer.ts"),
  "recovery-opener": () => import("./recovery/opener.ts"),
  "rotation-keeper": () => import("./rotation/keeper.ts"),
  "rotation-reader": () => import("./rotation/reader.ts"),
  "secrets-writer": () => import("./secrets/writer.ts"),
};

const [name = "", argument = "null"] = process.argv.slice(2);
const load = PROGRAMS[name];
if (load === undefined) throw new RangeError(`There is no program "${name}".`);
const { run } = await load();
await run(JSON.parse(argument));
// Ignore whatever the parent still sends.
process.stdin.destroy();
