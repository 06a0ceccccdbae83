import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as v from "valibot";
import { say, stopSignal } from "../harness/parent.ts";
import { decodeText, faultOf } from "./record.ts";

/** A reader's argument. */
export const ReaderArgument = v.object({ directory: v.string() });

/** Its final report. */
export const ReaderReport = v.object({ walks: v.number(), files: v.number(), faults: v.array(v.string()) });

const MOST_FAULTS = 20;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads the whole folder again and again, as a backup would, and reports incomplete records. */
export async function run(argument: unknown): Promise<void> {
  const { directory } = v.parse(ReaderArgument, argument);
  const stop = stopSignal();
  const report = { walks: 0, files: 0, faults: [] as string[] };
  say({});
  while (!stop.aborted && report.faults.length < MOST_FAULTS) {
    const files = readTree(directory, "", report.faults);
    report.files += files;
    // Before the first commit there is nothing to see.
    if (files > 0) report.walks++;
    await nextTurn();
  }
  say(report satisfies v.InferInput<typeof ReaderReport>);
}

/** Reads the files of a folder once, and adds what is wrong with them; returns their number. */
export function readTree(directory: string, folder: string, faults: string[]): number {
  let files = 0;
  for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // Besides the store's own folder, an owner's file has a second name for a moment: docs/format.md.
    if (path === ".baba" || entry.name === ".baba~") continue;
    if (entry.isDirectory()) files += readTree(directory, path, faults);
    else files += readOne(directory, path, faults);
  }
  return files;
}

function readOne(directory: string, path: string, faults: string[]): number {
  if (!path.endsWith(".baba")) faults.push(`${path}: not a record, and not in the store's own folder`);
  const text = textOf(join(directory, path));
  // Deleted after it was listed.
  if (text === undefined) return 0;
  const fault = faultIn(text);
  if (fault !== undefined) faults.push(`${path} (${text.length} characters): ${fault}`);
  return 1;
}

function faultIn(text: string): string | undefined {
  try {
    return faultOf(JSON.parse(utf8.decode(decodeText(text))));
  } catch (error) {
    return String(error);
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
