import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { InferInput } from "valibot";
import * as v from "valibot";
import { Child } from "../harness/child.ts";
import type { Suite } from "../harness/suite.ts";
import { type ReaderArgument, ReaderReport } from "./reader.ts";
import type { WriterArgument } from "./writer.ts";

const COMMITS = 2000;
const BULKS = 20;

/**
 * A process that only knows files reads the folder during a storm of commits, and never sees half a record.
 */
export async function foreign({ folder, size, check, progress, random }: Suite): Promise<void> {
  const directory = join(folder, "store");
  mkdirSync(directory);
  const reader = new Child("foreign-reader", { directory } satisfies InferInput<typeof ReaderArgument>);
  await reader.next(v.object({}));
  const writers = (["commit", "background"] as const).map((settle) => {
    const share = { commits: size(COMMITS) / 2, bulks: size(BULKS) / 2 };
    const seed = random.below(2 ** 31);
    return new Child("foreign-writer", { directory, seed, settle, ...share } satisfies InferInput<
      typeof WriterArgument
    >);
  });
  await Promise.all(writers.map((writer) => writer.finish()));
  await reader.finish();
  const { walks, files, faults } = await reader.next(ReaderReport);
  progress(`${walks} walks read ${files} files`);
  check(walks > 9 && files > 1000, `only ${walks} walks and ${files} files were read`);
  check(faults.length === 0, faults.join("; "));
}
