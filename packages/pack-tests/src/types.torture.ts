import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { run } from "./command.ts";
import { COMPILERS, configure, SETTINGS } from "./typescript.ts";

const consumer = inject("consumer");

describe.each(COMPILERS)("tsc of TypeScript $version", ({ version, folder }) => {
  test.each(Object.entries(SETTINGS))(
    "compiles a strict program, every declaration checked, module resolution %s",
    async (name, settings) => {
      const config = await configure(consumer, `whole-${name}-${version}`, settings);
      const { status, output } = await run(
        process.execPath,
        [join(folder, "bin", "tsc"), "-p", config],
        consumer,
      );
      expect(status, output).toBe(0);
    },
  );
});
