import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Run, run } from "./run-program.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Each program's working directory and folder for temporary files, which must be empty again after it. */
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "baba-examples-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function runExample(name: string, ...args: string[]): Promise<Run> {
  const result = await run(process.execPath, [join(here, "dist", `${name}.js`), ...args], directory);
  expect(result.code, result.errors).toBe(0);
  return result;
}

/** Runs a small example, and looks that it leaves nothing behind. */
async function runSmall(name: string): Promise<Run> {
  const result = await runExample(name);
  expect(await readdir(directory)).toEqual([]);
  return result;
}

const lines = (...texts: string[]) => `${texts.join("\n")}\n`;

test("hero.ts adds, reads, filters and deletes, and logs to the standard error", async () => {
  const { output, errors } = await runSmall("hero");
  expect(output).toBe(
    lines(
      "1.baba: { id: 1, name: 'Alice', team: 'red' }",
      "red team: Alice",
      "seen by the session that deleted it: undefined",
      "left in the folder heroes: [ { id: 2, name: 'Bob' } ]",
    ),
  );
  expect(errors).toContain("[BABA (WARNING)] LOG: Opened");
  expect(errors).toContain("[BABA (INFO)] LOG: Committed");
});

test("folders.ts keeps two models in two folders", async () => {
  const { output } = await runSmall("folders");
  expect(output).toBe(
    lines(
      "Ursula K. Le Guin (1929)",
      "  1971  The Lathe of Heaven",
      "  1974  The Dispossessed",
      "books: 2",
      "records in the directory itself: 0",
    ),
  );
});

test("dates-and-bytes.ts gets every value back as it went in", async () => {
  const { output } = await runSmall("dates-and-bytes");
  expect(output).toContain("file: 9007199254740993.baba\n");
  expect(output).toContain("taken is a Date: 2026-01-31T12:00:00.000Z\n");
  expect(output).toContain("south: Infinity\n");
  expect(output).toContain("drift keeps its sign: true\n");
  expect(output).toContain('"raw":{"$binary":{"base64":"urrb","subType":"00"}}');
});

test("custom-logger.ts sends every line to its own logger, and warnings to the console", async () => {
  const { output, errors } = await runSmall("custom-logger");
  const levels = output
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line).level);
  expect(new Set(levels)).toEqual(new Set(["debug", "info", "warn"]));
  expect(errors.trim().split("\n")).toHaveLength(1);
  expect(errors).toContain("[BABA (WARNING)] LOG: Opened");
});

test("import-from-python.ts reads the files of the Python package, and reports the damaged one", async () => {
  const { output, errors } = await runSmall("import-from-python");
  expect(output).toContain("Alice     no team  \n");
  expect(output).toContain("Hero 42   team-04  stone, fire, fire\n");
  expect(output).toContain("Hero 43   team-07  fire, stone, fire\n");
  expect(output).toContain("updated: { id: 1, name: 'Alice', team: 'red', tags: [] }\n");
  expect(errors).toContain("[BABA (ERROR)] LOG: Skipped");
  expect(errors).toContain("not-utf8.baba");
});

test("explicit-session.ts discards what was not committed", async () => {
  const { output } = await runSmall("explicit-session");
  expect(output).toBe(
    lines(
      "before the rollback: { id: 'alice', balance: 1000000 }",
      "after it: { id: 'alice', balance: 100 }",
      "bob: { id: 'bob', balance: 0 }",
    ),
  );
});

test("passphrase.ts shows that a sealed store says nothing, and finds what was exchanged", async () => {
  const { output } = await runSmall("passphrase");
  expect(output).toBe(
    lines(
      "is in the file: false",
      "BABA_KEY_WRONG",
      "BABA_TAMPERED",
      "verify(): [ 'monday.baba BABA_TAMPERED' ]",
      "monday: { id: 'monday', text: 'Nobody knows.' }",
    ),
  );
});

test("team.ts lets one in and out again", async () => {
  const { output } = await runSmall("team");
  expect(output).toBe(
    lines(
      "Bob reads: { id: 'api-token', value: 's3cr3t' }",
      "sealed anew: 1, old keys left: 0, a new fingerprint: true",
      "recipients: 1",
      "Bob: BABA_KEY_WRONG",
    ),
  );
});

test("concurrent.ts meets a conflict and then counts without losing a visit", async () => {
  const { output } = await runSmall("concurrent");
  expect(output).toContain("BABA_CONFLICT - visits.baba:");
  expect(output).toContain("visits: 51\n");
  expect(output).toContain("every session counted once, some ran again: true\n");
});

describe("countries.ts", () => {
  test("commits 250 countries, reads them in another process, and its commands work as printed", async () => {
    const { output } = await runExample("countries");
    expect(output).not.toContain("\u001b");
    expect(output).toMatch(/\n {2}1 {2}Commit .* \d+(\.\d)? ms\n/);
    expect(output).toMatch(/250 records, says process \d+/);
    expect(output).toContain("ARM  Armenia       Yerevan     Հայաստան\n");
    expect(output).toContain("RUS  Russia      17,098,242  km²\n");
    expect(output).toContain("Fiji's visit comes back as a Date: 2026-07-01T12:00:00.000Z\n");
    expect(output).toContain("197 would be left; the session threw, so 250 are there\n");
    expect(output).toMatch(/begins {4}011120 \d\d[a-z] 001021 /);
    expect(output).toContain('decoded   {"id":"GEO"');
    expect(output).toMatch(/GEO\.baba holds [\d.]+ kB of ciphertext, in which "Georgia" stands: false\n/);
    expect(output).toContain("another passphrase: BABA_KEY_WRONG\n");
    expect(output).toContain("the right one: Georgia\n");
    expect(new Set(output.match(/process \d+/g)).size).toBe(2);
    await tryNext(output);
  });

  async function tryNext(output: string): Promise<void> {
    const commands = [...output.matchAll(/^ {2}node ("?)(.+)\1 (show|find) (\w+)$/gm)];
    expect(commands).toHaveLength(2);
    for (const [, , script = "", ...args] of commands) {
      const result = await run(process.execPath, [script, ...args], directory);
      expect(result.code, result.errors).toBe(0);
      expect(result.output).toContain("Fiji");
      expect(result.output).toContain("Suva");
    }
  }

  test.each([
    ["drop", 'There is no command "drop": leave it out, or use show or find.'],
    ["show", 'There is no country "": use three capital letters, as JPN.'],
    ["show ../JPN", 'There is no country "../JPN": use three capital letters, as JPN.'],
    ["find", 'There is no region "": try Oceania.'],
  ])("says of `%s` that there is no such thing, with exit code 1", async (words, said) => {
    const program = join(here, "dist", "countries.js");
    const result = await run(process.execPath, [program, ...words.split(" ")], directory);
    expect(result).toEqual({ output: "", errors: `${said}\n`, code: 1 });
  });
});
