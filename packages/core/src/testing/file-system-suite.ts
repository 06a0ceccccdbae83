import type { FileSystem } from "../file-system/file-system.ts";
import { entries } from "./file-system-suite-entries.ts";
import { extremes } from "./file-system-suite-extremes.ts";
import { folders } from "./file-system-suite-folders.ts";
import { links } from "./file-system-suite-links.ts";
import { placing } from "./file-system-suite-placing.ts";
import { processes } from "./file-system-suite-processes.ts";
import { reads } from "./file-system-suite-reads.ts";
import { writes } from "./file-system-suite-writes.ts";

/**
 * What an adapter's test can do outside the port, for obligations that the port alone cannot show. Paths are
 * relative to the subject's root, like the port's.
 */
export type Outside = {
  /** Makes a symbolic link at `path` to `target` (relative to the link, or absolute). */
  symbolicLink(target: string, path: string): Promise<void>;
  /** Makes a named pipe that no process has open. */
  pipe(path: string): Promise<void>;
  /** The permission bits of a file or folder. */
  mode(path: string): Promise<number>;
  /** Runs `work` while this process may not read the file. */
  withoutRights(path: string, work: () => Promise<void>): Promise<void>;
  /** The identity, as the adapter writes it, of a process that has ended, and the path that it announced. */
  deadIdentity(): Promise<{ readonly identity: string; readonly announced: string }>;
};

/** A fresh adapter whose root does not exist yet. */
export type FileSystemSubject = {
  readonly fileSystem: FileSystem;
  /** Another adapter of the same root. */
  again(): FileSystem;
  readonly outside: Partial<Outside>;
  /** Removes everything the subject left behind. */
  dispose(): Promise<void>;
};

/** A test runner's function that registers a test: `test` of vitest, `node:test` or Bun, `Deno.test`. */
export type RegisterTest = (name: string, work: () => Promise<void>) => unknown;

/** One obligation of the port: its wording, what it needs outside the port, and its test. */
export type Obligation = {
  readonly name: string;
  readonly needs: readonly (keyof Outside)[];
  test(files: FileSystem, subject: FileSystemSubject & { readonly outside: Outside }): Promise<void>;
};

const OBLIGATIONS: readonly Obligation[] = [
  ...reads,
  ...writes,
  ...extremes,
  ...entries,
  ...placing,
  ...folders,
  ...links,
  ...processes,
];

/**
 * Registers a test for each obligation of the `FileSystem` port; every adapter must pass all of them. Those
 * that need more than the port are only registered if the capabilities are listed.
 *
 * @param test registers one test with the runner
 * @param create makes a subject with a new root; called once for each test
 * @param capabilities which functions of `outside` the subjects have
 * @example
 * ```ts
 * import { memoryFileSystem } from "@baba/core";
 * import { fileSystemSuite, MemoryVolume } from "@baba/core/testing";
 *
 * const tests: (() => Promise<void>)[] = [];
 * fileSystemSuite(
 *   (_name, work) => tests.push(work),
 *   async () => {
 *     const volume = new MemoryVolume();
 *     const again = () => memoryFileSystem(volume);
 *     return { fileSystem: again(), again, outside: {}, dispose: async () => {} };
 *   },
 * );
 * for (const work of tests) await work();
 * ```
 */
export function fileSystemSuite(
  test: RegisterTest,
  create: () => Promise<FileSystemSubject>,
  capabilities: readonly (keyof Outside)[] = [],
): void {
  for (const obligation of OBLIGATIONS) {
    if (!obligation.needs.every((need) => capabilities.includes(need))) continue;
    test(`FileSystem ${obligation.name}`, () => prove(obligation, create));
  }
}

async function prove(obligation: Obligation, create: () => Promise<FileSystemSubject>): Promise<void> {
  const subject = await create();
  try {
    await obligation.test(subject.fileSystem, { ...subject, outside: complete(subject.outside) });
  } finally {
    await subject.fileSystem.close();
    await subject.dispose();
  }
}

/** A capability that was promised but is missing fails only the tests that need it. */
function complete(outside: Partial<Outside>): Outside {
  const missing = (): never => {
    throw new Error("the subject lacks a capability that it was registered with");
  };
  return {
    symbolicLink: missing,
    pipe: missing,
    mode: missing,
    withoutRights: missing,
    deadIdentity: missing,
    ...outside,
  };
}
