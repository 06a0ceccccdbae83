import type { FaultCode } from "./system-error.ts";

/** What a process asks of its file system in one step. */
export type StepCall =
  | "identity"
  | "read"
  | "readRange"
  | "create"
  | "write"
  | "link"
  | "sync"
  | "syncFolder"
  | "rename"
  | "remove"
  | "kinds"
  | "list"
  | "names"
  | "stamp"
  | "makeFolder"
  | "processIdentity"
  | "lives"
  | "close";

/**
 * One step of a process: what an operating system does atomically. A batch is one step per file; `create` is
 * two, the entry and then (if there are any) its bytes; `makeFolder` is one per folder of the path.
 */
export type Step = {
  readonly process: string;
  readonly call: StepCall;
  readonly path: string;
  /** The second name, for `link` and `rename`. */
  readonly to?: string;
  /** The number of bytes, for `write`. */
  readonly size?: number;
};

/**
 * The outcome of a step: done (`undefined`), failed, the process killed, or the power cut; the first `bytes`
 * bytes of a `write` are done before that. On `EIO` or `ENOSPC`, a sync gives up what was dirty. A `write`
 * without `bytes` fails with the other codes before it has opened its file, as {@link isUnopened} then says.
 */
export type Verdict =
  | { readonly fail: FaultCode; readonly bytes?: number }
  | { readonly end: "process" | "power"; readonly bytes?: number };

/** Asked before each step; may take its time, so that others go first. */
export type StepHook = (step: Step) => Verdict | undefined | Promise<Verdict | undefined>;

/** A step in a few words. */
export function describeStep(step: Step): string {
  const to = step.to === undefined ? "" : ` -> ${step.to}`;
  const size = step.size === undefined ? "" : ` (${step.size} bytes)`;
  return `${step.process}: ${step.call} ${step.path}${to}${size}`;
}
