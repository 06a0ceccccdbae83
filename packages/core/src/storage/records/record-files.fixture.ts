import type { FileSystem } from "../../file-system/file-system.ts";
import {
  type FaultCode,
  SimulatedDisk,
  type StepCall,
  simulatedFileSystem,
} from "../../testing/simulation/index.ts";
import { TEMPORARY_FOLDER } from "../layout.ts";
import { RecordPlacer } from "./record-placer.ts";
import { RecordReader } from "./record-reader.ts";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** Record files on a simulated disk; `faults.call` names the call that fails, with `faults.code`. */
export async function recordFiles(): Promise<{
  readonly files: FileSystem;
  readonly reader: RecordReader;
  readonly placer: RecordPlacer;
  readonly faults: { call: StepCall | undefined; code: FaultCode };
}> {
  const faults: { call: StepCall | undefined; code: FaultCode } = { call: undefined, code: "EIO" };
  const hook = ({ call }: { readonly call: StepCall }) =>
    call === faults.call ? { fail: faults.code } : undefined;
  const files = simulatedFileSystem(new SimulatedDisk(), { hook });
  await files.makeFolder(TEMPORARY_FOLDER);
  return { files, reader: new RecordReader(files), placer: new RecordPlacer(files, "token"), faults };
}
