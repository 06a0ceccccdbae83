import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BabaDB } from "@baba/node";
import { machine, otherWork } from "../machine.ts";
import { writeSection } from "../report/publish.ts";
import { Person, people } from "../trial/records.ts";
import type { Figures } from "./trial.ts";
import { workloads } from "./workloads.ts";

const TRIAL = fileURLToPath(new URL("trial.js", import.meta.url));
const PYTHON = fileURLToPath(new URL("../../python/read_all.py", import.meta.url));
const PYTHON_NAME = "all: Python original";
/** Those that are also run on more and on fewer records. */
const SCALED = ["all: bare", "all: BabaDB", "stream: BabaDB"];

/** Measures reads, each workload in processes of its own, in turns. */
export async function runReads({ quick }: { quick: boolean }): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "baba-reads-"));
  try {
    const sizes = quick ? [200, 1000] : [1000, 10_000, 100_000];
    for (const size of sizes) await fill(join(root, String(size)), size);
    const section = report(root, sizes, quick ? 1 : 5);
    console.log(section);
    if (!quick) writeSection("reads", section);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function fill(folder: string, count: number): Promise<void> {
  const db = new BabaDB(Person, { directory: folder, logging: false });
  mkdirSync(`${folder}-json`);
  for (let first = 0; first < count; first += 10_000) {
    const batch = people(first, Math.min(10_000, count - first));
    await db.asyncSession(async (s) => {
      for (const person of batch) void s.add(person);
    });
    for (const person of batch)
      writeFileSync(join(`${folder}-json`, `${person.id}.json`), JSON.stringify(person));
  }
  await db.close();
}

function report(root: string, sizes: readonly number[], rounds: number): string {
  const middle = sizes.at(-2) ?? 0;
  const names = [...Object.keys(workloads), PYTHON_NAME];
  const plan = sizes.flatMap((size) => (size === middle ? names : SCALED).map((name) => ({ name, size })));
  const found = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, size } of plan) {
      const key = `${name} ${size}`;
      found.set(key, [...(found.get(key) ?? []), trial(name, join(root, String(size)), size)]);
    }
  }
  const rows = plan.map(({ name, size }) => row(name, size, found.get(`${name} ${size}`) ?? []));
  return [
    "## Reads",
    "",
    `${machine(root)}. Records of about 250 bytes of JSON; each figure is the median of ${rounds} processes; the stall is the worst of them.`,
    "",
    "| what | records | ms | µs each | processor, ms | longest stall, ms | longest collection, ms | RSS, MB |",
    "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ...rows,
    otherWork(),
  ]
    .join("\n")
    .trimEnd();
}

function trial(name: string, folder: string, count: number): Figures {
  const command =
    name === PYTHON_NAME
      ? ["python3", PYTHON, folder]
      : [process.execPath, TRIAL, name, folder, String(count)];
  const [program = "", ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout) as Figures;
}

function row(name: string, size: number, figures: readonly Figures[]): string {
  const ms = median(figures.map((each) => each.ms));
  const worst = (of: (each: Figures) => number) => Math.max(...figures.map(of)).toFixed(1);
  const cells = [
    name,
    size,
    ms.toFixed(1),
    ((ms * 1000) / operations(name, size)).toFixed(1),
    median(figures.map(({ cpu }) => cpu)).toFixed(1),
  ];
  return `| ${[...cells, worst(({ stall }) => stall), worst(({ gc }) => gc), worst(({ rss }) => rss)].join(" | ")} |`;
}

function operations(name: string, size: number): number {
  return /^(?:get|exists)/.test(name) ? Math.min(1000, size) : size;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
