// The world in a folder: 250 countries, committed as one, read back by a new process.
//
//   node examples/dist/countries.js              the demonstration (npm start)
//   node examples/dist/countries.js show JPN     one country
//   node examples/dist/countries.js find Asia    the countries of a region
import { spawnSync } from "node:child_process";
import { mkdtemp, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB, BabaError, decode } from "@baba/node";
import type { Country as Source } from "world-countries";
import { Country, fromSource } from "./country.ts";
import { bold, cyan, dim, green, milliseconds, red, say, size, step, stepsBegan, table } from "./terminal.ts";

const program = fileURLToPath(import.meta.url);
const directory = fileURLToPath(new URL("../data/countries", import.meta.url));
const WRITING_STEPS = 2;

const [command, argument = ""] = process.argv.slice(2);
if (command === undefined) await demonstrate();
else if (command === "read") await read();
else if (command === "show") await show(argument);
else if (command === "find") await find(argument);
else fail(`There is no command "${command}": leave it out, or use show or find.`);

async function demonstrate(): Promise<void> {
  console.log(`\n${bold("BabaDB")}  ${dim("250 countries, one file each")}`);
  await rm(directory, { recursive: true, force: true });
  await write();
  const child = spawnSync(process.execPath, [program, "read"], { stdio: "inherit" });
  if (child.status !== 0) process.exit(child.status ?? 1);
  showWhatNext();
}

// ---- the first process writes

async function write(): Promise<void> {
  const db = openCountries();
  const records = readSource();
  await step("Commit all of them in one session: all or nothing", () => commitAll(db, records));
  say(
    `${records.length} records of ${size(jsonSize(records) / records.length)} of JSON, checked by one valibot schema`,
  );
  await step("Close, and let another process open the folder", () => db.close());
  say(dim(`process ${process.pid} has written`));
}

function readSource(): ReturnType<typeof fromSource>[] {
  const countries: readonly Source[] = createRequire(import.meta.url)("world-countries");
  return countries.map(fromSource);
}

async function commitAll(db: Countries, records: readonly ReturnType<typeof fromSource>[]): Promise<void> {
  await db.asyncSession(async (session) => {
    for (const record of records) await session.add(record);
  });
}

// ---- the second process reads

async function read(): Promise<void> {
  stepsBegan(WRITING_STEPS);
  const db = openCountries();
  await count(db);
  await query(db);
  await change(db);
  await rollBack(db);
  await stream(db);
  await db.close();
  await look();
  await seal();
  await compare();
}

async function count(db: Countries): Promise<void> {
  const records = await step("Open and count", () => db.asyncSession((session) => session.count()));
  say(`${records} records, says process ${process.pid}`);
}

async function query(db: Countries): Promise<void> {
  const asia = await step('Filter: { region: "Asia", landlocked: true }', () =>
    db.asyncSession((session) => session.filter(".", { region: "Asia", landlocked: true })),
  );
  table(
    asia.map((country) => [
      country.id,
      country.name.common,
      country.capitals.join(", "),
      nativeName(country),
    ]),
  );

  // A type guard narrows the result: `area` is a number in what comes back.
  const measured = await step("Filter by a type guard: those whose area is known", () =>
    db.asyncSession((session) => session.filter(".", hasArea)),
  );
  const largest = measured.sort((a, b) => b.area - a.area).slice(0, 4);
  table(largest.map((country) => [country.id, country.name.common, country.area, "km²"]));
  say(dim(`... and ${measured.length - largest.length} more`));

  const euro = { EUR: { name: "Euro", symbol: "€" } };
  const users = await step("Filter by deep equality: the euro and nothing else", () =>
    db.asyncSession((session) => session.filter(".", { currencies: euro })),
  );
  say(
    `${users.length} countries: ${cyan(
      users
        .map(({ id }) => id)
        .slice(0, 14)
        .join(" "),
    )} ...`,
  );
}

async function change(db: Countries): Promise<void> {
  const visited = new Date("2026-07-01T12:00:00Z");
  const changed = await step("Update a batch: a visit to every country of Oceania", () =>
    db.asyncSession(async (session) => {
      const countries = await session.filter(".", { region: "Oceania" });
      for (const country of countries) await session.update({ ...country, visits: [visited] });
      return countries.length;
    }),
  );
  const fiji = await db.asyncSession((session) => session.get("FJI.baba"));
  say(
    `${changed} files; Fiji's visit comes back as a Date: ${cyan(fiji?.visits[0]?.toISOString() ?? "none")}`,
  );
}

async function rollBack(db: Countries): Promise<void> {
  const reason = await step("Roll back: delete all of Europe, then throw", () =>
    db
      .asyncSession(async (session) => {
        for (const { id } of await session.filter(".", { region: "Europe" }))
          await session.delete(`${id}.baba`);
        throw new Error(`${await session.count()} would be left`);
      })
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
  );
  const left = await db.asyncSession((session) => session.count());
  say(`${red(reason)}; the session threw, so ${green(`${left} are there`)}`);
}

async function stream(db: Countries): Promise<void> {
  const speakers = new Map<string, number>();
  await step("Stream: one record after another, in bounded memory", () =>
    db.asyncSession(async (session) => {
      for await (const { record } of session.stream()) {
        for (const language of Object.values(record.languages)) {
          speakers.set(language, (speakers.get(language) ?? 0) + 1);
        }
      }
    }),
  );
  const top = [...speakers].sort(([, a], [, b]) => b - a).slice(0, 4);
  say(`languages of most countries: ${top.map(([language, times]) => `${language} ${times}`).join(", ")}`);
}

