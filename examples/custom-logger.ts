// A logger is anything with debug, info, warn and error: console, pino and LogTape fit as they are.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB, type Logger } from "@baba/node";
import * as v from "valibot";

const Hero = v.object({ id: v.number(), name: v.string() });
const directory = await mkdtemp(join(tmpdir(), "baba-logger-"));

// The shape of a structured logger: one JSON object a line.
const write = (level: string) => (line: string) => console.log(JSON.stringify({ level, line }));
const structured: Logger = {
  debug: write("debug"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};

const db = new BabaDB(Hero, { directory, logging: structured, logLevel: "debug" });
await db.asyncSession((session) => session.add({ id: 1, name: "Alice" }));
await db.close();

// The same with the runtime's own; "warning" leaves out what is only information.
const quiet = new BabaDB(Hero, { directory, logging: console, logLevel: "warning" });
await quiet.asyncSession((session) => session.all());
await quiet.close();

await rm(directory, { recursive: true });
