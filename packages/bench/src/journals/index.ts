import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileSystem, nodeFileSystem } from "@baba/node";
import { onStop } from "../harness/stopping.ts";
import { machine, otherWork } from "../machine.ts";
import { writeSection } from "../report/publish.ts";
import { median } from "../report/statistics.ts";

const FRAME = new Uint8Array(600).fill(65);
const SEGMENT = 256 * 1024;
const ROUNDS = 5;
/** Threads may still be writing when a signal stops the process. */
const RETRIES = 5;

/** A way to make 600 bytes durable: its name, and its n-th commit. */
type Kind = { readonly name: string; commit(files: FileSystem, count: number): Promise<void> };

const KINDS: readonly Kind[] = [
  {
    name: "a numbered file a commit: create, sync, link, remove the first name, sync the folder",
    async commit(files, count) {
      await files.create([{ path: `tmp/${count}`, bytes: FRAME }]);
      await files.sync([`tmp/${count}`]);
      await files.link(`tmp/${count}`, `numbered/${count}`);
      await files.remove([`tmp/${count}`]);
      await files.syncFolders(["numbered"]);
    },
  },
  {
    name: "a frame in a segment of fixed length: write in place, sync",
    async commit(files, count) {
      await files.write("segment", (count * FRAME.length) % (SEGMENT - FRAME.length), FRAME);
      await files.sync(["segment"]);
    },
  },
];

/** Compares the two candidate designs of the journal in isolation, and writes the document's section. */
export async function runJournals({ quick }: { quick: boolean }): Promise<void> {
  const commits = quick ? 20 : 200;
  const medians = (await inRounds(commits)).map(median);
  const rows = KINDS.map(({ name }, i) => `| ${name} | ${Math.round((medians[i] ?? 0) * 1000)} |`);
  const ratio = ((medians[0] ?? 0) / (medians[1] ?? 1)).toFixed(1);
  const text = [
    "## Two kinds of journal",
    "",
    `${machine(tmpdir())}. Medians of ${commits * ROUNDS} commits of ${FRAME.length} bytes each, through the Node adapter, in turns.${otherWork()}`,
    "",
    "| what a commit does | µs |",
    "| --- | --: |",
    ...rows,
    "",
    `The first costs ${ratio} times the second. What the first gives for nothing (of two writers of one number one wins) the segments get from pins: see [architecture](architecture.md#decisions).`,
  ].join("\n");
  console.log(text);
  if (!quick) writeSection("journals", text);
}

/** The times of each kind. */
async function inRounds(commits: number): Promise<number[][]> {
  const times = KINDS.map((): number[] => []);
  const root = mkdtempSync(join(tmpdir(), "baba-journals-"));
  const cleanUp = (): void => rmSync(root, { recursive: true, force: true, maxRetries: RETRIES });
  const stopListening = onStop(cleanUp);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, kind] of KINDS.entries())
        times[i]?.push(...(await measured(kind, commits, join(root, `${round}-${i}`))));
      console.log(`journals: round ${round + 1} of ${ROUNDS}`);
    }
    return times;
  } finally {
    stopListening();
    cleanUp();
  }
}

async function measured(kind: Kind, commits: number, folder: string): Promise<number[]> {
  const files = nodeFileSystem(folder);
  for (const name of ["tmp", "numbered"]) await files.makeFolder(name);
  await files.create([{ path: "segment", bytes: new Uint8Array(SEGMENT) }]);
  await files.sync(["segment"]);
  const times: number[] = [];
  for (let count = 0; count < commits; count++) {
    const start = performance.now();
    await kind.commit(files, count);
    times.push(performance.now() - start);
  }
  await files.close();
  return times;
}
