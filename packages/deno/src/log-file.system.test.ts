import assert from "node:assert/strict";
import { openLogFile } from "./log-file.ts";

const inFolder = (name: string, work: (directory: string) => void) =>
  Deno.test({ name: `openLogFile() ${name}`, sanitizeResources: true, fn: () => inNewFolder(work) });

function inNewFolder(work: (directory: string) => void): void {
  const before = Deno.cwd();
  const directory = Deno.makeTempDirSync({ prefix: "baba-log-" });
  Deno.chdir(directory);
  try {
    work(directory);
  } finally {
    Deno.chdir(before);
    Deno.removeSync(directory, { recursive: true });
  }
}

/** The contents of a folder's log files. */
function linesIn(folder: string): string {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  return names.map((name) => Deno.readTextFileSync(`${folder}/${name}`)).join();
}

inFolder(
  "makes nothing before the first line, which goes to the working directory of the call",
  (directory) => {
    const write = openLogFile();
    assert.deepEqual([...Deno.readDirSync(".")], []);
    Deno.mkdirSync("elsewhere");
    Deno.chdir("elsewhere");
    write("one");
    write("two");
    assert.equal(linesIn(`${directory}/baba_logs`), "one\ntwo\n");
    assert.deepEqual([...Deno.readDirSync(".")], []);
  },
);

inFolder("makes the folder and the file again if they were removed, and goes on", () => {
  const write = openLogFile();
  write("one");
  Deno.removeSync("baba_logs", { recursive: true });
  write("two");
  write("three");
  assert.equal(linesIn("baba_logs"), "two\nthree\n");
});

inFolder("says what keeps it from writing, and writes again when it can", () => {
  const write = openLogFile();
  Deno.writeTextFileSync("baba_logs", "in the way");
  assert.throws(() => write("one"));
  Deno.removeSync("baba_logs");
  write("two");
  assert.equal(linesIn("baba_logs"), "two\n");
});

inFolder("keeps its lines to the user, in a file named by the process", (directory) => {
  openLogFile()("one");
  const [name = ""] = [...Deno.readDirSync("baba_logs")].map((entry) => entry.name);
  assert.ok(name.endsWith(`_${Deno.pid}.log`), name);
  const modes = ["baba_logs", `baba_logs/${name}`].map((path) => Deno.statSync(`${directory}/${path}`).mode);
  assert.deepEqual(
    modes.map((mode) => ((mode ?? 0) & 0o777).toString(8)),
    ["700", "600"],
  );
});