async function look(): Promise<void> {
  const path = join(directory, "GEO.baba");
  const [text, start] = await step("Look at a file on the disk", async () => {
    const bytes = await readFile(path);
    return [bytes, bytes.subarray(0, 60).toString("ascii")] as const;
  });
  const bytes = decode(text);
  const json = new TextDecoder().decode(bytes);
  table([
    ["GEO.baba", `${size(text.length)} of base-3 text for ${size(bytes.length)} of JSON`],
    ["begins", cyan(start)],
    ["decoded", cyan(`${json.slice(0, 56)}...`)],
  ]);
  say(dim("without a key it is obfuscated, not encrypted: anybody who has the file can decode it"));
}

/** The same records in a folder of their own, under a passphrase. */
async function seal(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "baba-sealed-"));
  const passphrase = "correct horse battery staple";
  const openSealed = (words: string) =>
    new BabaDB(Country, { directory: folder, passphrase: words, logging: false });
  await step("Seal a copy with a passphrase: encrypted, and tied to its name", async () => {
    const sealed = openSealed(passphrase);
    await commitAll(sealed, readSource());
    await sealed.close();
  });
  const bytes = decode(await readFile(join(folder, "GEO.baba")));
  say(
    `GEO.baba holds ${size(bytes.length)} of ciphertext, in which "Georgia" stands: ${Buffer.from(bytes).includes("Georgia")}`,
  );
  const wrong = openSealed("correct horse battery stable");
  say(`another passphrase: ${red(await wrong.open().then(() => "opened", codeOf))}`);
  await using right = openSealed(passphrase);
  const country = await right.asyncSession((session) => session.get("GEO.baba"));
  say(`the right one: ${green(country?.name.common ?? "nothing")}`);
  await right.close();
  await rm(folder, { recursive: true });
}

function codeOf(error: unknown): string {
  return error instanceof BabaError ? error.code : String(error);
}

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "baba-countries-"));
  const db = new BabaDB(Country, { directory: join(folder, "baba"), logging: false });
  const again = openCountries();
  const records = readSource();
  await again.open();
  const rows = await step("Compare, on this machine and in this process", async () => [
    await timed("250 records: one durable commit, validated", () => commitAll(db, records)),
    await timed("250 files: write and sync each by node:fs", () => writeSynced(folder, records)),
    await timed("250 records: session.all(), decoded and validated", () =>
      again.asyncSession((s) => s.all()),
    ),
    await timed("250 files: fs.promises.readFile, nothing decoded", readPlain),
    await timed("1 record: session.get()", () => again.asyncSession((s) => s.get("JPN.baba"))),
  ]);
  table(rows);
  await Promise.all([db.close(), again.close()]);
  await rm(folder, { recursive: true });
}

async function timed(what: string, work: () => Promise<unknown>): Promise<[string, string]> {
  const start = performance.now();
  await work();
  return [what, milliseconds(performance.now() - start).padStart(8)];
}

async function writeSynced(folder: string, records: readonly { id: string }[]): Promise<void> {
  for (const record of records) {
    const file = await open(join(folder, `${record.id}.json`), "w");
    await file.writeFile(JSON.stringify(record));
    await file.datasync();
    await file.close();
  }
}

async function readPlain(): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^[A-Z]{3}\.baba$/.test(name));
  for (const name of names) await readFile(join(directory, name));
}

// ---- the commands

async function show(id: string): Promise<void> {
  const unknown = `There is no country "${id}": use three capital letters, as JPN.`;
  if (!/^[A-Z]{3}$/.test(id)) fail(unknown);
  const db = await openExisting();
  const country = await db.asyncSession((session) => session.get(`${id}.baba`));
  await db.close();
  if (country === undefined) return fail(unknown);
  table([
    ["name", `${country.name.common} ${country.flag ?? ""}`],
    ["official", country.name.official],
    ["native", nativeName(country)],
    ["capital", country.capitals.join(", ")],
    ["region", `${country.region}, ${country.subregion}`],
    ["languages", Object.values(country.languages).join(", ")],
    ["borders", country.borders.join(" ") || "none"],
    ["visits", country.visits.map((visit) => visit.toDateString()).join(", ") || "none"],
  ]);
}

async function find(region: string): Promise<void> {
  const db = await openExisting();
  const found = await db.asyncSession((session) =>
    session.filter(".", (country) => country.region === region),
  );
  await db.close();
  if (found.length === 0) return fail(`There is no region "${region}": try Oceania.`);
  table(
    found.map((country) => [
      country.id,
      country.name.common,
      country.capitals.join(", "),
      nativeName(country),
    ]),
  );
}

type Countries = BabaDB<typeof Country>;

function openCountries(): Countries {
  return new BabaDB(Country, { directory, logging: false });
}

async function openExisting(): Promise<Countries> {
  const there = await stat(directory).catch(() => undefined);
  if (there === undefined) fail("There are no countries yet: run npm start first.");
  return openCountries();
}

function showWhatNext(): void {
  const path = relative(process.cwd(), program);
  const script = path.includes(" ") ? `"${path}"` : path;
  console.log(`\n${bold("The records are in")} ${cyan(relative(process.cwd(), directory))}`);
  console.log("Try next:");
  console.log(`  node ${script} show FJI`);
  console.log(`  node ${script} find Oceania\n`);
}

function hasArea(country: Country): country is Country & { area: number } {
  return country.area !== null;
}

function nativeName({ name }: Country): string {
  return Object.values(name.native)[0]?.common ?? name.common;
}

function jsonSize(records: readonly unknown[]): number {
  return records.reduce((sum: number, record) => sum + Buffer.byteLength(JSON.stringify(record)), 0);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
